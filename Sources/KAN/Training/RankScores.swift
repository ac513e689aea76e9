/// Scores of rows by class, from which the area under each class's ROC curve is computed.
///
///     AUC = Σ₊ Σ₋ w₊·w₋·[s₊ > s₋] / Σ₊ Σ₋ w₊·w₋          [·] is ½ of equal scores
///
/// the probability that a row of the class has a larger score than one of another (Hanley and McNeil 1982, Radiology 143).
/// A score is the odds of the class, which order rows as its probability does but do not round to 1.
///
/// Up to ``most`` scores are collected as rows come, and sorted in the end: exact, ties included. Of more, only their
/// weights in ``bins`` steps of log-odds are kept, so that memory is bounded: within a step as short the share of a class
/// changes by a 64th at most, which moves the area by less than 1e-4.
struct RankScores<Element: Scalar>: Sendable {
  /// 16 MB of floats.
  static var most: Int { 1 << 22 }
  /// Steps of a 64th from -32 to 32; beyond these a probability is within 1e-13 of 0 or 1.
  static var bins: Int { 4096 }
  private static var binsOfUnit: Double { 64 }

  let classes: Int
  /// One where two classes have the same ROC curve.
  private let columns: Int
  private let isBinned: Bool
  /// [rows × columns]
  private var scores: [Element] = []
  private var labels: [Int32] = []
  /// Empty without weights.
  private var weights: [Element] = []
  /// The weight of other rows and of the class's own: [columns × bins × 2]
  private var binned: [Double]

  init(classes: Int, rows: Int, most: Int = most) {
    self.classes = classes
    columns = classes == 2 ? 1 : classes
    isBinned = rows * columns > most
    binned = isBinned ? [Double](repeating: 0, count: columns * Self.bins * 2) : []
  }

