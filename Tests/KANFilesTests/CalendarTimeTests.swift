import Foundation
import Testing

@testable import KANFiles

@Suite struct CalendarTimeTests {
  private func seconds(_ text: String) -> Double? {
    // Bytes around it, which do not belong to it.
    let bytes = Array("9\(text)9".utf8)
    return scanTime(bytes.span, 1, bytes.count - 1)
  }

  /// Foundation's calendar, a day each two months or so from year 1 on.
  @Test func days() {
    var calendar = Calendar(identifier: .iso8601)
    calendar.timeZone = TimeZone(secondsFromGMT: 0)!
    // From 1582 on both calendars are the Gregorian one.
    for day in stride(from: -141_000, to: 2_900_000, by: 59) {
      let date = Date(timeIntervalSince1970: 86_400 * Double(day))
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let text = String(format: "%04d-%02d-%02d", parts.year!, parts.month!, parts.day!)
      if seconds(text) != 86_400 * Double(day) { Issue.record("\(text): \(String(describing: seconds(text)))") }
    }
  }

  @Test(arguments: [
    ("1970-01-01", 0), ("2015-01-03T05:07:00", 1_420_261_620), ("2015-01-03 05:07", 1_420_261_620),
    ("2015-01-03t05:07:00z", 1_420_261_620), ("2015-01-03T05:07:00UTC", 1_420_261_620),
    ("2015-01-03 05:07:00 GMT", 1_420_261_620), ("2015-01-03T05:07:00+01:00", 1_420_258_020),
    ("2015-01-03T05:07:00 -0130", 1_420_267_020), ("2015-01-03T05:07:00.25-01", 1_420_265_220.25),
    ("2016-12-31T23:59:60Z", 1_483_228_800), ("1969-12-31T23:59:59.9", -0.1), ("2000-02-29", 951_782_400),
    ("2015-01-03T05:07:00.123456789", 1_420_261_620.123456789), ("9999-12-31T23:59:59.999999", 253_402_300_799.999999),
    ("0000-03-01", -62_162_035_200), ("2015-01-03T05:07:00.1234567890123", 1_420_261_620.123456789),
  ])
  func times(text: String, expected: Double) { #expect(seconds(text) == expected) }

  @Test(arguments: [
    "", "2015", "2015-01", "2015-1-3", "2015-13-01", "2015-00-01", "2015-02-29", "1900-02-29", "2015-04-31",
    "2015-01-00",
    "2015/01/03", "2015-01-03T", "2015-01-03T05", "2015-01-03T24:00", "2015-01-03T05:60", "2015-01-03T05:07:61",
    "2015-01-03T05:07:00.", "2015-01-03T05:07:00+1", "2015-01-03T05:07:00+24:00", "2015-01-03T05:07:00+01:0",
    "2015-01-03T05:07:00 ", "2015-01-03T05:07:00 CET", "2015-01-03T05:07:", "2015-01-03X05:07", "2015-01-03T05:07:00ZZ",
    "2015-01-03T05:07:00+01:000", "2O15-01-03", "-2015-01-03",
  ])
  func noTimes(text: String) { #expect(seconds(text) == nil) }
}
