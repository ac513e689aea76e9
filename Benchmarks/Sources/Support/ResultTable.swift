import Foundation

/// A CSV file without quotes, as the benchmarks write them.
struct ResultTable {
  struct Row {
    fileprivate let cells: [String: String]

    /// Empty where the column is not there.
    subscript(name: String) -> String { cells[name] ?? "" }
    func number(_ name: String) -> Double { Double(self[name]) ?? .nan }
  }

  let rows: [Row]

  /// nil if there is no such file, so that results can be drawn that are not complete yet.
  init?(folder: String, name: String) throws {
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
    let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false).map(String.init) ?? []
    rows = lines.dropFirst().map { line in
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      return Row(cells: Dictionary(zip(header, cells)) { first, _ in first })
    }
  }
}

extension Sequence {
  /// Groups in the order in which their first members come.
  func grouped<Key: Hashable>(by key: (Element) -> Key) -> [(key: Key, members: [Element])] {
    var places: [Key: Int] = [:]
    var groups: [(key: Key, members: [Element])] = []
    for element in self {
      let key = key(element)
      if let place = places[key] {
        groups[place].members.append(element)
      } else {
        places[key] = groups.count
        groups.append((key, [element]))
      }
    }
    return groups
  }
}

extension Collection<Double> {
  var mean: Double { reduce(0, +) / Double(count) }
  var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}

/// A number with so many significant digits, without an exponent.
public func significant(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "–" }
  let magnitude = value == 0 ? 0 : Int(log10(abs(value)).rounded(.down))
  return String(format: "%.\(Swift.max(0, digits - 1 - magnitude))f", value)
}

/// 12345678 as 12,345,678.
func grouped(_ digits: String) -> String {
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return result
}
