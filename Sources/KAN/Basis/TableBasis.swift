/// The functions of a table's columns, each on knots of its own: cubic splines where a column has many values, hat
/// functions where it has few, and one function for each category of a text.
///
/// A numeric input has a base function too: its place z among the knots, linear between them and beyond, from -1 at the
/// first to 1 at the last. On knots at quantiles it spreads skewed columns evenly.
///
///     spline       B₀ … B_{G+2} on t₀ < … < t_G, linear beyond the ends        base z(x)
///     values       hats at x₀ < … < x_{m-1}, linear beyond the ends            base z(x)
///     categories   fⱼ(x) = 1 where x = j, 0 ≤ j < m, else 0                    no base
///
/// In every cell the functions sum to 1. A code outside the categories counts as category 0. Inputs have as many
/// functions as the widest of them; those beyond an input's own are 0 everywhere.
public struct TableBasis<Element: Scalar>: CompactBasis {
  public static var kind: String { "table" }

  /// The functions of one input.
  public enum Functions: Sendable, Equatable {
    /// Cubic splines on rising breakpoints, at least two.
    case spline([Element])
    /// Hat functions at rising values, at least two.
    case values([Element])
    /// One function for each code 0 ..< count, at least one.
    case categories(Int)

    /// The functions that can be non-zero, without the base.
    public var count: Int {
      switch self {
      case .spline(let points): points.count + 2
      case .values(let points): points.count
      case .categories(let count): count
      }
    }

    fileprivate var points: [Element] {
      switch self {
      case .spline(let points), .values(let points): points
      case .categories: []
      }
    }

    fileprivate var code: Int {
      switch self {
      case .spline: 0
      case .values: 1
      case .categories: 2
      }
    }
  }

  /// One for each input.
  public let columns: [Functions]
  public let functions: Int

  /// All inputs as splines on as many intervals: the kernels evaluate them together, and what is no spline is written
  /// over. Intervals beyond an input's own last knot only fill up.
  private let spline: BSpline<Element>
  /// Breakpoints or values, and 2 / (m - 1) / width of each interval: [inputs × most]
  private let points, rates: Matrix<Element>
  /// ``Functions/count`` of points, or of categories.
  private let counts: [Int]
  private let codes: [Int]
  /// Functions from `cell` on and their slopes at the last breakpoint: [inputs × 4]
  private let endValues, endSlopes: Matrix<Element>
  private let endCells: [Int32]

  public var inputs: Int { columns.count }
  public var nonZeroFunctions: Int { 5 }
  public var fixedFunctions: Int { 1 }
  public var cells: Int { functions - 4 }
  public var sumsToOne: Bool { true }

  /// - Throws: ``BasisError`` for points that are fewer than two, not finite or do not rise, and for no categories.
  public init(_ columns: [Functions]) throws(BasisError) {
    guard !columns.isEmpty else { throw BasisError("table: no inputs") }
    for (input, column) in columns.enumerated() { try Self.check(column, input) }
    self.columns = columns
    counts = columns.map { column in
      if case .categories(let count) = column { return count }
      return column.points.count
    }
    codes = columns.map(\.code)
    let intervals = columns.map { $0.code == 0 ? $0.points.count - 1 : 1 }.max()!
    functions = max(columns.map(\.count).max()!, intervals + 3, 4) + 1
    spline = BSpline(
      grid: try Grid(breakpoints: columns.map { Self.filled($0, to: intervals) }, degree: 3), outside: .linear,
      base: .identity)
    let most = max(2, columns.map(\.points.count).max()!)
    var (points, rates) = (
      Matrix<Element>(rows: columns.count, columns: most), Matrix<Element>(rows: columns.count, columns: most)
    )
    for (input, column) in columns.enumerated() {
      let own = column.points
      for place in 0..<most where !own.isEmpty { points[input, place] = own[min(place, own.count - 1)] }
      for place in 0..<max(0, own.count - 1) {
        rates[input, place] = 2 / Element(own.count - 1) / (own[place + 1] - own[place])
      }
    }
    (self.points, self.rates) = (points, rates)
    var (values, slopes) = (
      Matrix<Element>(rows: columns.count, columns: 4), Matrix<Element>(rows: columns.count, columns: 4)
    )
    var cells = [Int32](repeating: 0, count: columns.count)
    for (input, column) in columns.enumerated() where column.code == 0 {
      let end = EvaluatedPoints(of: spline, input: input, at: [column.points.last!], order: 1)
      cells[input] = end.cells[0]
      for r in 0..<4 { (values[input, r], slopes[input, r]) = (end.values[r], end.slopes[r]) }
    }
    (endValues, endSlopes, endCells) = (values, slopes, cells)
  }

