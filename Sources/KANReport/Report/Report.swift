import KAN
import KANLinearAlgebra

/// One page of pictures about a trained network: all in one file, which asks nothing of any other place.
///
///     let page = Report(network, on: test, title: "Houses").html()
///
/// It shows which inputs matter and what each does, the network with a closer look at each edge, predictions against truth,
/// the training, and how to reproduce it.
public struct Report: Sendable {
  /// How the page came about, as far as it is known.
  public struct Origin: Sendable {
    /// The command that made the page; empty for none.
    public var command: String
    /// Of this package; empty where it is not known.
    public var version: String
    /// Of the working folder's repository.
    public var commit: String?
    /// Where the model is; empty where it is in no file.
    public var model: String
    /// Where the data is; empty where it is in no file.
    public var data: String

    /// What is left out is not on the page.
    public init(
      command: String = "", version: String = "", commit: String? = nil, model: String = "", data: String = ""
    ) {
      (self.command, self.version, self.commit) = (command, version, commit)
      (self.model, self.data) = (model, data)
    }
  }

  /// Predictions for some rows.
  enum Predictions: Sendable {
    /// In the table's units, target by target.
    case values([(truth: [Double], prediction: [Double])])
    /// The class of each row, and of each class its probability: [classes][rows]
    case classes(truth: [Int], probabilities: [[Double]])
  }

  let title: String
  let portrait: Portrait
  let evaluation: Evaluation
  let record: TrainingRecord?
  /// What made the model, in order.
  let commands: [CommandRecord]
  let predictions: Predictions
  let totals: TotalEffects
  let shares: [EffectShares]
  let effects: [InputEffects]
  let warnings: [String]
  let origin: Origin
  let objective: String
  let parameters: Int
  /// Rows of the data, and those of them that pictures are of.
  let rows, sampled: Int

  /// Rows that charts of predictions are of: what can be told apart in one.
  private static var mostRows: Int { 2048 }
  /// Rows that strengths, densities and effects are of: spreads to a few percent.
  package static var portraitRows: Int { 1024 }

  /// Looks at a network on some rows. Takes about a second whatever the rows.
  ///
  /// - Parameters:
  ///   - data: rows in the data's units with targets; traps unless the columns fit. Metrics are of all, pictures of some,
  ///     evenly spaced.
  ///   - evaluation: of the network on the data, where it is known already.
  ///   - title: the page's heading.
  ///   - warnings: what a reader should know, such as ``Warnings`` finds.
  ///   - origin: how the page came about.
  public init<Element: Scalar>(
    _ network: Network<Element>, on data: Dataset<Element>, evaluation: Evaluation? = nil, title: String,
    warnings: [String] = [], origin: Origin = Origin(), pool: ThreadPool = .shared
  ) {
    require(
      data.inputs.columns == network.inputs,
      "Report: rows of \(data.inputs.columns) columns for \(network.inputs) inputs")
    let rows = evenlySpaced(Self.mostRows, of: data.rows)
    let some = data.selecting(rows: rows)
    let few = data.inputs.selecting(rows: evenlySpaced(Self.portraitRows, of: data.rows))
    self.title = title
    portrait = Portrait(network, rows: few, pool: pool)
    self.evaluation = evaluation ?? network.evaluate(on: data, pool: pool)
    record = network.record
    commands = network.commands
    predictions = Self.predictions(network, some, pool)
    totals = TotalEffects(network, scores: portrait.nodes[0], on: few, pool: pool)
    shares = EffectShares.all(of: network, on: few, pool: pool)
    effects = InputEffects.all(of: network, portrait, totals.inputs.map(\.input), on: few, pool: pool)
    self.warnings = warnings
    self.origin = origin
    objective = ObjectiveDescription(network.objective).description
    parameters = network.parameterCount
    (self.rows, sampled) = (data.rows, rows.count)
  }

  private static func predictions<Element: Scalar>(
    _ network: Network<Element>, _ data: Dataset<Element>, _ pool: ThreadPool
  ) -> Predictions {
    let answers = network.predict(data.inputs, pool: pool)
    switch data.targets {
    case .classes(let labels, _):
      return .classes(
        truth: labels.map { Int($0) },
        probabilities: (0..<answers.columns).map { answers.column($0).map { Double($0) } })
    case .values(let values):
      let (predicted, truth) = (network.inUnitsOfTable(answers), network.inUnitsOfTable(values))
      return .values(
        (0..<min(predicted.columns, truth.columns)).map { (truth: truth.column($0), prediction: predicted.column($0)) })
    }
  }
}

/// At most so many evenly spaced rows: the same ones of the same data each time.
package func evenlySpaced(_ most: Int, of rows: Int) -> [Int] {
  rows <= most ? Array(0..<rows) : (0..<most).map { $0 * rows / most }
}
