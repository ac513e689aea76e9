import Foundation
import KAN

extension Evaluation {
  /// Column titles of ``cells``, with an empty corner.
  var header: [String] {
    ["", "samples", "loss"] + (accuracy == nil ? ["rmse", "r2", "pearson"] : ["accuracy"])
  }

  var cells: [String] {
    [grouped(samples), short(loss)]
      + (accuracy.map { [fixedAccuracy($0)] } ?? [rmse, r2, pearson].map { String(format: "%.6g", $0 ?? .nan) })
  }

  private func fixedAccuracy(_ value: Double) -> String { String(format: "%.4f", value) }
}

/// JSON on one line, with null for numbers that are not finite, which it cannot write.
func encodeJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  let mark = UUID().uuidString
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: mark, negativeInfinity: mark, nan: mark)
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self).replacing("\"\(mark)\"", with: "null")
}
