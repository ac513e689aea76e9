/// Rows for training or evaluation: inputs, and a target for each row.
public struct Dataset<Element: Scalar>: Sendable {
  /// [rows × in], in the user's units
  public let inputs: Matrix<Element>
  /// One for each row of `inputs`.
  public let targets: Targets<Element>
  /// The weight of each row, or nil for equal weights: [rows]
  ///
  /// A row of weight 2 counts twice, a row of weight 0 not at all; only ratios matter. Losses and metrics are means
  /// with these weights.
  public let weights: AlignedArray<Element>?
  /// Names of columns and classes; empty lists where the data has none.
  public var names: Names
  /// Σ w / rows
  package let meanWeight: Double

  /// Traps unless there is a target and, with weights, a weight for each row, every class is less than `count`, and
  /// class names, if any, are as many as classes.
  public init(
    inputs: Matrix<Element>, targets: Targets<Element>, weights: AlignedArray<Element>? = nil, names: Names = Names()
  ) {
    inputs.requireElements()
    if case .values(let values) = targets { values.requireElements() }
    require(
      inputs.rows == targets.rows,
      "Dataset: inputs of shape [\(inputs.rows) × \(inputs.columns)] and \(targets.rows) targets")
    if case .classes(let labels, let count) = targets {
      require(
        names.classes.isEmpty || names.classes.count == count,
        "Dataset: \(count) classes and names for \(names.classes.count)")
      let wrong = labels.first { $0 < 0 || $0 >= count }
      require(wrong == nil, "Dataset: class \(wrong ?? 0) outside 0 ..< \(count)")
    }
    if let weights {
      require(weights.count == inputs.rows, "Dataset: \(inputs.rows) rows and \(weights.count) weights")
    }
    self.inputs = inputs
    self.targets = targets
    self.weights = weights
    self.names = names
    meanWeight = weights.map { KAN.meanWeight(of: $0) } ?? 1
  }

  /// Rows of which only the inputs are asked for: [rows × in]
  init(withoutTargets inputs: Matrix<Element>) {
    inputs.requireElements()
    self.inputs = inputs
    targets = .values(Matrix(rows: 0, columns: 0))
    weights = nil
    names = Names()
    meanWeight = 1
  }

  /// The number of rows, those of weight 0 included.
  public var rows: Int { inputs.rows }

  /// Some rows, in the given order.
  public func selecting(rows selected: some Collection<Int>) -> Dataset {
    Dataset(
      inputs: inputs.selecting(rows: selected), targets: targets.selecting(rows: selected),
      weights: weights.map { weights in AlignedArray(selected.map { weights[$0] }) }, names: names)
  }
}

/// The targets of a data set.
public enum Targets<Element: Scalar>: Sendable, Equatable {
  /// [rows × out], in the user's units
  case values(Matrix<Element>)
  /// The index of each row's class, 0 ..< classes: [rows]
  case classes([Int32], count: Int)

  /// The number of rows.
  public var rows: Int {
    switch self {
    case .values(let matrix): matrix.rows
    case .classes(let labels, _): labels.count
    }
  }

  /// The outputs of a network for these targets.
  public var outputs: Int {
    switch self {
    case .values(let matrix): matrix.columns
    case .classes(_, let count): count
    }
  }

  /// A regression for values, a classification for classes.
  public var task: LearningTask {
    switch self {
    case .values: .regression
    case .classes: .classification
    }
  }

  func selecting(rows selected: some Collection<Int>) -> Targets {
    switch self {
    case .values(let matrix): .values(matrix.selecting(rows: selected))
    case .classes(let labels, let count): .classes(selected.map { labels[$0] }, count: count)
    }
  }
}

extension Dataset {
  /// The weights relative to their mean, 1 on average or all 0: [rows]
  package var relativeWeights: AlignedArray<Element>? { relativeWeights(mean: meanWeight) }

  /// The weights relative to the mean of rows of which these are some.
  func relativeWeights(mean: Double) -> AlignedArray<Element>? {
    weights.map { weights in AlignedArray(weights.map { mean > 0 ? Element(Double($0) / mean) : 0 }) }
  }
}
