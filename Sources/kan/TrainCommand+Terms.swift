import KAN
import KANFiles

extension TrainCommand {
  /// What a resumed training has to have in common with the one before, beyond layers, columns, method, loss and seed: the
  /// options by name, and the rows. Saved with the model.
  ///
  /// The learning rate may change, since a smaller one is the way on after a divergence, and so may the number of epochs.
  func terms<Element: Scalar>(_ parts: Parts<Element>) -> [String: String] {
    var terms = [
      "--batch": "\(batch)", "--schedule": schedule.rawValue, "--weight-decay": "\(weightDecay)",
      "--sparsity": "\(sparsity ?? 0)", "--entropy": "\(entropy ?? 0)",
      "--patience": patience.map { "\($0)" } ?? "none", "--keep-learned": keepLearned ? "on" : "off",
      "--class-weight": classWeight.rawValue,
      "--monotone": monotone.isEmpty ? "none" : monotone.map { "\($0.name)\($0.monotonicity)" }.joined(separator: ","),
      Self.rowsTerm: "\(parts.training.rows)", Self.dataTerm: parts.training.fingerprint,
    ]
    if let validation = parts.validation { terms[Self.dataTerm]! += validation.fingerprint }
    return terms
  }

  private static var rowsTerm: String { "rows" }
  private static var dataTerm: String { "data" }

  /// Refuses to resume with other options or rows, and says which.
  func requireSameTerms(_ path: String, _ own: [String: String], _ asked: [String: String]) throws {
    for (name, value) in asked.sorted(by: { $0.key < $1.key }) where name.hasPrefix("--") {
      guard let own = own[name], own != value else { continue }
      throw ToolError.usage("\(path) has \(name) \(own), so --resume cannot go on with \(name) \(value)")
    }
    let instead = "; --start \(path) learns from other rows"
    if let rows = own[Self.rowsTerm], let now = asked[Self.rowsTerm], rows != now {
      throw ToolError.data(
        "\(data.data): not the rows that \(path) was trained on: \(now) to learn from, and there were \(rows)\(instead)"
      )
    }
    if let mark = own[Self.dataTerm], mark != asked[Self.dataTerm] {
      throw ToolError.data(
        "\(data.data): not the rows that \(path) was trained on: as many, but with other values or in another order"
          + instead)
    }
  }
}
