import KAN
import KANFiles

/// How predictions are written: as a table with a header, or as an array.
struct PredictionForm {
  private let task: LearningTask
  private let header: [String]
  /// By column, whether it holds times.
  private let areTimes: [Bool]
  private let classes: [String]
  private let columns: Int
  private let isArray: Bool
  private let separator: Character
  /// The element type of an array of numbers.
  private let descriptor: String

  /// - Parameter path: its ending decides; nil for a table.
  init<Element: Scalar>(_ network: Network<Element>, hasIntervals: Bool, path: String?) {
    let name = path?.lowercased() ?? ""
    (isArray, separator) = (name.hasSuffix(".npy"), name.hasSuffix(".tsv") ? "\t" : ",")
    task = network.task
    let names = network.names
    let targets = network.outputs
    columns = hasIntervals ? 3 * targets : targets
    classes = names.classes.isEmpty ? (0..<targets).map { "\($0)" } : names.classes
    let target = names.target(0, of: 1)
    header =
      task == .classification
      ? [target] + classes.map { "\(target):\($0)" }
      : (0..<targets).map { names.target($0, of: targets) }.flatMap {
        hasIntervals ? [$0, "\($0):lower", "\($0):upper"] : [$0]
      }
    // Each target has its columns side by side.
    let count = columns
    areTimes = (0..<columns).map { column in
      network.task == .classification ? false : network.encoding?.targets[column * targets / count].isTime == true
    }
    descriptor = network.encoding?.isShifted == true || Element.self == Double.self ? "<f8" : "<f4"
  }

  /// What stands before the first row.
  ///
  /// - Parameter rows: nil if their number is not known, as it need not be of a table.
  func beginning(_ rows: Int?) -> [UInt8] {
    if !isArray { return line(header.map { quotedCell($0, separator) }) }
    let rows = rows ?? 0
    return task == .classification
      ? encodeNPYHeader("<i8", shape: [rows]) : encodeNPYHeader(descriptor, shape: [rows, columns])
  }

  /// Some rows: [rows × columns]
  func bytes<Number: Scalar>(_ predictions: Matrix<Number>) -> [UInt8] {
    isArray ? array(predictions) : table(predictions)
  }

  private func array<Number: Scalar>(_ predictions: Matrix<Number>) -> [UInt8] {
    var bytes: [UInt8] = []
    func append(_ value: UInt64, _ count: Int) {
      for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }
    if task == .classification {
      let numbers = classes.compactMap { Int64($0) }
      let labels = numbers.count == predictions.columns ? numbers : (0..<predictions.columns).map { Int64($0) }
      for row in 0..<predictions.rows {
        append(UInt64(bitPattern: labels[Self.likeliest(predictions.row(row))]), 8)
      }
    } else {
      for value in predictions.elements {
        if descriptor == "<f4" {
          append(UInt64(Float(value).bitPattern), 4)
        } else {
          append(Double(value).bitPattern, 8)
        }
      }
    }
    return bytes
  }

  private func table<Number: Scalar>(_ predictions: Matrix<Number>) -> [UInt8] {
    let quotedClasses = classes.map { quotedCell($0, separator) }
    var bytes: [UInt8] = []
    for row in 0..<predictions.rows {
      let values = predictions.row(row)
      bytes += line(
        (task == .classification ? [quotedClasses[Self.likeliest(values)]] : [])
          + values.enumerated().map { column, value in
            areTimes[column] ? timeText(Double(value)) ?? "\(value)" : "\(value)"
          })
    }
    return bytes
  }

  private func line(_ cells: [String]) -> [UInt8] { Array((cells.joined(separator: String(separator)) + "\n").utf8) }

  private static func likeliest<Number: Scalar>(_ probabilities: [Number]) -> Int {
    var best = 0
    for (index, value) in probabilities.enumerated() where value > probabilities[best] { best = index }
    return best
  }
}

/// A cell of a table, quoted if necessary (RFC 4180).
func quotedCell(_ text: String, _ separator: Character) -> String {
  let isPlain =
    !text.contains { $0 == separator || $0 == "\"" || $0.isNewline } && text.first?.isWhitespace != true
    && text.last?.isWhitespace != true
  if isPlain { return text }
  return "\"" + text.replacing("\"", with: "\"\"") + "\""
}
