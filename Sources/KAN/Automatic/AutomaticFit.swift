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
  /// Whether a report has stopped the training: the network is then made of the members that were done.
  public var isInterrupted: Bool
  /// Intervals of the first layer.
  public var intervals: Int
  /// Passes over the rows of each network's training by ``AdamW``.
  public var epochs: Int
  /// Rows of a step of each network's training.
  public var batch: Int
  /// The largest rate of each network's training.
  public var learningRate: Double
  /// What a user should know of the rows and the network; of a table also columns that are left out.
  public var warnings = Warnings()

  /// A kind of model.
  public struct Member: Sendable, Codable {
    /// `constant`, `linear`, `additive`, `smooth`, or the kind of network.
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

    /// The ``name`` of a network by ``LevenbergMarquardt``, which is alone where it is chosen.
    static var smooth: String { "smooth" }
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
  /// Networks of each kind and fold, which differ in their random start; by ``effort`` if nil.
  public var starts: Int? {
    didSet { require(starts.map { $0 > 0 } ?? true, "AutomaticOptions: \(starts ?? 0) starts") }
  }
  /// Inputs, by name, that predictions are to follow in one direction, for certain: see
  /// ``TrainingOptions/monotone``. Inputs of data without names are called 1, 2 and so on.
  public var monotone: [String: Monotonicity] = [:]

  /// Traps unless `intervals` is at least 1.
  public init(effort: Effort = .fast, intervals: Int? = nil, hasEvenKnots: Bool = false, seed: UInt64 = 0) {
    require(intervals.map { $0 > 0 } ?? true, "AutomaticOptions: \(intervals ?? 0) intervals")
    self.effort = effort
    self.intervals = intervals
    self.hasEvenKnots = hasEvenKnots
    self.seed = seed
  }

  /// ``monotone`` by the number of the input, from 0.
  func directions<Element: Scalar>(in data: Dataset<Element>) throws(TrainingError) -> [Int: Monotonicity] {
    let names = data.names.inputs.isEmpty ? (1...max(1, data.inputs.columns)).map { "\($0)" } : data.names.inputs
    var result: [Int: Monotonicity] = [:]
    for (name, direction) in monotone.sorted(by: { $0.key < $1.key }) {
      guard let input = names.firstIndex(of: name) else { throw .monotone("there is no input column \"\(name)\"") }
      result[input] = direction
    }
    return result
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
  ///   - progress: called now and then; returns whether to go on. What is done when it ends the training becomes the
  ///     network (``AutomaticFit/isInterrupted``).
  /// - Throws: ``TrainingError`` as ``train(on:validation:with:options:pool:progress:)`` does.
  public static func fit(
    _ data: Dataset<Element>, options: AutomaticOptions = AutomaticOptions(), objective: (any Objective)? = nil,
    pool: ThreadPool = .shared, progress: @escaping AutomaticReport = { _ in .continue }
  ) throws(TrainingError) -> AutomaticFit<Element> {
    let kinds = [InputKind](repeating: .number, count: data.inputs.columns)
    var fit = try AutomaticTraining(
      data, kinds, options, objective ?? data.targets.task.objective, pool, progress
    ).run()
    fit.warn(of: data, suggesting: objective == nil, pool: pool)
    return fit
  }
}

extension AutomaticFit {
  /// Adds the warnings that the rows of the training give reason for.
  ///
  /// - Parameter suggests: whether the objective was not asked for, so that another may be suggested.
  mutating func warn(of data: Dataset<Element>, suggesting suggests: Bool, pool: ThreadPool) {
    warnings.add(.constantTarget, Warnings.constantTargets(in: data))
    warnings.add(.fewOfClass, Warnings.fewOfClass(training: data, test: nil))
    warnings.add(.training, Warnings.training(nil, fit: network.evaluate(on: data, pool: pool)))
    warnings.add(.parameters, Warnings.parameters(of: network, rows: data.rows))
    if suggests { warnings.add(.objective, Warnings.objective(in: data)) }
  }
}

extension AutomaticFit {
  /// Options of `kan train` for a single network like the member of the largest weight.
  public var explicitOptions: String {
    let adam = "--grid \(intervals) --epochs \(epochs) --batch \(batch) --learning-rate \(learningRate.text(digits: 3))"
    guard let member = members.max(by: { $0.weight < $1.weight }), member.hidden > 0 else {
      // Of the methods only first-order steps keep a network monotone.
      if !network.monotone.isEmpty { return adam }
      let isLeastSquares = network.objective is MeanSquaredError
      let method = isLeastSquares ? "--init least-squares --epochs 0" : "--optimizer lbfgs --epochs 100"
      return "--grid \(intervals) \(method)"
    }
    if member.name == Member.smooth {
      let grids = [5, 10, 20, 50, 100].filter { $0 <= network.layers[0].gridIntervals ?? 5 }
      return "--hidden \(member.hidden) --optimizer lm --precision double "
        + "--extend \(grids.map(String.init).joined(separator: ",")) --epochs \(AutomaticTuning.smoothEpochs)"
    }
    return "--hidden \(member.hidden) \(adam) --weight-decay \(member.weightDecay.text(digits: 3))"
  }
}

extension AutomaticFit: CustomStringConvertible {
  /// What was chosen, and why, in a paragraph.
  public var description: String {
    let parts = members.filter { $0.weight > 0 }.map { member in
      let names = ["constant": "a constant", "linear": "straight lines", "additive": "additive splines"]
      let what =
        member.name == Member.smooth
        ? "a smooth network of \(member.hidden) unit\(member.hidden == 1 ? "" : "s")"
        : member.hidden == 0
          ? names[member.name] ?? member.name
          : "\(member.networks) network\(member.networks == 1 ? "" : "s") \"\(member.name)\" of \(member.hidden) units"
      return "\(what) (weight \(member.weight.text(digits: 2)), loss \(member.loss.text(digits: 2)))"
    }
    let how = folds == 0 ? "none of the few rows" : folds == 1 ? "a tenth of the rows" : "\(folds) folds"
    let end = isInterrupted ? "; interrupted before the other parts were done" : ""
    return "chosen by \(how) left out: \(parts.joined(separator: ", ")); loss together \(loss.text(digits: 2))\(end)"
  }
}
