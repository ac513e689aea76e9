/// How the rows of a training are distributed over one input: bins, and the rows of a sample in each.
///
/// Numbers have up to ten bins between deciles of the training, whose edges lie midway between neighbouring values, so that
/// rounding moves no value into another bin. A category is a bin of its own.
public struct InputDistribution: Sendable, Equatable {
  /// What counts as the same.
  public enum Bins: Sendable, Equatable {
    /// Up to the first edge, between neighbouring ones, above the last; edges rise, and may be none.
    case numbers(edges: [Double])
    /// Codes 0 ..< count; others count as 0, as in ``TableBasis``.
    case codes(Int)

    /// How many there are.
    public var count: Int {
      switch self {
      case .numbers(let edges): edges.count + 1
      case .codes(let count): count
      }
    }
  }

  /// In rising order.
  public let bins: Bins
  /// Rows of the sample in each bin.
  public let counts: [Int]

  /// Rows of the sample.
  public var rows: Int { counts.reduce(0, +) }

  /// Nil for parts that do not fit each other: another number of counts than of bins, negative counts, and edges that do
  /// not rise or are not finite.
  package init?(bins: Bins, counts: [Int]) {
    guard bins.count == counts.count, bins.count > 0, counts.allSatisfy({ $0 >= 0 && $0 <= 1 << 40 }) else {
      return nil
    }
    if case .numbers(let edges) = bins {
      guard edges.allSatisfy(\.isFinite), zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else { return nil }
    }
    self.bins = bins
    self.counts = counts
  }

  /// Of a column of numbers, rising; infinite ones, which stand for gaps, do not count.
  init<Element: Scalar>(sorted values: [Element]) {
    let values = values.filter(\.isFinite).map { Double($0) }
    let distinct = distinctValues(values)
    var edges: [Double] = []
    for tenth in 1...9 where distinct.count > 1 {
      let value = values[max(0, (values.count * tenth + 9) / 10 - 1)]
      var place = 0
      var high = distinct.count - 1
      while place < high {
        let middle = (place + high + 1) / 2
        if distinct[middle] <= value { place = middle } else { high = middle - 1 }
      }
      // Above the decile, or below the largest value, so that no bin of the training is empty.
      if place == distinct.count - 1 { place -= 1 }
      let edge = distinct[place] / 2 + distinct[place + 1] / 2
      if edge > edges.last ?? -.infinity { edges.append(edge) }
    }
    bins = .numbers(edges: edges)
    var counts = [Int](repeating: 0, count: edges.count + 1)
    var bin = 0
    for value in values {
      while bin < edges.count && value > edges[bin] { bin += 1 }
      counts[bin] += 1
    }
    self.counts = counts
  }

  /// Of codes.
  init<Element: Scalar>(codes values: [Element], count: Int) {
    bins = .codes(count)
    var counts = [Int](repeating: 0, count: count)
    for value in values where value.isFinite { counts[codePlace(value, of: count)] += 1 }
    self.counts = counts
  }
}

/// The category that a value is, 0 for one that is none.
@inline(__always)
private func codePlace<Element: Scalar>(_ value: Element, of count: Int) -> Int {
  value >= 0 && value < Element(count) ? Int(Double(value)) : 0
}

extension InputDistribution {
  /// The rows of a column in each bin; what is not finite is in none.
  func counts<Element: Scalar>(of x: MatrixView<Element>, column: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: bins.count)
    switch bins {
    case .codes(let count):
      for row in 0..<x.rows where x[row, column].isFinite { counts[codePlace(x[row, column], of: count)] += 1 }
    case .numbers(let edges):
      countNumbers(x, column, edges.map { Element($0) }, &counts)
    }
    return counts
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func countNumbers<Element: Scalar>(
  _ x: MatrixView<Element>, _ column: Int, _ edges: [Element], _ counts: inout [Int]
) {
  for row in 0..<x.rows {
    let value = x[row, column]
    guard value.isFinite else { continue }
    var bin = 0
    for edge in edges { bin &+= value > edge ? 1 : 0 }
    counts[bin] += 1
  }
}

extension Network {
  /// How the inputs of the training were distributed, one for each, as ``noteTrainingData(_:)`` has taken it; nil for a
  /// model without.
  public var inputDistributions: [InputDistribution]? { preprocessing.distributions }

  /// Rows that the distributions are taken from: enough for a share of a tenth to be right within 0.7 %, and few enough
  /// for hundreds of columns.
  static var distributionRows: Int { 2000 }

  /// Keeps how the inputs of a training are distributed, for ``checkup(on:cells:pool:)-(Matrix<Element>,_,_)`` to find out
  /// whether later data are alike. They are saved with the model, and take no more than 2,000 evenly spaced rows.
  ///
  /// - Parameter rows: the inputs of the training, in the data's units: [rows × in]; traps unless the columns fit.
  public mutating func noteTrainingData(_ rows: Matrix<Element>) {
    requireColumns(of: rows)
    let most = min(rows.rows, Self.distributionRows)
    if most == 0 {
      preprocessing.distributions = nil
      return
    }
    // Together first: a column at a time would read all of the rows' memory once for each.
    let sample = rows.selecting(rows: (0..<most).map { $0 * rows.rows / most })
    preprocessing.distributions = (0..<inputs).map { input in
      if case .categories(let count) = layers[0].domain(ofInput: input) {
        return InputDistribution(codes: sample.column(input), count: count)
      }
      return InputDistribution(sorted: sortedSample(sample.view, column: input, most: most))
    }
    withExtendedLifetime(sample) {}
  }
}
