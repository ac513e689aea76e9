/// Loss and metrics of a network on a data set; weights of rows apply to every mean.
///
/// A metric is nil if it does not apply to the objective or is undefined, such as ``r2`` and ``pearson`` of constant
/// targets. Without rows, or with NaN outputs, metrics are NaN.
public struct Evaluation: Sendable, Equatable {
  /// Rows evaluated.
  public var samples: Int
  /// The mean of the network's ``Network/objective``.
  public var loss: Double
  /// √(mean squared error), in the targets' units. This and the following metrics are means over targets.
  public var rmse: Double?
  /// 1 - Σ (t - y)²/Σ (t - t̄)², the coefficient of determination.
  public var r2: Double?
  /// Pearson's correlation of prediction and target.
  public var pearson: Double?
  /// The share of rows whose class has the largest output, or of targets of 0 or 1 that are the more probable value.
  public var accuracy: Double?
  /// The share of targets that do not exceed the prediction, for predictions of a quantile
  /// (``Objective/predictedQuantile``).
  public var coverage: Double?
  /// Metrics by target; nil for a single one.
  public var targets: [Target]?
  /// Of classes: the mean of -log p, p the predicted probability of a row's class, in nats.
  public var logLoss: Double?
  /// Of classes: the area under the ROC curve, of several the mean of each against all others. Nil with rows of one class
  /// only, or more than 256 classes. Exact for up to four million scores, a row's of each class counted, and within 1e-4
  /// beyond.
  public var auc: Double?
  /// Of two classes the F1 score of the second one, of several the mean over those with rows or predictions.
  public var f1: Double?
  /// Of classes: the mean recall of those with rows.
  public var balancedAccuracy: Double?
  /// Rows by actual class, and within by predicted class, or sums of weights: [classes × classes], in the order of
  /// ``classes``. Nil of more than 256 classes.
  public var confusion: [[Double]]?
  /// Metrics of each class.
  public var classes: [ClassMetrics]?
  /// Of classes: how far probabilities are what they claim to be.
  public var reliability: Reliability?

  /// Metrics of one target.
  public struct Target: Sendable, Equatable {
    /// The column's name, or `y0`, `y1`, … without names.
    public var name: String
    /// √(mean squared error), in the target's units.
    public var rmse: Double?
    /// The coefficient of determination; nil for a constant target.
    public var r2: Double?
    /// Pearson's correlation; nil where target or prediction is constant.
    public var pearson: Double?
    /// The share of targets of 0 or 1 that are the more probable value.
    public var accuracy: Double?
    /// The share of targets that do not exceed the predicted quantile.
    public var coverage: Double?
  }

  /// The metrics of all targets.
  package var overall: Target {
    Target(name: "", rmse: rmse, r2: r2, pearson: pearson, accuracy: accuracy, coverage: coverage)
  }
}

extension Network {
  /// Loss and metrics over all rows of a data set. Traps if its columns do not fit the network. Invalid targets, such
  /// as negative counts, may make them NaN.
  public func evaluate(on data: Dataset<Element>, pool: ThreadPool = .shared) -> Evaluation {
    do throws(RowSourceError) {
      return try evaluate(TrainingRows(data), pool: pool)
    } catch {
      fatalError("Network: \(error)")
    }
  }

  /// The same over all rows of any source; memory does not grow with them.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read.
  public func evaluate(
    on source: some RowSource<Element>, pool: ThreadPool = .shared
  ) throws(RowSourceError) -> Evaluation {
    try evaluate(TrainingRows(source), pool: pool)
  }

  /// - Parameter isDetailed: whether to go beyond the accuracy of classes, which takes longer than many networks do.
  func evaluate(
    _ data: TrainingRows<Element>, isDetailed: Bool = true, pool: ThreadPool
  ) throws(RowSourceError) -> Evaluation {
    requireTargets(data)
    let sums = try reduce(
      data, EvaluationSums(self, on: data, isDetailed: isDetailed), reading: [.targets, .weights], pool: pool)
    return sums.evaluation(
      names: names, meanWeight: data.meanWeight, scales: encoding?.targetScales, pool: pool)
  }

  /// The loss of each row, whose mean is the ``Evaluation/loss``.
  func losses(on data: TrainingRows<Element>, pool: ThreadPool) throws(RowSourceError) -> [Double] {
    requireTargets(data)
    if let shared = data.shared { return shared.communicator.gather(try ownLosses(on: data, pool: pool)) }
    return try ownLosses(on: data, pool: pool)
  }

  /// Those of the rows of this process.
  private func ownLosses(on data: TrainingRows<Element>, pool: ThreadPool) throws(RowSourceError) -> [Double] {
    let tiles = TargetTiles(self, on: data)
    var losses = [Double](repeating: 0, count: data.own.rows)
    let first = data.firstOwn
    try forEachChunk(of: data, reading: [.targets, .weights], pool: pool) { chunk in
      losses.withUnsafeMutableBufferPointer { losses in
        tiles.forEachTile(of: chunk) { start, tile in
          let start = start - first
          objective.writeRowLosses(of: tile, to: losses.baseAddress! + start)
          guard let weights = tile.weights else { return }
          for row in 0..<tile.rows { losses[start + row] *= Double(weights[row]) }
        }
      }
    }
    return losses
  }

  private func requireTargets(_ data: TrainingRows<Element>) {
    let shape = data.targetShape
    require(
      objective.outputs(forTargets: shape.outputs) == outputs && shape.task == task,
      "Network: \(shape.outputs) targets for \(task) with \(outputs) outputs")
  }
}

extension Names {
  /// The name of a target, or `y`, or `y0`, `y1` of several.
  package func target(_ index: Int, of count: Int) -> String {
    targets.count == count ? targets[index] : count == 1 ? "y" : "y\(index)"
  }
}
