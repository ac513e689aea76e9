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
  package static func tan(_ x: Double) -> Double { Glibc.tan(x) }
  package static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
  package static func asin(_ x: Double) -> Double { Glibc.asin(x) }
  package static func acos(_ x: Double) -> Double { Glibc.acos(x) }
  package static func atan(_ x: Double) -> Double { Glibc.atan(x) }
  package static func atanh(_ x: Double) -> Double { Glibc.atanh(x) }
  package static func sinh(_ x: Double) -> Double { Glibc.sinh(x) }
  package static func cosh(_ x: Double) -> Double { Glibc.cosh(x) }
  /// The Bessel functions J₀ and J₁.
  package static func besselJ0(_ x: Double) -> Double { Glibc.j0(x) }
  package static func besselJ1(_ x: Double) -> Double { Glibc.j1(x) }
  package static func erf(_ x: Double) -> Double { Glibc.erf(x) }
  package static func log10(_ x: Double) -> Double { Glibc.log10(x) }
  package static func atan2(_ y: Double, _ x: Double) -> Double { Glibc.atan2(y, x) }
  /// x - n·y with n = x/y rounded to the nearest whole number.
  package static func remainder(_ x: Double, _ y: Double) -> Double { Glibc.remainder(x, y) }
  package static func asinh(_ x: Double) -> Double { Glibc.asinh(x) }
}
