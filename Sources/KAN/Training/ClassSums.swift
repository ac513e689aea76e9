/// Predicted and actual classes of some rows, and how sure the predictions are.
struct ClassSums<Element: Scalar>: Sendable {
  /// Classes up to which pairs of them are counted: a larger matrix is for no reader, and outgrows the rows.
  static var mostPairs: Int { 256 }

  private let classes: Int
  /// Whether the softmax of outputs are probabilities.
  private let hasProbabilities: Bool
  private var isNumber = true
  private var logLoss = WeightedMean()
  /// Σ w by class.
  private var actual, predicted, right: [Double]
  /// Σ w: [actual × predicted], or empty of many classes
  private var pairs: [Double]
  private var bins = [ReliabilityBin](repeating: ReliabilityBin(), count: 10)
  private var scores: RankScores<Element>?

  init(classes: Int, rows: Int, link: OutputLink) {
    self.classes = classes
    hasProbabilities = link == .softmax && classes > 1
    actual = [Double](repeating: 0, count: classes)
    (predicted, right) = (actual, actual)
    pairs = [Double](repeating: 0, count: classes <= Self.mostPairs ? classes * classes : 0)
    scores = hasProbabilities && classes <= Self.mostPairs ? RankScores(classes: classes, rows: rows) : nil
  }

  /// Logits, classes and weights of some rows: [rows × classes], [rows] and [rows]
  mutating func add(
    _ logits: MatrixView<Element>, _ labels: UnsafePointer<Int32>, _ weights: UnsafePointer<Element>?
  ) {
    guard hasProbabilities else {
      addRows(logits, nil, labels, weights)
      return
    }
    let count = logits.rows * classes
    withUnsafeTemporaryAllocation(of: Element.self, capacity: count) { buffer in
      let p = MutableMatrixView(base: buffer.baseAddress!, rows: logits.rows, columns: classes, stride: classes)
      p.copyElements(from: logits)
      Element.Kernels.softmax(p.rows, classes, p.base)
      addRows(logits, p.readOnly, labels, weights)
      scores?.add(logits: logits, probabilities: p.readOnly, labels, weights)
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private mutating func addRows(
    _ logits: MatrixView<Element>, _ probabilities: MatrixView<Element>?, _ labels: UnsafePointer<Int32>,
    _ weights: UnsafePointer<Element>?
  ) {
    for row in 0..<logits.rows {
      // The first of equals.
      var (best, isNumber) = (0, logits[row, 0] == logits[row, 0])
      for column in 1..<max(1, classes) {
        if logits[row, column] > logits[row, best] { best = column }
        isNumber = isNumber && logits[row, column] == logits[row, column]
      }
      let label = Int(labels[row])
      let weight = weights.map { Double($0[row]) } ?? 1
      let isRight = best == label
      guard isNumber else {
        self.isNumber = self.isNumber && weight == 0
        continue
      }
      actual[label] += weight
      predicted[best] += weight
      if isRight { right[best] += weight }
      if !pairs.isEmpty { pairs[label * classes + best] += weight }
      guard let probabilities else { continue }
      let confidence = Double(probabilities[row, best])
      // Of p at most 0.1 the first bin, and so on; rounding may leave a sum of probabilities above 1.
      let bin = min(bins.count, max(1, Int((confidence * Double(bins.count)).rounded(.up)))) - 1
      bins[bin].add(confidence, isRight: isRight, weight)
      // -log softmax by way of the largest, whose probability does not vanish.
      logLoss.add(
        Double(logits[row, best]) - Double(logits[row, label]) - Elementary.log(confidence), weight)
    }
  }

  mutating func merge(_ other: ClassSums) {
    isNumber = isNumber && other.isNumber
    logLoss.merge(other.logLoss)
    for index in 0..<classes {
      actual[index] += other.actual[index]
      predicted[index] += other.predicted[index]
      right[index] += other.right[index]
    }
    for index in pairs.indices { pairs[index] += other.pairs[index] }
    for index in bins.indices { bins[index].merge(other.bins[index]) }
    if let scores = other.scores { self.scores!.merge(scores) }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&isNumber)
    coder.code(&logLoss)
    coder.code(&actual)
    coder.code(&predicted)
    coder.code(&right)
    coder.code(&pairs)
    coder.code(&bins)
    scores?.code(&coder)
  }

  /// Writes the metrics of classes.
  ///
  /// - Parameter meanWeight: of rows; those added have a mean of 1.
  func write(to result: inout Evaluation, names: Names, meanWeight: Double, pool: ThreadPool) {
    guard isNumber, actual.contains(where: { $0 > 0 }) else {
      (result.f1, result.balancedAccuracy) = (.nan, .nan)
      if hasProbabilities { (result.logLoss, result.auc) = (.nan, .nan) }
      return
    }
    let areas = scores?.areas(pool: pool)
    let own = (0..<classes).map { index in
      Evaluation.ClassMetrics(
        name: names.classes.count == classes ? names.classes[index] : "\(index)",
        precision: ratio(right[index], predicted[index]), recall: ratio(right[index], actual[index]),
        f1: ratio(2 * right[index], predicted[index] + actual[index]), auc: areas?[index],
        support: actual[index] * meanWeight)
    }
    result.classes = own
    result.f1 = classes == 2 ? own[1].f1 ?? 0 : meanOfKnown(own.map(\.f1))
    result.balancedAccuracy = meanOfKnown(own.map(\.recall))
    if !pairs.isEmpty {
      result.confusion = (0..<classes).map { row in
        (0..<classes).map { pairs[row * classes + $0] * meanWeight }
      }
    }
    guard hasProbabilities else { return }
    result.logLoss = logLoss.value
    result.auc = meanOfKnown(areas ?? [])
    result.reliability = reliability(meanWeight)
  }

  private func reliability(_ meanWeight: Double) -> Evaluation.Reliability {
    var (error, weight) = (0.0, 0.0)
    for bin in bins {
      error += (bin.right - bin.confidence).magnitude
      weight += bin.weight
    }
    let count = Double(bins.count)
    return Evaluation.Reliability(
      error: error / weight,
      bins: bins.enumerated().map { index, bin in
        Evaluation.Reliability.Bin(
          from: Double(index) / count, to: Double(index + 1) / count, support: bin.weight * meanWeight,
          confidence: ratio(bin.confidence, bin.weight), accuracy: ratio(bin.right, bin.weight))
      })
  }
}

/// Σ w, Σ w·p and Σ w of right rows.
private struct ReliabilityBin: Sendable {
  private(set) var weight = 0.0
  private(set) var confidence = 0.0
  private(set) var right = 0.0

  mutating func add(_ confidence: Double, isRight: Bool, _ weight: Double) {
    self.weight += weight
    self.confidence += weight * confidence
    if isRight { right += weight }
  }

  mutating func merge(_ other: ReliabilityBin) {
    weight += other.weight
    confidence += other.confidence
    right += other.right
  }
}

private func ratio(_ part: Double, _ whole: Double) -> Double? { whole > 0 ? part / whole : nil }

/// The mean of those that are defined; nil if none is.
private func meanOfKnown(_ values: [Double?]) -> Double? {
  let known = values.compactMap { $0 }
  return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
