/// Hat functions on any rising grid: piecewise linear curves whose coefficients are the values at the knots. K = G + 1,
/// plus 1 with a base function.
///
/// In cell [l, u] the two functions are (u - x)/(u - l) and (x - l)/(u - l), which sum to 1; the outermost pieces
/// extend beyond the grid.
public struct HatFunctions<Element: Scalar>: GriddedBasis, ConfigurableBasis {
  public static var kind: String { "hat" }
  public static var name: String { "hat" }
  public static var grids: ClosedRange<Int>? { 1...1_000_000 }

  /// Of degree 1.
  public let grid: Grid<Element>
  /// The base function b(x), the last of the K; ``BaseFunction/none``, the default, leaves it out.
  public let base: BaseFunction

  public var functions: Int { grid.intervals + 1 + base.count }
  public var nonZeroFunctions: Int { 2 + base.count }
  public var fixedFunctions: Int { base.count }
  public var sumsToOne: Bool { true }
  public var risingCurves: RisingCurves { .orderedCoefficients(risingBase: base == .identity) }

  /// Traps unless the grid's degree is 1.
  public init(grid: Grid<Element>, base: BaseFunction = .none) {
    require(grid.degree == 1, "HatFunctions: a grid of degree \(grid.degree), not 1")
    self.grid = grid
    self.base = base
  }

  /// On a uniform grid over [-1, 1], to which a network scales its inputs.
  public init(_ options: BasisOptions) {
    self.init(grid: Grid(inputs: options.inputs, intervals: options.grid, degree: 1))
  }

  public var options: BasisOptions { BasisOptions(inputs: inputs, grid: grid.intervals) }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    let base = base
    for column in 0..<x.columns {
      let cells = evaluation.cells + column * evaluation.cellStride
      let start = evaluation.place(input: column, function: 0)
      let distance = evaluation.functionStride
      for row in 0..<x.rows {
        let value = x[row, column]
        let cell = grid.interval(containing: value, ofInput: first + column)
        let low = grid.breakpoint(cell, ofInput: first + column)
        let inverse = 1 / (grid.breakpoint(cell + 1, ofInput: first + column) - low)
        let share = (value - low) * inverse
        let place = start + row
        cells[row] = Int32(cell)
        evaluation.values[place] = 1 - share
        evaluation.values[place + distance] = share
        if order > 0 {
          evaluation.slopes[place] = -inverse
          evaluation.slopes[place + distance] = inverse
        }
        if order > 1 {
          evaluation.seconds[place] = 0
          evaluation.seconds[place + distance] = 0
        }
        if base == .none { continue }
        let (f, slope, second) = base.derivatives(at: value)
        evaluation.values[place + 2 * distance] = f
        if order > 0 { evaluation.slopes[place + 2 * distance] = slope }
        if order > 1 { evaluation.seconds[place + 2 * distance] = second }
      }
    }
  }

  public func onGrid(_ grid: Grid<Element>) -> HatFunctions { HatFunctions(grid: grid, base: base) }

  /// The coefficient of a knot is the curve's value there.
  public func insertion(
    ofFunction function: Int, on finer: Grid<Element>, input: Int, to weights: UnsafeMutablePointer<Element>
  ) -> Int? {
    let x = finer.breakpoint(function, ofInput: input)
    let cell = grid.interval(containing: x, ofInput: input)
    let (low, high) = (grid.breakpoint(cell, ofInput: input), grid.breakpoint(cell + 1, ofInput: input))
    weights[1] = (x - low) / (high - low)
    weights[0] = 1 - weights[1]
    return cell
  }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    HatFunctions<Other>(grid: try grid.converted(), base: base)
  }

  /// 1/√(2·in) for hats, two of which are non-zero at a time, and 1/√in for the base function.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    let hats = 1 / (2 * Double(inputs)).squareRoot()
    return [Double](repeating: hats, count: grid.intervals + 1)
      + [Double](repeating: 1 / Double(inputs).squareRoot(), count: base.count)
  }

  public var description: BasisDescription<Element> {
    BasisDescription(
      kind: Self.kind, inputs: inputs,
      settings: ["uniform": grid.isUniform ? "1" : "0", "ends": grid.ends.rawValue, "base": base.rawValue],
      arrays: ["knots": grid.knots])
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(
      grid: try Grid(
        knots: try description.array("knots", rows: description.inputs), degree: 1,
        ends: try description.choice("ends", GridEnds.self),
        isUniform: try description.integer("uniform", in: 0...1) == 1),
      base: try description.choice("base", BaseFunction.self))
  }
}