  private static func check(_ column: Functions, _ input: Int) throws(BasisError) {
    if case .categories(let count) = column {
      guard (1...1_000_000).contains(count) else { throw BasisError("input \(input + 1): \(count) categories") }
      return
    }
    let points = column.points
    let rises = zip(points, points.dropFirst()).allSatisfy { low, high in low < high && (high - low).isFinite }
    guard points.count >= 2, rises, points[0].isFinite, points[points.count - 1].isFinite else {
      throw BasisError("input \(input + 1): the points are fewer than two, not finite or do not rise")
    }
  }

  /// Breakpoints for the kernels: a column's own, and evenly spaced ones behind them.
  private static func filled(_ column: Functions, to intervals: Int) -> [Element] {
    let own = column.code == 0 ? column.points : [-1, 1]
    let step = own[own.count - 1] - own[own.count - 2]
    return own + (0..<max(0, intervals + 1 - own.count)).map { own[own.count - 1] + Element($0 + 1) * step }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    spline.evaluate(x, first: first, order: order, to: evaluation)
    for column in 0..<x.columns {
      let to = TablePoints(
        evaluation, column: column, functions: functions, order: order, count: counts[first + column],
        points: points.elements.pointer + (first + column) * points.columns,
        rates: rates.elements.pointer + (first + column) * points.columns)
      let x = x.slice(rows: x.rows, column: column, columns: 1)
      switch codes[first + column] {
      case 0:
        writePlaces(of: x, to)
        if counts[first + column] - 1 < spline.grid.intervals {
          continueBeyondEnd(
            x, cell: endCells[first + column], endValues.elements.pointer + 4 * (first + column),
            endSlopes.elements.pointer + 4 * (first + column), to)
        }
      case 1: writeHats(at: x, to)
      default: writeCategories(x, to)
      }
    }
  }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    try TableBasis<Other>(
      columns.map { column in
        switch column {
        case .spline(let points): .spline(points.map { Other($0) })
        case .values(let points): .values(points.map { Other($0) })
        case .categories(let count): .categories(count)
        }
      })
  }

  /// Splines and hats from 1/(in·K), as small as noise, and the base function from 1/√in, which makes the first sums of
  /// unit spread and nearly linear in the places.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    let total = Double(columns.reduce(0) { $0 + $1.count + 1 })
    return [Double](repeating: 1 / total, count: functions - 1) + [1 / Double(inputs).squareRoot()]
  }

  /// The roughness of a curve; the size of categories' coefficients, which pulls rare ones to the mean.
  public func penalties(ofInput input: Int) -> [CoefficientPenalty] {
    let count = columns[input].count
    if case .categories = columns[input] { return [.identity(count, of: functions - 1)] }
    return CoefficientPenalty.curve(count, of: functions - 1)
  }

  /// Coefficients in order make splines and hats that rise, and the place among the knots rises by itself.
  public var risingCurves: RisingCurves { .orderedCoefficients(risingBase: true) }
  public func orderedFunctions(ofInput input: Int) -> Int {
    if case .categories = columns[input] { return 0 }
    return columns[input].count
  }

  /// Where a function of a numeric input is centred: coefficients from a straight line at the centres give that line.
  func center(ofFunction function: Int, input: Int) -> Element {
    if case .values(let points) = columns[input] { return points[function] }
    return spline.center(ofFunction: function, input: input)
  }

  public func fittingPoints(ofInput input: Int) -> [Element] {
    switch columns[input] {
    case .spline(let points):
      var result = [points[0], points[points.count - 1]]
      for (low, high) in zip(points, points.dropFirst()) {
        for place in 0..<8 { result.append(low + (Element(place) + 0.5) / 8 * (high - low)) }
      }
      return result
    case .values(let points): return points
    case .categories(let count): return (0..<count).map { Element($0) }
    }
  }

  public var description: BasisDescription<Element> {
    var kinds = Matrix<Element>(rows: inputs, columns: 2)
    for input in 0..<inputs { (kinds[input, 0], kinds[input, 1]) = (Element(codes[input]), Element(counts[input])) }
    return BasisDescription(kind: Self.kind, inputs: inputs, arrays: ["kinds": kinds, "points": points])
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    let kinds = try description.array("kinds", rows: description.inputs, columns: 2)
    let points = try description.array("points", rows: description.inputs)
    var columns: [Functions] = []
    for input in 0..<description.inputs {
      guard let count = Int(exactly: Double(kinds[input, 1])), (1...1_000_000).contains(count) else {
        throw BasisError("input \(input + 1): \(kinds[input, 1]) functions")
      }
      if kinds[input, 0] == 2 {
        columns.append(.categories(count))
      } else {
        guard [0, 1].contains(kinds[input, 0]), count <= points.columns else {
          throw BasisError("input \(input + 1): the kind of its functions is not known")
        }
        let own = Array(points.row(input)[..<count])
        columns.append(kinds[input, 0] == 0 ? .spline(own) : .values(own))
      }
    }
    try self.init(columns)
  }
}

