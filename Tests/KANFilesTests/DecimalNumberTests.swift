import Foundation
import Testing

@testable import KANFiles

@Suite struct DecimalNumberTests {
  private func scan(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    guard let number = scanDecimal(bytes.span, from: 0), number.end == bytes.count else { return nil }
    return number.value
  }

  private func expectSame(_ text: String) {
    let value = scan(text)
    if value?.bitPattern != strtod(text, nil).bitPattern {
      Issue.record("\(text.prefix(60)): \(String(describing: value)) is not \(strtod(text, nil))")
    }
  }

  @Test func randomNumbers() {
    var generator = SeededGenerator(1)
    for index in 0..<200_000 {
      func digits(_ count: Int) -> String {
        String((0..<count).map { _ in Character(Unicode.Scalar(48 + UInt8.random(in: 0...9, using: &generator))) })
      }
      let style = index % 8
      let whole = digits(style == 7 ? 25 : 1 + index / 8 % 12)
      let fraction = style == 0 ? "" : "." + digits(style == 6 ? 30 : index / 96 % 20)
      let range = style < 3 ? 0...0 : style == 3 ? -25...25 : -345...320
      let exponent = Int.random(in: range, using: &generator)
      let sign = ["", "-", "+"][index % 3]
      expectSame(sign + whole + fraction + (exponent == 0 ? "" : "e\(exponent)"))
    }
  }

  /// The shortest and the 17-digit texts of doubles of all magnitudes give the same doubles.
  @Test func roundTrip() {
    var generator = SeededGenerator(2)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard value.isFinite else { continue }
      #expect(scan("\(value)")?.bitPattern == value.bitPattern)
      let small = Double.random(in: -2...2, using: &generator)
      #expect(scan(String(format: "%.17g", small))?.bitPattern == small.bitPattern)
    }
  }

  /// Numbers halfway between two doubles, and their neighbours.
  @Test func ties() {
    var generator = SeededGenerator(3)
    for _ in 0..<20_000 {
      let high = UInt64.random(in: (1 << 53)...(1 << 58), using: &generator)
      for offset in [-1, 0, 1] as [Int64] {
        let tie = Int64(high | 1) &+ offset
        expectSame("\(tie)")
        expectSame("\(tie)e\(Int.random(in: -19...19, using: &generator))")
        expectSame("\(tie)0.0")
      }
    }
  }

  @Test(arguments: [
    "0", "-0", "+0.0", "0e999", "-0.000e-99999999999999999999", "1e22", "1e23", "9007199254740993", ".5", "5.", "-.5e3",
    "1e-324", "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
    "1.7976931348623159e308", "1e999999999999999999999999", "1e-999999999999999999999999", "18446744073709551615",
    "18446744073709551616", "9999999999999999999", "10000000000000000000", "0.00000000000000000001234567890123456789",
    "00000000000000000000000000000000000000123", "123456789012345678e-19", "1E5", "1e+05",
    "0." + String(repeating: "0", count: 5000) + "1e5000", String(repeating: "9", count: 5000) + "e-4990",
    "." + String(repeating: "7", count: 30),
  ])
  func particularNumbers(text: String) { expectSame(text) }

  @Test(arguments: [
    "", "-", "+", ".", "-.", "e5", ".e5", "1e", "1e+", "0x10", "1_000", "1,5", "--1", "+-1", "1 2", "1f", "nan", "inf",
    "infinity", "１", "1e5.5", "1..2", "1.2.3", "١",
  ])
  func noNumbers(text: String) { #expect(scan(text) == nil) }
}
