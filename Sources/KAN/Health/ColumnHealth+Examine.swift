extension Network {
  /// What the inputs of some rows are like: [rows × in], in the data's units.
  func columnHealth(of rows: Matrix<Element>, _ cells: CellCounts?) -> [ColumnHealth] {
    let level = CheckupLimits.driftLevel / Double(inputs)
    let levels = encoding?.inputs
    return (0..<inputs).map { input in
      var result = ColumnHealth(name: inputName(input))
      let x = rows.view
      result.empty = missing(x, input)
      if let own = levels?[input] {
        // A gap is counted where it is learned, or with the value that stands for it.
        if let count = cells?.empty[own.column], own.kind.takesGaps { result.empty = count }
        result.unknown = cells?.unknown[own.column] ?? 0
        result.hasLearnedGaps = hasLearnedGaps(input)
      }
      let domain = layers[0].domain(ofInput: input)
      if case .categories(let count) = domain {
        if cells == nil { result.unknown = 0 }
        if levels == nil { result.unknown = x.beyond(input, 0...Element(count - 1), 0, 1).total }
      } else {
        let (shift, factor) = (inputScaling.shift[input], inputScaling.factor[input])
        let counts = x.beyond(input, domain.range, shift, factor)
        (result.below, result.above) = (counts.below, counts.above)
      }
      if let known = inputDistributions?[input] {
        result.drift = DistributionShift(known.counts, known.counts(of: x, column: input), level: level)
      }
      return result
    }
  }

  /// The name of an input, or its number from 1.
  package func inputName(_ input: Int) -> String {
    encoding?.inputs[input].name ?? (names.inputs.indices.contains(input) ? names.inputs[input] : "\(input + 1)")
  }

  /// Whether the training had gaps in the column of an input of a table.
  private func hasLearnedGaps(_ input: Int) -> Bool {
    guard let inputs = encoding?.inputs else { return true }
    if case .levels(_, let gap) = inputs[input].kind { return gap > 0 }
    return inputs.contains { $0.column == inputs[input].column && $0.kind == .gap }
  }

  /// Rows of an input that are NaN.
  private func missing(_ x: MatrixView<Element>, _ input: Int) -> Int {
    (0..<x.rows).count { x[$0, input] != x[$0, input] }
  }
}

extension TableEncoding.Kind {
  /// Whether gaps of the column are counted with this input: several inputs may come from one column.
  fileprivate var takesGaps: Bool {
    switch self {
    case .number, .magnitude, .flag, .levels: true
    case .time(let part, _, _): part == .days
    case .gap, .level: false
    }
  }
}

extension Network {
  /// Counts rows outside the domain of each input, which is what the functions of the first layer cover: the ends of a
  /// grid, or the first and last knot of a table's column. Nil where functions have no ends, as straight lines have none.
  ///
  /// It differs from ``outsideGridCounts(on:pool:)`` in that the layer need not have one grid for all inputs, and that
  /// what rounding moves beyond an end is within it.
  ///
  /// - Parameter rows: in the data's units: [rows × in]; traps unless the columns fit.
  public func outsideCounts(on rows: Matrix<Element>) -> OutsideGridCounts? {
    requireColumns(of: rows)
    let basis = layers[0].basis
    if basis.isIdentity || !(basis is any CompactBasis<Element> || basis is Gaussian<Element>) { return nil }
    var counts = OutsideGridCounts(inputs: inputs)
    counts.rows = rows.rows
    for input in 0..<inputs {
      let domain = layers[0].domain(ofInput: input)
      if case .categories = domain { continue }
      let (below, above, _) = rows.view.beyond(
        input, domain.range, inputScaling.shift[input], inputScaling.factor[input])
      (counts.below[input], counts.above[input]) = (below, above)
    }
    withExtendedLifetime(rows) {}
    return counts
  }
}

extension MatrixView {
  /// Rows whose (x - shift)·factor is outside a range, beyond what rounding does to its ends.
  fileprivate func beyond(
    _ column: Int, _ range: ClosedRange<Element>, _ shift: Element, _ factor: Element
  ) -> (below: Int, above: Int, total: Int) {
    let margin = 8 * Element.ulpOfOne * max(abs(range.lowerBound), abs(range.upperBound))
    let counts = countBeyond(self, column, range.lowerBound - margin, range.upperBound + margin, shift, factor)
    return (counts.below, counts.above, counts.below + counts.above)
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func countBeyond<Element: Scalar>(
  _ x: MatrixView<Element>, _ column: Int, _ low: Element, _ high: Element, _ shift: Element, _ factor: Element
) -> (below: Int, above: Int) {
  var (below, above) = (0, 0)
  for row in 0..<x.rows {
    let value = (x[row, column] - shift) * factor
    below &+= value < low ? 1 : 0
    above &+= value > high ? 1 : 0
  }
  return (below, above)
}
