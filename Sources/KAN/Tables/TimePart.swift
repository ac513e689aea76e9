extension TableEncoding.TimePart {
  /// The part of a time in seconds since 1970-01-01T00:00:00Z, a Thursday.
  func value(of seconds: Double, start: Double) -> Double {
    if self == .days { return (seconds - start) / 86400 }
    let day = (seconds / 86400).rounded(.down)
    switch self {
    case .days: return (seconds - start) / 86400
    case .hour: return (seconds - day * 86400) / 3600
    case .weekday: return (day + 3) - ((day + 3) / 7).rounded(.down) * 7
    case .yearday: return Self.dayOfYear(day)
    }
  }

  /// 1 … 366 of a day since 1970-01-01, in the Gregorian calendar.
  ///
  /// Years here begin in March, so that leap days are their last (Hinnant, chrono-Compatible Low-Level Date Algorithms).
  private static func dayOfYear(_ day: Double) -> Double {
    let shifted = day + 719_468
    let era = (shifted / 146_097).rounded(.down)
    let dayOfEra = shifted - era * 146_097
    let year =
      ((dayOfEra - (dayOfEra / 1460).rounded(.down) + (dayOfEra / 36524).rounded(.down)
      - (dayOfEra / 146_096).rounded(.down)) / 365).rounded(.down)
    let sinceMarch = dayOfEra - (365 * year + (year / 4).rounded(.down) - (year / 100).rounded(.down))
    // January and February, from day 306 on, belong to the next calendar year.
    if sinceMarch >= 306 { return sinceMarch - 305 }
    let calendarYear = year + era * 400
    let isLeap =
      calendarYear.truncatingRemainder(dividingBy: 4) == 0
      && (calendarYear.truncatingRemainder(dividingBy: 100) != 0
        || calendarYear.truncatingRemainder(dividingBy: 400) == 0)
    return sinceMarch + (isLeap ? 61 : 60)
  }
}
