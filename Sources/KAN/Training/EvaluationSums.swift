/// Chunks of rows cut into tiles, targets scaled, as an objective sees them.
struct TargetTiles<Element: Scalar>: Sendable {
  private let scaling: Scaling<Element>
  private let columns: Int

  init(_ network: Network<Element>, on data: TrainingRows<Element>) {
    columns = data.targetShape.outputs
    scaling = network.objective.scalesTargets ? network.outputScaling : Scaling(identity: columns)
  }

  /// Calls `body` with the first row and one tile after another, whose losses over all chunks add up to the mean.
  func forEachTile(of chunk: NetworkChunk<Element>, _ body: (Int, ObjectiveTile<Element>) -> Void) {
    let tileRows = ObjectiveLoop<Element>.tileRows
    let outputs = chunk.output
    withUnsafeTemporaryAllocation(of: Element.self, capacity: tileRows * columns) { scaled in
      for row in stride(from: 0, to: outputs.rows, by: tileRows) {
        let rows = min(tileRows, outputs.rows - row)
        let targets: TargetView<Element>
        if let classes = chunk.classes {
          targets = .classes(classes + row)
        } else {
          let base = scaled.baseAddress!
          Element.Kernels.scaleColumns(
            rows, columns, chunk.values.base + row * columns, scaling.shift.pointer, scaling.factor.pointer, base)
          targets = .values(MatrixView(base: UnsafePointer(base), rows: rows, columns: columns, stride: columns))
        }
        body(
          chunk.range.lowerBound + row,
          ObjectiveTile(
            outputs: outputs.slice(row: row, rows: rows, columns: outputs.columns), targets: targets,
            weights: chunk.weights.map { $0 + row }, total: chunk.total))
      }
    }
  }
}

/// Loss and metrics of some rows.
struct EvaluationSums<Element: Scalar>: Reduction {
  private let objective: any Objective
  private let scaling: Scaling<Element>
  private let tiles: TargetTiles<Element>
  private var rows = 0
  private var loss = 0.0
  /// Of classes, and in detail.
  private var accuracy: WeightedMean?
  private var classes: ClassSums<Element>?
  /// Of numbers, one for each column of targets; none where outputs are no predictions of targets.
  private var fits: [ColumnFit]

  /// - Parameter isDetailed: whether to sum what is asked of classes beyond the accuracy.
  init(_ network: Network<Element>, on data: TrainingRows<Element>, isDetailed: Bool) {
    objective = network.objective
    scaling = network.outputScaling
    tiles = TargetTiles(network, on: data)
    let isRegression = data.targetShape.task == .regression
    let columns = data.targetShape.outputs
    accuracy = isRegression ? nil : WeightedMean()
    classes =
      isRegression || !isDetailed
      ? nil : ClassSums(classes: columns, rows: data.rows, link: network.objective.link)
    fits = Array(repeating: ColumnFit(), count: isRegression && columns == network.outputs ? columns : 0)
  }

  mutating func add(_ chunk: NetworkChunk<Element>) {
    rows += chunk.range.count
    tiles.forEachTile(of: chunk) { start, tile in
      loss += objective.loss(of: tile, gradient: nil)
      if let labels = chunk.classes {
        let own = labels + (start - chunk.range.lowerBound)
        addCorrect(tile.outputs, own, tile.weights, to: &accuracy!)
        classes?.add(tile.outputs, own, tile.weights)
      }
    }
    if fits.isEmpty { return }
    var predictions = Matrix<Element>(rows: chunk.range.count, columns: fits.count)
    let y = predictions.mutableView()
    y.copyElements(from: chunk.output)
    objective.link.apply(to: y, scaling)
    for column in fits.indices {
      fits[column].add(y.readOnly, chunk.values, weights: chunk.weights, column: column)
    }
  }

  mutating func merge(_ other: EvaluationSums) {
    rows += other.rows
    loss += other.loss
    if let correct = other.accuracy { accuracy!.merge(correct) }
    if let classes = other.classes { self.classes!.merge(classes) }
    for column in fits.indices { fits[column].merge(other.fits[column]) }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&rows)
    coder.code(&loss)
    coder.code(&accuracy)
    classes?.code(&coder)
    coder.code(&fits)
  }

  /// - Parameter meanWeight: of the rows, whose weights are over it.
  func evaluation(names: Names, meanWeight: Double, scales: [Double]?, pool: ThreadPool) -> Evaluation {
    var result = Evaluation(
      samples: rows, loss: rows > 0 && meanWeight > 0 ? loss : .nan, accuracy: accuracy?.value)
    classes?.write(to: &result, names: names, meanWeight: meanWeight, pool: pool)
    if fits.isEmpty { return result }
    let targets = fits.enumerated().map { column, fit in
      var metrics = fit.metrics(objective, name: names.target(column, of: fits.count))
      // In the table's units.
      if let scales, scales.count == fits.count { metrics.rmse = metrics.rmse.map { $0 / scales[column] } }
      return metrics
    }
    result.rmse = mean(targets.map(\.rmse))
    result.r2 = mean(targets.map(\.r2))
    result.pearson = mean(targets.map(\.pearson))
    result.accuracy = mean(targets.map(\.accuracy))
    result.coverage = mean(targets.map(\.coverage))
    if targets.count > 1 { result.targets = targets }
    return result
  }
}

/// Nil where there is none or one that is not defined.
private func mean(_ values: [Double?]) -> Double? {
  var sum = 0.0
  for value in values {
    guard let value else { return nil }
    sum += value
  }
  return sum / Double(values.count)
}

/// Notes whether each row's label has the largest logit, the first of equals.
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
