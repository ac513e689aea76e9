import ArgumentParser
import KAN

/// The objective, by the names of ``knownObjectives``.
struct ObjectiveArguments: ParsableArguments {
  private static let names = knownObjectives.map { $0.name }

  @Option(
    help: ArgumentHelp(
      "Loss: \(names.joined(separator: ", ")) (default: mse for numbers, cross-entropy for classes).",
      discussion: """
        quantile predicts what a share --quantile of targets does not exceed; poisson takes counts and predicts rates; \
        logistic takes targets of 0 and 1 and predicts the probability of a 1; huber and absolute bear outliers.
        """), completion: .list(names))
  var loss: String?
  @Option(parsing: .unconditional, help: "The quantile that --loss quantile estimates, between 0 and 1.")
  var quantile: Double?
  @Option(
    parsing: .unconditional,
    help: "The error from which --loss huber is linear, in units of the targets' standard deviation (default: 0.1).")
  var huberDelta: Double?

  /// The objective asked for, if any.
  var objective: (any Objective)? {
    get throws {
      guard let loss else { return nil }
      var settings = loss == HuberLoss.name ? HuberLoss().settings : [:]
      settings["quantile"] = quantile
      if let huberDelta { settings["delta"] = huberDelta }
      return try makeObjective(ObjectiveDescription(name: loss, settings: settings))
    }
  }

  func validate() throws {
    if let loss, !Self.names.contains(loss) {
      throw ValidationError("--loss has to be one of \(Self.names.joined(separator: ", "))")
    }
    if quantile != nil && loss != QuantileLoss.name { throw ValidationError("--quantile is for --loss quantile") }
    if huberDelta != nil && loss != HuberLoss.name { throw ValidationError("--huber-delta is for --loss huber") }
    if loss == QuantileLoss.name {
      guard let quantile else { throw ValidationError("--loss quantile needs --quantile, 0.9 for example") }
      if !(quantile > 0 && quantile < 1) { throw ValidationError("--quantile has to be between 0 and 1") }
    }
    if let huberDelta, !(huberDelta > 0 && huberDelta.isFinite) {
      throw ValidationError("--huber-delta has to be above 0")
    }
  }
}

extension Objective {
  /// Rejects invalid targets in terms of the table; rows are those of the file.
  func requireTargets<Element: Scalar>(of data: Dataset<Element>, in path: String) throws {
    do throws(TrainingError) {
      try check(data.targets)
    } catch {
      guard case .badTarget(_, let row, let column, let objective, let takes) = error else {
        throw ToolError.data("\(path): --loss \(error)")
      }
      let name = data.names.target(column, of: data.targets.outputs)
      throw ToolError.data("\(path): row \(row + 1), column \"\(name)\": --loss \(objective) takes \(takes)")
    }
  }
}
