/// The seconds from 1970-01-01T00:00:00Z to the point in time that the whole text from `start` to `end` names.
///
/// ISO 8601 in its long form: `2015-01-03`, then if there is more a T or a blank, `05:07` or `05:07:00`, a fraction of
/// the second, and a zone: Z, UTC, GMT, `+01`, `+0100` or `+01:00`. Without a zone it is UTC. The value is correctly
/// rounded from the first nine digits of the fraction, six after the year 2200 and before 1740, where a double resolves
/// no more. Nil for any other text, and for days that the Gregorian calendar does not have.
func scanTime(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Double? {
  // Most texts are told apart here.
  guard end - start >= 10, text[start + 4] == 0x2D, text[start + 7] == 0x2D,
    let year = digits(text, start, 4, end), let month = digits(text, start + 5, 2, end),
    let day = digits(text, start + 8, 2, end), 1...12 ~= month, 1...daysInMonth(month, year) ~= day
  else { return nil }
  var seconds = 86_400 * daysSince1970(year, month, day)
  var index = start + 10
  if index == end { return Double(seconds) }

  guard text[index] == 0x54 || text[index] == 0x74 || text[index] == 0x20, index + 3 < end, text[index + 3] == 0x3A,
    let hour = digits(text, index + 1, 2, end), let minute = digits(text, index + 4, 2, end), hour < 24, minute < 60
  else { return nil }
  seconds += 3600 * hour + 60 * minute
  index += 6
  var fraction: (value: Int, digits: Int) = (0, 0)
  if index < end, text[index] == 0x3A {
    // A leap second is the first one of the next minute.
    guard let second = digits(text, index + 1, 2, end), second <= 60 else { return nil }
    seconds += second
    index += 3
    if index < end, text[index] == 0x2E {
      let first = index + 1
      let most = abs(seconds) < 7_258_118_400 ? 9 : 6
      index = first
      while index < end, text[index] &- 0x30 < 10 {
        if index - first < most { fraction = (10 * fraction.value + Int(text[index] &- 0x30), fraction.digits + 1) }
        index += 1
      }
      if index == first { return nil }
    }
  }
  guard let offset = zone(text, index, end) else { return nil }
  return decimal(seconds: seconds - offset, fraction: fraction.value, digits: fraction.digits)
}

/// A point in time as ISO 8601 has it, in UTC and to the second: `2015-01-03`, or `2015-01-03T05:07:09Z` if it is not the
/// beginning of a day. Nil outside the years 0 to 9999, and for what is no number.
package func timeText(_ secondsSince1970: Double) -> String? {
  guard secondsSince1970.magnitude < 1e12 else { return nil }
  let seconds = Int(secondsSince1970.rounded())
  let day = floorQuotient(seconds, 86_400)
  // The civil date of a day (Hinnant, chrono-Compatible Low-Level Date Algorithms).
  let era = floorQuotient(day + 719_468, 146_097)
  let dayOfEra = day + 719_468 - era * 146_097
  let years = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * years + years / 4 - years / 100)
  let months = (5 * dayOfYear + 2) / 153
  let month = months < 10 ? months + 3 : months - 9
  let year = years + 400 * era + (month <= 2 ? 1 : 0)
  guard (0...9999).contains(year) else { return nil }
  func text(_ value: Int, _ digits: Int) -> String {
    let plain = "\(value)"
    return String(repeating: "0", count: max(0, digits - plain.count)) + plain
  }
  let date = "\(text(year, 4))-\(text(month, 2))-\(text(dayOfYear - (153 * months + 2) / 5 + 1, 2))"
  let rest = seconds - 86_400 * day
  if rest == 0 { return date }
  return "\(date)T\(text(rest / 3600, 2)):\(text(rest / 60 % 60, 2)):\(text(rest % 60, 2))Z"
}

/// The seconds by which the zone written from `start` to `end` is ahead of UTC.
private func zone(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
  var index = start
  if index < end, text[index] == 0x20 { index += 1 }
  switch end - index {
  case 0: return index == start ? 0 : nil
  case 1: return loweredASCII(text[index]) == 0x7A ? 0 : nil
  default: break
  }
  if end - index == 3, text[index] > 0x39 {
    let name = (index..<end).map { loweredASCII(text[$0]) }
    return name == Array("utc".utf8) || name == Array("gmt".utf8) ? 0 : nil
  }
  guard text[index] == 0x2B || text[index] == 0x2D, let hours = digits(text, index + 1, 2, end), hours < 24 else {
    return nil
  }
  let sign = text[index] == 0x2D ? -1 : 1
  index += 3
  if index == end { return sign * 3600 * hours }
  if text[index] == 0x3A { index += 1 }
  guard let minutes = digits(text, index, 2, end), minutes < 60, index + 2 == end else { return nil }
  return sign * (3600 * hours + 60 * minutes)
}

/// seconds + fraction / 10^digits, rounded once.
private func decimal(seconds: Int, fraction: Int, digits: Int) -> Double {
  if fraction == 0 { return Double(seconds) }
  var power = 1
  for _ in 0..<digits { power *= 10 }
  let total = seconds * power + fraction
  let magnitude = scaled(UInt64(total.magnitude), byPowerOfTen: -digits)
  return total < 0 ? -magnitude : magnitude
}

/// A number of exactly `count` digits.
private func digits(_ text: borrowing Span<UInt8>, _ start: Int, _ count: Int, _ end: Int) -> Int? {
  guard start + count <= end else { return nil }
  var value = 0
  for index in start..<(start + count) {
    guard text[index] &- 0x30 < 10 else { return nil }
    value = 10 * value + Int(text[index] &- 0x30)
  }
  return value
}

private func daysInMonth(_ month: Int, _ year: Int) -> Int {
  switch month {
  case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  case 4, 6, 9, 11: 30
  default: 31
  }
}

/// Days from 1970-01-01 in the Gregorian calendar, extended to the year 0.
///
/// A year begins in March here, so that the day that some years have more is its last.
private func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
  let years = month > 2 ? year : year - 1
  let months = month > 2 ? month - 3 : month + 9
  let leapDays = floorQuotient(years, 4) - floorQuotient(years, 100) + floorQuotient(years, 400)
  // Months from March on have 31, 30, 31, 30, 31 days, again and again: 153 in five.
  return 365 * years + leapDays + (153 * months + 2) / 5 + day - 1 - 719_468
}

private func floorQuotient(_ value: Int, _ divisor: Int) -> Int {
  value >= 0 ? value / divisor : -((divisor - 1 - value) / divisor)
}
