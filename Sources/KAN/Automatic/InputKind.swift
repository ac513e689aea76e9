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
  /// The functions for the inputs of a table's rows, and the scaling that they are on: for a described network whose
  /// table has texts, which gridded bases have no functions for.
  ///
  /// - Parameters:
  ///   - intervals: of a number's splines.
  ///   - hasEvenKnots: whether they are evenly spaced rather than at quantiles.
  package static func fitting(
    _ inputs: Matrix<Element>, _ encoding: TableEncoding, intervals: Int, hasEvenKnots: Bool
  ) throws(BasisError) -> (basis: TableBasis, scaling: Scaling<Element>) {
    try fitting(
      inputs, kinds: encoding.inputKinds, intervals: intervals, blend: hasEvenKnots ? 1 : AutomaticTuning.blend)
  }

  /// The functions for the inputs of some rows, and the scaling that they are on: numbers on [-1, 1], codes as they
  /// are.
  static func fitting(
    _ inputs: Matrix<Element>, kinds: [InputKind], intervals: Int, blend: Double
  ) throws(BasisError) -> (basis: TableBasis, scaling: Scaling<Element>) {
    let statistics = ColumnStatistics(inputs)
    let range = Scaling(range: statistics)
    var (shift, factor) = (Array(range.shift), Array(range.factor))
    var columns: [Functions] = []
    for (column, kind) in kinds.enumerated() {
      if case .categories(let count) = kind {
        columns.append(.categories(count))
        (shift[column], factor[column]) = (0, 1)
        continue
      }
      let sample = sortedSample(
        inputs.view, column: column, most: ColumnSummary.sample, shift: shift[column], factor: factor[column])
      // The ends are the column's own, whatever the sample has met.
      let ends = [statistics.lowest[column], statistics.highest[column]].map { ($0 - shift[column]) * factor[column] }
      columns.append(
        Functions.fitting(sorted: [ends[0]] + sample + [ends[1]], intervals: intervals, blend: blend)
          ?? .values([-1, 1]))
    }
    return (try TableBasis(columns), Scaling(shift: AlignedArray(shift), factor: AlignedArray(factor)))
  }
}
