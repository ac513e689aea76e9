import KAN
import KANFiles

extension TrainCommand {
  /// What a resumed training has to have in common with the one before, beyond layers, columns, method, loss and seed: the
  /// options by name, and the rows. Saved with the model.
  ///
  /// The learning rate may change, since a smaller one is the way on after a divergence, and so may the number of epochs.
  func terms<Element: Scalar>(_ parts: Parts<Element>) -> [String: String] {
    let own = [
      "--batch": "\(batch)", "--schedule": schedule.rawValue, "--weight-decay": "\(weightDecay)",
      "--sparsity": "\(sparsity ?? 0)", "--entropy": "\(entropy ?? 0)", "--roughness": "\(roughness ?? 0)",
      "--patience": patience.map { "\($0)" } ?? "none", "--keep-learned": keepLearned ? "on" : "off",
    ]
    return own.merging(commonTerms(parts)) { $1 }
  }

  /// The same for an automatic training, which has its loss and seed among them.
  func automaticTerms<Element: Scalar>(_ effort: Effort, _ parts: Parts<Element>) -> [String: String] {
    let loss = objectives.loss.map { loss in
      [loss] + [objectives.quantile, objectives.huberDelta].compactMap { $0.map { "\($0)" } }
    }
    let own = [
      "--auto": effort.rawValue, "--seed": "\(seed)", "--grid": grid.map { "\($0)" } ?? "by the data",
      "--knots": (knots ?? .data).rawValue, "--ensemble": ensemble.map { "\($0)" } ?? "none",
      "--loss": loss?.joined(separator: " ") ?? "by the targets", "--precision": precision.rawValue,
    ]
    return own.merging(commonTerms(parts)) { $1 }
  }

  private func commonTerms<Element: Scalar>(_ parts: Parts<Element>) -> [String: String] {
    let directions = monotone.map { "\($0.name)\($0.monotonicity)" }
    // Of rows in a file the order of an epoch depends on it.
    let own = parts.stream == nil ? [:] : ["--memory": memory.memory.map { "\($0)" } ?? "none"]
    return own.merging([
      "--class-weight": classWeight.rawValue,
      "--monotone": directions.isEmpty ? "none" : directions.joined(separator: ","),
      Self.rowsTerm: parts.marks.rows, Self.dataTerm: parts.marks.data,
    ]) { $1 }
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
