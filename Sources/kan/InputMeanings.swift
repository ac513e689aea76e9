import KAN
import KANFiles

extension TableEncoding {
  /// What variables of a formula mean where they are not the numbers of their column, by name.
  var meanings: [String: String] {
    var result: [String: String] = [:]
    for input in inputs {
      if let meaning = input.meaning { result[input.name] = meaning }
    }
    for target in targets where target.isTime == true { result[target.column] = "seconds since 1970-01-01T00:00:00Z" }
    return result
  }
}

extension TableEncoding.Input {
  fileprivate var meaning: String? {
    switch kind {
    case .number, .magnitude, .levels: nil
    case .gap: "1 where \(column) is missing, else 0"
    case .flag: "1 for true or yes, 0 for false or no"
    case .level(let level): "1 where \(column) is \(level), else 0"
    case .time(.days, let start, _): "days since \(timeText(start) ?? "second \(start) of 1970")"
    case .time(.hour, _, _): "hour of the day of \(column), 0 to 24"
    case .time(.weekday, _, _): "day of the week of \(column), 0 for Monday to 6 for Sunday"
    case .time(.yearday, _, _): "day of the year of \(column), 1 to 366"
    }
  }
}
