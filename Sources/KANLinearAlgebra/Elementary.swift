private import Glibc

/// Functions of the C library, for code outside the inner loops.
package enum Elementary {
  package static func exp(_ x: Double) -> Double { Glibc.exp(x) }
  /// exp(x) - 1 without loss of digits near 0.
  package static func expMinusOne(_ x: Double) -> Double { Glibc.expm1(x) }
  /// log(1 + x) without loss of digits near 0.
  package static func logOnePlus(_ x: Double) -> Double { Glibc.log1p(x) }
  package static func log(_ x: Double) -> Double { Glibc.log(x) }
  package static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  package static func cos(_ x: Double) -> Double { Glibc.cos(x) }
  package static func sin(_ x: Double) -> Double { Glibc.sin(x) }
}
