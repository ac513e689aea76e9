import Foundation
import KAN
import KANFiles

extension Evaluation {
  /// Classes of which all are shown; of more, those that are recognised worst.
  private static let mostClasses = 20
  /// Classes up to which the confusion matrix fits a terminal; of more, the commonest confusions are listed.
  private static let mostConfused = 10

  /// Metrics that are those of all classes together: titles and cells.
  var classMetrics: [(name: String, cell: String)] {
    guard f1 != nil else { return [] }
    func cell(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "-" }
    return [("balanced", cell(balancedAccuracy)), ("f1", cell(f1))] + (logLoss == nil ? [] : [("auc", cell(auc))])
  }

  /// Tables of classes: metrics of each, who is taken for whom, and how far probabilities can be trusted.
  var classTables: [String] {
    guard let classes else { return [] }
    return [classTable(classes)] + confusionTable(classes) + reliabilityTable
  }

  private func classTable(_ classes: [ClassMetrics]) -> String {
    var shown = classes
    var rest = ""
    if classes.count > Self.mostClasses {
      let order = classes.indices.sorted { (classes[$0].f1 ?? 2, $0) < (classes[$1].f1 ?? 2, $1) }
      shown = order.prefix(Self.mostClasses).map { classes[$0] }
      rest = "\nand \(grouped(classes.count - Self.mostClasses)) more with larger f1"
    }
    let rows = shown.map { own in
      [printable(own.name)] + [own.precision, own.recall, own.f1, own.auc].map { $0.map(share) ?? "-" }
        + [amount(own.support)]
    }
    return table([["class", "precision", "recall", "f1", "auc", "support"]] + rows) + rest
  }

  private func confusionTable(_ classes: [ClassMetrics]) -> [String] {
    guard let confusion, classes.count > 1 else { return [] }
    if classes.count <= Self.mostConfused {
      let names = classes.map { printable($0.name, limit: 12) }
      return [
        table([["actual \\ predicted"] + names] + zip(names, confusion).map { [$0] + $1.map { amount($0) } })
      ]
    }
    let pairs = confusion.indices.flatMap { row in
      confusion.indices.compactMap { row == $0 || confusion[row][$0] == 0 ? nil : (row, $0, confusion[row][$0]) }
    }
    if pairs.isEmpty { return [] }
    let most = pairs.enumerated().sorted { ($1.element.2, $0.offset) < ($0.element.2, $1.offset) }.prefix(10)
    return [
      table(
        [["actual", "predicted", "rows"]]
          + most.map {
            [printable(classes[$0.element.0].name), printable(classes[$0.element.1].name), amount($0.element.2)]
          })
    ]
  }

  private var reliabilityTable: [String] {
    guard let reliability else { return [] }
    let rows = reliability.bins.compactMap { bin -> [String]? in
      guard let confidence = bin.confidence, let accuracy = bin.accuracy else { return nil }
      return [
        String(format: "%.1f to %.1f", bin.from, bin.to), share(confidence), share(accuracy), amount(bin.support),
      ]
    }
    return [
      table([["probability", "mean", "accuracy", "rows"]] + rows)
        + "\nexpected calibration error: \(share(reliability.error))"
    ]
  }

  private func share(_ value: Double) -> String { String(format: "%.4f", value) }

  /// Rows, or a sum of weights.
  private func amount(_ value: Double) -> String {
    value.rounded() == value && value < 1e15 ? grouped(Int(value)) : short(value)
  }
}