  /// Logits and probabilities of some rows: [rows × classes] each.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  mutating func add(
    logits: MatrixView<Element>, probabilities: MatrixView<Element>, _ labels: UnsafePointer<Int32>,
    _ weights: UnsafePointer<Element>?
  ) {
    let rows = logits.rows
    withUnsafeTemporaryAllocation(of: Element.self, capacity: rows * columns) { row in
      for r in 0..<rows {
        if columns == 1 {
          row[r] = logits[r, 1] - logits[r, 0]
        } else {
          Self.writeOdds(probabilities.base + r * probabilities.stride, classes, to: row.baseAddress! + r * columns)
        }
      }
      if isBinned {
        bin(row, labels, weights, rows: rows)
      } else {
        scores.append(contentsOf: row)
        self.labels.append(contentsOf: UnsafeBufferPointer(start: labels, count: rows))
        if let weights { self.weights.append(contentsOf: UnsafeBufferPointer(start: weights, count: rows)) }
      }
    }
  }

  /// pᵢ / Σⱼ≠ᵢ pⱼ. The likeliest class's denominator is summed, as 1 - p would cancel.
  private static func writeOdds(
    _ p: UnsafePointer<Element>, _ classes: Int, to odds: UnsafeMutablePointer<Element>
  ) {
    var best = 0
    for j in 1..<classes where p[j] > p[best] { best = j }
    var rest: Element = 0
    for j in 0..<classes {
      odds[j] = p[j] / (1 - p[j])
      if j != best { rest += p[j] }
    }
    odds[best] = p[best] / rest
  }

  private mutating func bin(
    _ scores: UnsafeMutableBufferPointer<Element>, _ labels: UnsafePointer<Int32>, _ weights: UnsafePointer<Element>?,
    rows: Int
  ) {
    let half = Self.bins / 2
    for row in 0..<rows {
      let weight = weights.map { Double($0[row]) } ?? 1
      for column in 0..<columns {
        let score = Double(scores[row * columns + column])
        let logOdds = columns == 1 ? score : Elementary.log(score)
        let step = min(Double(half) - 1, max(-Double(half), (logOdds * Self.binsOfUnit).rounded(.down)))
        let isOwn = Int(labels[row]) == (columns == 1 ? 1 : column)
        binned[((column * Self.bins) + half + Int(step)) * 2 + (isOwn ? 1 : 0)] += weight
      }
    }
  }

  mutating func merge(_ other: RankScores) {
    scores += other.scores
    labels += other.labels
    weights += other.weights
    for index in binned.indices { binned[index] += other.binned[index] }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&scores)
    coder.code(&labels)
    coder.code(&weights)
    coder.code(&binned)
  }

  /// The area of each class; nil where all rows or none are of the class, NaN where a score is. Scores must be numbers if
  /// they are binned.
  func areas(pool: ThreadPool) -> [Double?] {
    var areas = [Double?](repeating: nil, count: columns)
    areas.withUnsafeMutableBufferPointer { areas in
      // A pass of the sort is about four multiply-adds' time for each score.
      pool.run(
        columns, work: scores.count * 16 + binned.count, AreaLoop(scores: self, areas: areas.baseAddress!))
    }
    return columns < classes ? [areas[0], areas[0]] : areas
  }

  private struct AreaLoop: ParallelLoop {
    let scores: RankScores
    let areas: UnsafeMutablePointer<Double?>

    func iterate(_ column: Int, worker: Int) {
      areas[column] = scores.isBinned ? scores.areaOfBins(column) : scores.area(column)
    }
  }

  private func areaOfBins(_ column: Int) -> Double? {
    var curve = AreaUnderCurve()
    for bin in 0..<Self.bins {
      let place = (column * Self.bins + bin) * 2
      curve.add(own: binned[place + 1], other: binned[place])
    }
    return curve.area
  }

  private func area(_ column: Int) -> Double? {
    let own = columns == 1 ? 1 : Int32(column)
    var items: [SortedScores.Item] = []
    items.reserveCapacity(labels.count)
    for row in labels.indices {
      let score = Double(scores[row * columns + column])
      if score.isNaN { return .nan }
      items.append(SortedScores.Item(score, row))
    }
    SortedScores.sort(&items)
    var curve = AreaUnderCurve()
    var start = 0
    while start < items.count {
      var (ofOwn, ofOther) = (0.0, 0.0)
      var end = start
      while end < items.count, items[end].key == items[start].key {
        let row = Int(items[end].row)
        let weight = weights.isEmpty ? 1 : Double(weights[row])
        if labels[row] == own { ofOwn += weight } else { ofOther += weight }
        end += 1
      }
      curve.add(own: ofOwn, other: ofOther)
      start = end
    }
    return curve.area
  }
}

/// The area, from weights of equal scores, the lowest first.
private struct AreaUnderCurve {
  private var sum = 0.0
  private var own = 0.0
  private var other = 0.0

  mutating func add(own: Double, other: Double) {
    sum += own * (self.other + other / 2)
    self.own += own
    self.other += other
  }

  var area: Double? { own > 0 && other > 0 ? sum / (own * other) : nil }
}

/// Scores in ascending order, by a radix sort: time grows with their number alone.
private enum SortedScores {
  struct Item {
    /// Unsigned integers in the order of the scores.
    let key: UInt64
    let row: UInt32

    init(_ score: Double, _ row: Int) {
      // 0 and -0 are equal. Negative numbers are in descending order of their bits.
      let bits = (score + 0).bitPattern
      key = bits >> 63 == 0 ? bits | 1 << 63 : ~bits
      self.row = UInt32(row)
    }
  }

  /// Digits whose counts stay in the first cache.
  private static let bits = 11

  static func sort(_ items: inout [Item]) {
    let values = 1 << bits
    var other = items
    for shift in stride(from: 0, to: 64, by: bits) {
      var places = [Int](repeating: 0, count: values)
      for item in items { places[Int((item.key >> shift) & UInt64(values - 1))] += 1 }
      // A digit that all share, such as those that only double precision has, orders nothing.
      if places.contains(items.count) { continue }
      var next = 0
      for value in 0..<values { (places[value], next) = (next, next + places[value]) }
      for item in items {
        let value = Int((item.key >> shift) & UInt64(values - 1))
        other[places[value]] = item
        places[value] += 1
      }
      swap(&items, &other)
    }
  }
}