/// Where the evaluation of one input goes, and what it is made of.
private struct TablePoints<Element: Scalar> {
  let cells: UnsafeMutablePointer<Int32>
  let values, slopes, seconds: UnsafeMutablePointer<Element>
  let distance, order, count, lastCell: Int
  let points, rates: UnsafePointer<Element>

  init(
    _ to: PointEvaluation<Element>, column: Int, functions: Int, order: Int, count: Int,
    points: UnsafePointer<Element>, rates: UnsafePointer<Element>
  ) {
    cells = to.cells + column * to.cellStride
    let start = to.place(input: column, function: 0)
    (values, slopes, seconds) = (to.values + start, to.slopes + start, to.seconds + start)
    distance = to.functionStride
    (self.order, self.count, self.points, self.rates) = (order, count, points, rates)
    lastCell = functions - 5
  }

  @inline(__always)
  fileprivate func write(_ row: Int, _ function: Int, _ value: Element, _ slope: Element) {
    values[function * distance + row] = value
    if order > 0 { slopes[function * distance + row] = slope }
    if order > 1 { seconds[function * distance + row] = 0 }
  }

  /// z of x in an interval.
  @inline(__always)
  fileprivate func writePlace(_ row: Int, _ x: Element, _ interval: Int) {
    let place = 2 * Element(interval) / Element(count - 1) - 1
    write(row, 4, place + (x - points[interval]) * rates[interval], rates[interval])
  }
}

// Loops are functions that are generic over the scalar type alone, so that they can be specialised.

/// The base function of splines, whose cells are known.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func writePlaces<Element: Scalar>(of x: MatrixView<Element>, _ to: TablePoints<Element>) {
  let (step, last) = (2 / Element(to.count - 1), Int32(to.count - 2))
  let (values, slopes, seconds) = (
    to.values + 4 * to.distance, to.slopes + 4 * to.distance, to.seconds + 4 * to.distance
  )
  for row in 0..<x.rows {
    let interval = min(to.cells[row], last)
    values[row] =
      Element(interval) * step - 1 + (x.base[row * x.stride] - to.points[Int(interval)]) * to.rates[Int(interval)]
  }
  if to.order > 0 { for row in 0..<x.rows { slopes[row] = to.rates[Int(min(to.cells[row], last))] } }
  if to.order > 1 { for row in 0..<x.rows { seconds[row] = 0 } }
}

/// Splines beyond the last breakpoint along their tangents there, where the kernels go on into the filling.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func continueBeyondEnd<Element: Scalar>(
  _ x: MatrixView<Element>, cell: Int32, _ endValues: UnsafePointer<Element>, _ endSlopes: UnsafePointer<Element>,
  _ to: TablePoints<Element>
) {
  let end = to.points[to.count - 1]
  for row in 0..<x.rows where x.base[row * x.stride] > end {
    to.cells[row] = cell
    for r in 0..<4 { to.write(row, r, endValues[r] + endSlopes[r] * (x.base[row * x.stride] - end), endSlopes[r]) }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func writeHats<Element: Scalar>(at x: MatrixView<Element>, _ to: TablePoints<Element>) {
  for row in 0..<x.rows {
    let value = x.base[row * x.stride]
    var (low, high) = (0, to.count - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if value < to.points[middle] { high = middle } else { low = middle }
    }
    let cell = min(low, to.lastCell)
    to.cells[row] = Int32(cell)
    let inverse = to.rates[low] * Element(to.count - 1) / 2
    let share = (value - to.points[low]) * inverse
    for r in 0..<4 { to.write(row, r, 0, 0) }
    to.write(row, low - cell, 1 - share, -inverse)
    to.write(row, low - cell + 1, share, inverse)
    to.writePlace(row, value, low)
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func writeCategories<Element: Scalar>(_ x: MatrixView<Element>, _ to: TablePoints<Element>) {
  for row in 0..<x.rows {
    let value = x.base[row * x.stride]
    let code = value >= 0 && value < Element(to.count) ? Int(Double(value)) : 0
    let cell = min(code, to.lastCell)
    to.cells[row] = Int32(cell)
    for r in 0..<5 { to.write(row, r, 0, 0) }
    to.write(row, code - cell, value == value ? 1 : value, 0)
  }
}
