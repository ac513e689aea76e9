/// What the numbers of an input are.
enum InputKind: Sendable, Equatable {
  case number
  /// Codes 0 ..< count.
  case categories(Int)
}

extension TableEncoding {
  var inputKinds: [InputKind] {
    inputs.map { input in
      guard case .levels(let levels, let gap) = input.kind else { return .number }
      return .categories(levels.count + (gap > 0 ? 2 : 1))
    }
  }
}

extension TableBasis {
  /// The functions for the inputs of some rows, and the scaling that they are on: numbers on [-1, 1], codes as they
  /// are.
  static func fitting(
    _ inputs: Matrix<Element>, kinds: [InputKind], intervals: Int, blend: Double
  ) throws(BasisError) -> (basis: TableBasis, scaling: Scaling<Element>) {
    let statistics = ColumnStatistics(inputs)
    let range = Scaling(range: statistics)
    var (shift, factor) = (Array(range.shift), Array(range.factor))
    var columns: [Functions] = []
    let step = max(1, inputs.rows / ColumnSummary.sample)
    for (column, kind) in kinds.enumerated() {
      if case .categories(let count) = kind {
        columns.append(.categories(count))
        (shift[column], factor[column]) = (0, 1)
        continue
      }
      var sample = stride(from: 0, to: inputs.rows, by: step).map {
        (inputs.view[$0, column] - shift[column]) * factor[column]
      }
      // The ends are the column's own, whatever the sample has met.
      for end in [statistics.lowest[column], statistics.highest[column]] {
        sample.append((end - shift[column]) * factor[column])
      }
      sample.sort()
      columns.append(Functions.fitting(sorted: sample, intervals: intervals, blend: blend) ?? .values([-1, 1]))
    }
    return (try TableBasis(columns), Scaling(shift: AlignedArray(shift), factor: AlignedArray(factor)))
  }
}
