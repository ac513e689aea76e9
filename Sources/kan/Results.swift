import Foundation
import KAN
import KANFiles

extension Evaluation {
  /// Column titles of ``cells``, with an empty corner.
  var header: [String] { ["", "samples", "loss"] + overall.named.map(\.name) + classMetrics.map(\.name) }

  var cells: [String] { [grouped(samples), short(loss)] + overall.cells + classMetrics.map(\.cell) }

  /// A table of the metrics of each target; empty for a single one.
  var targetLines: [String] {
    guard let targets, let first = targets.first else { return [] }
    return [table([["target"] + first.named.map(\.name)] + targets.map { [printable($0.name)] + $0.cells })]
  }
}

extension Evaluation.Target {
  /// The metrics that apply to the objective.
  fileprivate var named: [(name: String, value: Double?)] {
    (rmse == nil ? [] : [("rmse", rmse), ("r2", r2), ("pearson", pearson)])
      + (accuracy == nil ? [] : [("accuracy", accuracy)]) + (coverage == nil ? [] : [("coverage", coverage)])
  }

  fileprivate var cells: [String] {
    named.map { metric in
      let isShare = ["accuracy", "coverage"].contains(metric.name)
      return metric.value.map { String(format: isShare ? "%.4f" : "%.6g", $0) } ?? "-"
    }
  }
}

/// JSON on one line, with null for numbers that are not finite, which JSON cannot represent.
func encodeJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  let mark = UUID().uuidString
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: mark, negativeInfinity: mark, nan: mark)
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self).replacing("\"\(mark)\"", with: "null")
}
