/// What an automatic training has chosen, and how good it is on rows that its members did not learn.
public struct AutomaticFit<Element: Scalar>: Sendable {
  /// The trained network; it holds the encoding of the table, if it was trained on one.
  public var network: Network<Element>
  /// All kinds of members that were tried, from simple to complex; those of weight 0 are not in the network.
  public var members: [Member]
  /// The network's mean loss on rows that its members did not learn; on the rows learned if there are no ``folds``.
  public var loss: Double
  /// Folds that rows were left out in: 1 for a tenth of the rows, 0 if they are too few to leave any out.
  public var folds: Int
  /// Wall time.
  public var seconds: Double
  /// Rows that were learned.
  public var rows: Int
  /// Intervals of the first layer.
  public var intervals: Int
  /// Passes over the rows of each network's training by ``AdamW``.
  public var epochs: Int
  /// Rows of a step of each network's training.
  public var batch: Int
  /// The largest rate of each network's training.
  public var learningRate: Double

  /// A kind of model.
  public struct Member: Sendable, Codable {
    /// `linear`, `additive`, or the kind of network.
    public var name: String
    /// Its weight.
    public var weight: Double
    /// Its own mean loss on rows left out.
    public var loss: Double
    /// How many networks it is the mean of.
    public var networks: Int
    /// Units of their hidden layer; 0 without one.
    public var hidden: Int
    /// λ of ``AdamW``.
    public var weightDecay: Double
  }
}

/// What an automatic training does not choose itself.
public struct AutomaticOptions: Sendable, Equatable {
  /// How much work is taken on.
  public var effort: Effort
  /// Intervals of the first layer; chosen by the number of rows if nil.
  public var intervals: Int?
  /// Whether the first layer's knots are evenly spaced rather than at quantiles.
  public var hasEvenKnots: Bool
  /// Of the folds, the random starts and the order of rows.
  public var seed: UInt64

  /// Traps unless `intervals` is at least 1.
  public init(effort: Effort = .fast, intervals: Int? = nil, hasEvenKnots: Bool = false, seed: UInt64 = 0) {
    require(intervals.map { $0 > 0 } ?? true, "AutomaticOptions: \(intervals ?? 0) intervals")
    self.effort = effort
    self.intervals = intervals
    self.hasEvenKnots = hasEvenKnots
    self.seed = seed
  }
}

extension Network {
  /// Trains a network that is chosen by the data: additive splines and several small networks are fitted with some rows
  /// left out, and mixed with the weights that predict those rows best; the mixture is one network.
  ///
  /// The same seed gives the same bits for any number of threads.
  ///
  /// - Parameters:
  ///   - options: how much work is taken on, and what is not left to the data.
  ///   - objective: nil for ``MeanSquaredError`` on numbers, ``SoftmaxCrossEntropy`` on classes.
  /// - Throws: ``TrainingError`` as ``train(on:validation:with:options:pool:progress:)`` does.
  public static func fit(
    _ data: Dataset<Element>, options: AutomaticOptions = AutomaticOptions(), objective: (any Objective)? = nil,
    pool: ThreadPool = .shared
  ) throws(TrainingError) -> AutomaticFit<Element> {
    let kinds = [InputKind](repeating: .number, count: data.inputs.columns)
    return try AutomaticTraining(
      data, kinds, options, objective ?? data.targets.task.objective, pool, isRunning: { true }
    ).run()
  }
}

extension AutomaticFit {
  /// Options of `kan train` for a single network like the member of the largest weight.
  public var explicitOptions: String {
    guard let member = members.max(by: { $0.weight < $1.weight }), member.hidden > 0 else {
      let isRegression = network.task == .regression
      let method = isRegression ? "--init least-squares --epochs 0" : "--optimizer lbfgs --epochs 100"
      return "--grid \(intervals) \(method)"
    }
    return "--hidden \(member.hidden) --grid \(intervals) --epochs \(epochs) --batch \(batch) "
      + "--learning-rate \(learningRate.text(digits: 3)) --weight-decay \(member.weightDecay.text(digits: 3))"
  }
}

extension AutomaticFit: CustomStringConvertible {
  /// What was chosen, and why, in a paragraph.
  public var description: String {
    let parts = members.filter { $0.weight > 0 }.map { member in
      let names = ["constant": "a constant", "linear": "straight lines", "additive": "additive splines"]
      let what =
        member.hidden == 0
        ? names[member.name] ?? member.name
        : "\(member.networks) network\(member.networks == 1 ? "" : "s") \"\(member.name)\" of \(member.hidden) units"
      return "\(what) (weight \(member.weight.text(digits: 2)), loss \(member.loss.text(digits: 2)))"
    }
    let how = folds == 0 ? "none of the few rows" : folds == 1 ? "a tenth of the rows" : "\(folds) folds"
    return "chosen by \(how) left out: \(parts.joined(separator: ", ")); loss together \(loss.text(digits: 2))"
  }
}
