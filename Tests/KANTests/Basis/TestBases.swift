import KAN

/// A compact basis in plain Swift: hat functions on an even grid over [0, 1], repeated beyond, and x² with a fixed place if
/// asked for. `sumsToOne` may be withheld, which must not change a result.
struct RepeatedHats<Element: Scalar>: CompactBasis {
  static var kind: String { "repeatedHats" }
  let inputs: Int
  let cells: Int
  let hasSquare: Bool
  let sumsToOne: Bool
  /// One more at the right end.
  var functions: Int { cells + 1 + fixedFunctions }
  var nonZeroFunctions: Int { 2 + fixedFunctions }
  var fixedFunctions: Int { hasSquare ? 1 : 0 }

  init(inputs: Int, cells: Int, hasSquare: Bool, sumsToOne: Bool) {
    self.inputs = inputs
    self.cells = cells
    self.hasSquare = hasSquare
    self.sumsToOne = sumsToOne
  }

  func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    let count = Element(cells)
    for input in 0..<x.columns {
      let left = evaluation.place(input: input, function: 0)
      let right = evaluation.place(input: input, function: 1)
      for row in 0..<x.rows {
        let position = x[row, input] - x[row, input].rounded(.down)
        let cell = min(cells - 1, Int(position * count))
        let t = position * count - Element(cell)
        evaluation.cells[input * evaluation.cellStride + row] = Int32(cell)
        evaluation.values[left + row] = 1 - t
        evaluation.values[right + row] = t
        if order > 0 {
          evaluation.slopes[left + row] = -count
          evaluation.slopes[right + row] = count
        }
        if order > 1 {
          evaluation.seconds[left + row] = 0
          evaluation.seconds[right + row] = 0
        }
        guard hasSquare else { continue }
        let place = evaluation.place(input: input, function: 2) + row
        evaluation.values[place] = x[row, input] * x[row, input]
        if order > 0 { evaluation.slopes[place] = 2 * x[row, input] }
        if order > 1 { evaluation.seconds[place] = 2 }
      }
      // What may be written behind the rows may hold anything.
      for row in x.rows..<evaluation.paddedRows { evaluation.values[left + row] = .nan }
    }
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 0.5, count: functions)
  }

  var description: BasisDescription<Element> { BasisDescription(kind: Self.kind, inputs: inputs) }

  init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(inputs: description.inputs, cells: 4, hasSquare: false, sumsToOne: true)
  }
}

/// n = 1 without neighbours: a category, whose code is the cell.
struct Categories<Element: Scalar>: CompactBasis {
  static var kind: String { "categories" }
  let inputs: Int
  let cells: Int
  var functions: Int { cells }
  var nonZeroFunctions: Int { 1 }
  var sumsToOne: Bool { true }

  func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    for input in 0..<x.columns {
      let place = evaluation.place(input: input, function: 0)
      for row in 0..<x.rows {
        evaluation.cells[input * evaluation.cellStride + row] = Int32(max(0, min(Element(cells - 1), x[row, input])))
        evaluation.values[place + row] = 1
        if order > 0 { evaluation.slopes[place + row] = 0 }
        if order > 1 { evaluation.seconds[place + row] = 0 }
      }
    }
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1, count: functions)
  }

  var description: BasisDescription<Element> { BasisDescription(kind: Self.kind, inputs: inputs) }

  init(inputs: Int, cells: Int) {
    self.inputs = inputs
    self.cells = cells
  }

  init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(inputs: description.inputs, cells: 3)
  }
}
