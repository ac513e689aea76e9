/// The origin of a scaling, which decides whether a training may set it.
package enum ScalingOrigin: String, Sendable, Codable {
  /// Not set: the next training takes it from its data.
  case none
  /// ``Network/setRanges(inputs:targets:)``
  case given
  /// The data of a training or a least-squares fit.
  case data
  /// Data in which no column varies, so that the spread is undetermined.
  case constantData
}

extension Network {
  /// Fixes the ranges of inputs and, optionally, targets before the first training, which otherwise takes them from its
  /// data.
  ///
  /// Use it if the first of several parts of the data does not cover the whole range: the first layer's grids then
  /// cover the given range, and later trainings never change it. A saved network keeps it.
  ///
  /// Traps unless there is a range for each input and each output, finite and not empty.
  ///
  /// - Parameters:
  ///   - inputs: one range for each input, scaled to [-1, 1]
  ///   - targets: one range for each output, scaled to [-1, 1]; nil leaves that to the first training. An objective
  ///     that does not scale targets (``Objective/scalesTargets``) uses targets unscaled.
  /// - Throws: ``TrainingError/rangesAlreadyFitted`` once a training or
  ///   ``fitLastLayer(on:smoothing:updating:pool:)`` has fitted parameters to ranges: other ranges would change
  ///   what all of them mean.
  public mutating func setRanges(
    inputs: [ClosedRange<Element>], targets: [ClosedRange<Element>]? = nil
  ) throws(TrainingError) {
    require(
      inputs.count == self.inputs && (targets?.count ?? outputs) == outputs,
      "Network: \(inputs.count) ranges of inputs and \(targets?.count ?? outputs) of targets for \(self.inputs) inputs "
        + "and \(outputs) outputs")
    for range in inputs + (targets ?? []) {
      require(
        range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound,
        "Network: range \(range)")
    }
    if isFitted { throw .rangesAlreadyFitted }
    inputScaling = Scaling(rangeOf: Matrix([inputs.map(\.lowerBound), inputs.map(\.upperBound)]))
    inputScalingOrigin = .given
    guard let targets else { return }
    // The standard deviation of two numbers is half their distance.
    outputScaling = Scaling(spreadOf: Matrix([targets.map(\.lowerBound), targets.map(\.upperBound)]))
    outputScalingOrigin = .given
  }

  /// Takes a scaling that the first layer's functions were made for, before any training.
  package mutating func take(inputScaling scaling: Scaling<Element>) {
    inputScaling = scaling
    inputScalingOrigin = .given
  }

  /// Sets the task and the names of columns and classes, for a network whose parameters are set by hand. A training
  /// takes both from its data, and keeps these names if the data has none.
  ///
  /// - Throws: ``TrainingError/names(_:)`` for names that do not fit, and ``TrainingError/otherTask(trained:asked:)``
  ///   once a training has fitted the parameters to another task.
  public mutating func describe(as task: LearningTask, names: Names = Names()) throws(TrainingError) {
    if isFitted && task != self.task { throw .otherTask(trained: self.task, asked: task) }
    try Self.check(names, inputs: inputs, outputs: outputs, task: task)
    self.task = task
    self.names = names
  }

  /// Whether parameters have been fitted, which ties them to scalings and a task.
  private var isFitted: Bool {
    record != nil || [inputScalingOrigin, outputScalingOrigin].contains { $0 == .data || $0 == .constantData }
  }

  static func check(_ names: Names, inputs: Int, outputs: Int, task: LearningTask) throws(TrainingError) {
    do {
      try names.check(inputs: inputs, outputs: outputs, task: task)
    } catch {
      throw .names(error)
    }
  }

  /// Sets the objective and, unless an earlier training has set them, scalings, task and names from the data.
  ///
  /// A constant column gets the factor 0, and its range stays open: the first later training in which it varies sets
  /// the factor and keeps the shift, so that predictions at the old value do not change. The scaling of targets stays
  /// open if all are constant.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read, before anything has changed.
  mutating func prepare(
    for data: some RowSource<Element>, _ objective: any Objective, _ pool: ThreadPool
  ) throws(RowSourceError) {
    let shape = data.targetShape
    objective.requireConsistency(targets: shape.outputs)
    let statistics = try statistics(neededOf: data, objective, pool)
    if record == nil { describe(data) }
    take(objective)
    if inputScalingOrigin == .none {
      inputScaling = Scaling(range: statistics.inputs)
      inputScalingOrigin = .data
    } else {
      inputScaling.openConstantColumns(to: statistics.inputs)
    }
    if !objective.scalesTargets {
      if record != nil { return }
      outputScaling = Scaling(identity: outputs)
      outputScalingOrigin = .data
      return startOutputs(objective, meanTargets: shape.task == .regression ? statistics.targets.means : [])
    }
    if shape.task == .classification || outputScalingOrigin == .given || outputScalingOrigin == .data { return }
    let columns = statistics.targets
    let spread = Scaling(spread: columns)
    outputScaling =
      outputScalingOrigin == .none ? spread : Scaling(shift: outputScaling.shift, factor: spread.factor)
    outputScalingOrigin = columns.deviations.contains { $0 > 0 } ? .data : .constantData
  }

  /// Those of the columns whose scalings are open, in one pass over the rows; empty ones if no scaling is.
  private func statistics(
    neededOf data: some RowSource<Element>, _ objective: any Objective, _ pool: ThreadPool
  ) throws(RowSourceError) -> RowStatistics<Element> {
    var parts: RowParts = []
    if inputScalingOrigin == .none || inputScaling.factor.contains(0) { parts.insert(.inputs) }
    let isOpen = outputScalingOrigin == .none || outputScalingOrigin == .constantData
    if objective.scalesTargets ? isOpen : record == nil { parts.insert(.targets) }
    let empty = RowStatistics(of: data)
    return parts.isEmpty ? empty : try data.reduce(empty, reading: parts.union(.weights), pool: pool)
  }

  /// Sets the task and the names of columns and classes from a data set. For the same task, present names stay if the
  /// data has none.
  package mutating func describe(_ data: some RowSource<Element>) {
    let shape = data.targetShape
    names = shape.task == task ? data.names.filled(from: names) : data.names
    task = shape.task
  }
}

extension Scaling {
  /// Gives columns of factor 0 a factor that maps these rows and the column's value so far into [-1, 1].
  fileprivate mutating func openConstantColumns(to columns: ColumnStatistics<Element>) {
    if !factor.contains(0) { return }
    var factor = factor
    for column in factor.indices where factor[column] == 0 {
      let distance = max(columns.highest[column] - shift[column], shift[column] - columns.lowest[column])
      let opened = Self.factor(toReach: distance)
      if distance > 0 && opened.isFinite { factor[column] = opened }
    }
    self = Scaling(shift: shift, factor: factor)
  }
}
