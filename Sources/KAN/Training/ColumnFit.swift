/// Σ w·x / Σ w; NaN if empty.
struct WeightedMean: Sendable {
  private var sum = 0.0
  private var weight = 0.0

  mutating func add(_ value: Double, _ weight: Double) {
    if weight == 0 { return }
    sum += weight * value
    self.weight += weight
  }

  mutating func merge(_ other: WeightedMean) {
    sum += other.sum
    weight += other.weight
  }

  var value: Double { sum / weight }
}

/// One column of predictions against one of targets, in double precision and one pass.
///
/// Means and moments about them are updated row by row (Welford 1962, Technometrics 4; with weights West 1979,
/// Communications of the ACM 22), so that neither a large offset nor many rows lose digits, and the moments of a
/// constant column are exactly 0.
struct ColumnFit: Sendable {
  /// Rows, or the sum of their weights.
  private(set) var weight = 0.0
  /// Σ w·(y - t)²
  private(set) var squares = 0.0
  private(set) var meanY = 0.0
  private(set) var meanT = 0.0
  /// Σ w·(y - ȳ)², Σ w·(t - t̄)² and Σ w·(y - ȳ)(t - t̄)
  private(set) var spreadY = 0.0
  private(set) var spreadT = 0.0
  private(set) var together = 0.0
  /// The share of targets that do not exceed the prediction.
  private(set) var coverage = WeightedMean()
  /// The share of targets of 0 and 1 that are the more probable value; a probability of ½ counts for 0.
  private(set) var accuracy = WeightedMean()

  init() {}

  init<Element: Scalar>(
    predictions: Matrix<Element>, targets: Matrix<Element>, weights: AlignedArray<Element>? = nil, column: Int
  ) {
    withExtendedLifetime((predictions, targets, weights)) {
      add(predictions.view, targets.view, weights: weights?.pointer, column: column)
    }
  }

  /// Predictions and targets of some rows: [rows × columns] each, and [rows].
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  mutating func add<Element: Scalar>(
    _ y: MatrixView<Element>, _ t: MatrixView<Element>, weights: UnsafePointer<Element>?, column: Int
  ) {
    for row in 0..<t.rows {
      add(Double(y[row, column]), Double(t[row, column]), weights.map { Double($0[row]) } ?? 1)
    }
  }

  /// Takes what later rows came to (Chan, Golub and LeVeque 1983, The American Statistician 37).
  mutating func merge(_ other: ColumnFit) {
    if other.weight == 0 { return }
    let before = weight
    weight += other.weight
    let share = other.weight / weight
    squares += other.squares
    let (distanceY, distanceT) = (other.meanY - meanY, other.meanT - meanT)
    meanY += share * distanceY
    meanT += share * distanceT
    spreadY += other.spreadY + before * share * distanceY * distanceY
    spreadT += other.spreadT + before * share * distanceT * distanceT
    together += other.together + before * share * distanceY * distanceT
    coverage.merge(other.coverage)
    accuracy.merge(other.accuracy)
  }

  private mutating func add(_ y: Double, _ t: Double, _ weight: Double) {
    if weight == 0 { return }
    self.weight += weight
    let share = weight / self.weight
    squares += weight * (y - t) * (y - t)
    let (distanceY, distanceT) = (y - meanY, t - meanT)
    meanY += share * distanceY
    meanT += share * distanceT
    spreadY += weight * distanceY * (y - meanY)
    spreadT += weight * distanceT * (t - meanT)
    together += weight * distanceY * (t - meanT)
    let isNumber = y == y && t == t
    coverage.add(!isNumber ? .nan : t <= y ? 1 : 0, weight)
    accuracy.add(!isNumber ? .nan : (y > 0.5) == (t > 0.5) ? 1 : 0, weight)
  }

  /// √(mean squared error); NaN without rows.
  var rmse: Double { (squares / weight).squareRoot() }
  /// Nil for a constant target, which has no variance to explain.
  var r2: Double? { spreadT == 0 || weight == 0 ? nil : 1 - squares / spreadT }
  /// Nil if prediction or target is constant.
  var pearson: Double? {
    spreadT == 0 || spreadY == 0 || weight == 0 ? nil : together / (spreadY.squareRoot() * spreadT.squareRoot())
  }

  /// The metrics that apply to an objective.
  func metrics(_ objective: some Objective, name: String) -> Evaluation.Target {
    if objective.targetDomain.kind == .binary { return .init(name: name, accuracy: accuracy.value) }
    return .init(
      name: name, rmse: rmse, r2: r2, pearson: pearson,
      coverage: objective.predictedQuantile == nil ? nil : coverage.value)
  }
}
