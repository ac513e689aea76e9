/// How well a network does on some data; with weights for the rows, every mean has them.
public struct Evaluation: Sendable, Equatable, Codable {
  /// Rows judged.
  public var samples: Int
  /// The mean of what training makes small: squared error in units of the targets' spread, or cross-entropy.
  public var loss: Double
  /// √(mean squared error), in the targets' units; the mean over several targets, as are the next two.
  public var rmse: Double?
  /// 1 - Σ (t - y)²/Σ (t - t̄)², the coefficient of determination.
  public var r2: Double?
  /// Pearson's correlation of prediction and target.
  public var pearson: Double?
  /// The share of rows whose class has the largest output.
  public var accuracy: Double?
}

extension Network {
  /// Loss and metrics over all rows of a data set. Traps if its columns do not fit the network.
  public func evaluate(on data: Dataset<Element>, pool: ThreadPool = .shared) -> Evaluation {
    require(
      data.targets.outputs == outputs && data.targets.task == task,
      "Network: \(data.targets.outputs) targets for \(task) with \(outputs) outputs")
    let weights = data.relativeWeights
    switch data.targets {
    case .values(let targets): return evaluateRegression(data.inputs, targets, weights, pool)
    case .classes(let labels, _): return evaluateClassification(data.inputs, labels, weights, pool)
    }
  }

  /// The loss of each row, whose mean is the ``Evaluation/loss``.
  func losses(on data: Dataset<Element>, pool: ThreadPool) -> [Double] {
    let weights = data.relativeWeights
    func weight(_ row: Int) -> Double { weights.map { Double($0.pointer[row]) } ?? 1 }
    var losses: [Double] = []
    losses.reserveCapacity(data.rows)
    switch data.targets {
    case .values(let targets):
      let predictions = predict(data.inputs, pool: pool)
      for row in 0..<targets.rows {
        let sum = (0..<targets.columns).reduce(0.0) { sum, column in
          let error = Double(predictions[row, column]) - Double(targets[row, column])
          return sum + error * error * Double(outputScaling.factor[column]) * Double(outputScaling.factor[column])
        }
        losses.append(weight(row) * sum / Double(targets.columns))
      }
    case .classes(let labels, _):
      labels.withUnsafeBufferPointer { labels in
        forEachChunk(of: data.inputs, pool: pool) { start, logits in
          for row in 0..<logits.rows {
            let one = logits.slice(row: row, rows: 1, columns: logits.columns)
            let loss = Loss.evaluate(one, .classes(labels.baseAddress! + start + row), gradient: nil)
            losses.append(weight(start + row) * loss)
          }
        }
      }
    }
    return losses
  }

  private func evaluateClassification(
    _ inputs: Matrix<Element>, _ labels: [Int32], _ weights: AlignedArray<Element>?, _ pool: ThreadPool
  ) -> Evaluation {
    var loss = 0.0
    var correct = 0.0
    labels.withUnsafeBufferPointer { labels in
      forEachChunk(of: inputs, pool: pool) { start, logits in
        let part = labels.baseAddress! + start
        let weights = weights.map { $0.pointer + start }
        loss += Loss.evaluate(logits, .classes(part), weights: weights, gradient: nil) * Double(logits.rows)
        correct += correctRows(logits, part, weights)
      }
    }
    let count = Double(max(labels.count, 1))
    return Evaluation(samples: labels.count, loss: loss / count, accuracy: correct / count)
  }

  private func evaluateRegression(
    _ inputs: Matrix<Element>, _ targets: Matrix<Element>, _ weights: AlignedArray<Element>?, _ pool: ThreadPool
  ) -> Evaluation {
    let predictions = predict(inputs, pool: pool)
    var metrics = Evaluation(samples: targets.rows, loss: 0, rmse: 0, r2: 0, pearson: 0)
    for column in 0..<targets.columns {
      let fit = ColumnFit(predictions: predictions, targets: targets, weights: weights, column: column)
      let factor = Double(outputScaling.factor[column])
      metrics.loss += fit.meanSquaredError * factor * factor / Double(targets.columns)
      metrics.rmse! += fit.meanSquaredError.squareRoot() / Double(targets.columns)
      metrics.r2! += fit.r2 / Double(targets.columns)
      metrics.pearson! += fit.pearson / Double(targets.columns)
    }
    return metrics
  }
}

/// How many rows' label has the largest logit, the first of equals; or the sum of their weights.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func correctRows<Element: Scalar>(
  _ logits: MatrixView<Element>, _ labels: UnsafePointer<Int32>, _ weights: UnsafePointer<Element>?
) -> Double {
  var correct = 0.0
  for row in 0..<logits.rows {
    var best = 0
    for column in 1..<max(1, logits.columns) where logits[row, column] > logits[row, best] { best = column }
    if best == Int(labels[row]) { correct += weights.map { Double($0[row]) } ?? 1 }
  }
  return correct
}

/// One column of predictions against one of targets, in double precision and two passes; weights are 1 on average.
struct ColumnFit {
  let meanSquaredError, r2, pearson: Double

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  init<Element: Scalar>(
    predictions: Matrix<Element>, targets: Matrix<Element>, weights: AlignedArray<Element>? = nil, column: Int
  ) {
    let weights = weights?.pointer
    let count = Double(max(targets.rows, 1))
    let (y, t) = (predictions.view, targets.view)
    var (meanY, meanT, squares) = (0.0, 0.0, 0.0)
    for row in 0..<targets.rows {
      let weight = weights.map { Double($0[row]) } ?? 1
      let error = Double(y[row, column]) - Double(t[row, column])
      squares += weight * (error * error)
      meanY += weight * (Double(y[row, column]) / count)
      meanT += weight * (Double(t[row, column]) / count)
    }
    var (spreadY, spreadT, together) = (0.0, 0.0, 0.0)
    for row in 0..<targets.rows {
      let weight = weights.map { Double($0[row]) } ?? 1
      let (distanceY, distanceT) = (Double(y[row, column]) - meanY, Double(t[row, column]) - meanT)
      spreadY += weight * (distanceY * distanceY)
      spreadT += weight * (distanceT * distanceT)
      together += weight * (distanceY * distanceT)
    }
    meanSquaredError = squares / count
    // A constant target leaves nothing to explain: 1 if it is met, else 0. A constant has no correlation.
    r2 = spreadT > 0 ? 1 - squares / spreadT : squares == 0 ? 1 : 0
    pearson = spreadT > 0 && spreadY > 0 ? together / (spreadY * spreadT).squareRoot() : 0
  }
}
