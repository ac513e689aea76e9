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
    requireTargets(data)
    switch data.targets {
    case .values(let targets): return evaluate(data, values: targets, pool)
    case .classes(let labels, _): return evaluate(data, labels: labels, pool)
    }
  }

  /// The loss of each row, whose mean is the ``Evaluation/loss``.
  func losses(on data: Dataset<Element>, pool: ThreadPool) -> [Double] {
    requireTargets(data)
    let objective = objective
    var losses = [Double](repeating: 0, count: data.rows)
    losses.withUnsafeMutableBufferPointer { losses in
      forEachTile(of: data, pool: pool) { start, tile in
        objective.writeRowLosses(of: tile, to: losses.baseAddress! + start)
        guard let weights = tile.weights else { return }
        for row in 0..<tile.rows { losses[start + row] *= Double(weights[row]) }
      }
    }
    return losses
  }

  private func requireTargets(_ data: Dataset<Element>) {
    require(
      objective.outputs(forTargets: data.targets.outputs) == outputs && data.targets.task == task,
      "Network: \(data.targets.outputs) targets for \(task) with \(outputs) outputs")
  }

  private func evaluate(_ data: Dataset<Element>, labels: [Int32], _ pool: ThreadPool) -> Evaluation {
    var (loss, accuracy) = (0.0, WeightedMean())
    let objective = objective
    forEachTile(of: data, pool: pool) { _, tile in
      loss += objective.loss(of: tile, gradient: nil)
      addCorrect(tile.outputs, tile.targetClasses, tile.weights, to: &accuracy)
    }
    return Evaluation(
      samples: data.rows, loss: data.rows > 0 && data.meanWeight > 0 ? loss : .nan, accuracy: accuracy.value)
  }

  private func evaluate(_ data: Dataset<Element>, values: Matrix<Element>, _ pool: ThreadPool) -> Evaluation {
    let objective = objective
    var loss = 0.0
    var predictions = Matrix<Element>(rows: data.rows, columns: outputs)
    let to = predictions.mutableView()
    forEachTile(of: data, pool: pool) { start, tile in
      loss += objective.loss(of: tile, gradient: nil)
      to.slice(row: start, rows: tile.rows, columns: to.columns).copyElements(from: tile.outputs)
    }
    var result = Evaluation(samples: data.rows, loss: data.rows > 0 && data.meanWeight > 0 ? loss : .nan)
    if values.columns != outputs { return result }
    finish(to)
    let weights = data.relativeWeights
    let targets = (0..<values.columns).map { column in
      let fit = ColumnFit(predictions: predictions, targets: values, weights: weights, column: column)
      return fit.metrics(objective, name: names.target(column, of: values.columns))
    }
    result.rmse = mean(targets.map(\.rmse))
    result.r2 = mean(targets.map(\.r2))
    result.pearson = mean(targets.map(\.pearson))
    result.accuracy = mean(targets.map(\.accuracy))
    result.coverage = mean(targets.map(\.coverage))
    if targets.count > 1 { result.targets = targets }
    return result
  }

  /// Calls `body` for each tile of the data set with its first row; the tiles' losses add up to the mean.
  private func forEachTile(
    of data: Dataset<Element>, pool: ThreadPool, _ body: (Int, ObjectiveTile<Element>) -> Void
  ) {
    let weights = data.relativeWeights
    let columns = data.targets.outputs
    let scaling = objective.scalesTargets ? outputScaling : Scaling(identity: columns)
    let labels: [Int32] = if case .classes(let labels, _) = data.targets { labels } else { [] }
    let tileRows = ObjectiveLoop<Element>.tileRows
    let scaled = UnsafeMutablePointer<Element>.allocate(capacity: tileRows * columns)
    defer { scaled.deallocate() }
    labels.withUnsafeBufferPointer { labels in
      forEachChunk(of: data.inputs, pool: pool) { first, outputs in
        for row in stride(from: 0, to: outputs.rows, by: tileRows) {
          let rows = min(tileRows, outputs.rows - row)
          let start = first + row
          let targets: TargetView<Element>
          if case .values(let values) = data.targets {
            Element._scaleColumns(
              rows, columns, values.elements.pointer + start * columns, scaling.shift.pointer, scaling.factor.pointer,
              scaled)
            targets = .values(
              MatrixView(base: UnsafePointer(scaled), rows: rows, columns: columns, stride: columns))
          } else {
            targets = .classes(labels.baseAddress! + start)
          }
          body(
            start,
            ObjectiveTile(
              outputs: outputs.slice(row: row, rows: rows, columns: outputs.columns), targets: targets,
              weights: weights.map { $0.pointer + start }, total: data.rows))
        }
      }
    }
  }
}

extension Names {
  /// The name of a target, or `y`, or `y0`, `y1` of several.
  package func target(_ index: Int, of count: Int) -> String {
    targets.count == count ? targets[index] : count == 1 ? "y" : "y\(index)"
  }
}

/// Nil without values, or if one is undefined.
private func mean(_ values: [Double?]) -> Double? {
  var sum = 0.0
  for value in values {
    guard let value else { return nil }
    sum += value
  }
  return sum / Double(values.count)
}

/// Adds whether each row's label has the largest logit; of equal logits the first counts.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addCorrect<Element: Scalar>(
  _ logits: MatrixView<Element>, _ labels: UnsafePointer<Int32>, _ weights: UnsafePointer<Element>?,
  to accuracy: inout WeightedMean
) {
  for row in 0..<logits.rows {
    var (best, isNumber) = (0, logits[row, 0] == logits[row, 0])
    for column in 1..<max(1, logits.columns) {
      if logits[row, column] > logits[row, best] { best = column }
      isNumber = isNumber && logits[row, column] == logits[row, column]
    }
    let score = !isNumber ? .nan : best == Int(labels[row]) ? 1.0 : 0
    accuracy.add(score, weights.map { Double($0[row]) } ?? 1)
  }
}
