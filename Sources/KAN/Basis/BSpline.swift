/// How a spline continues outside its grid [a, b]. The base function is unaffected.
public enum OutsideGrid: String, Sendable, CaseIterable {
  /// The spline functions fade to 0 over the outer knots, which leaves only the base function.
  case fading = "base"
  /// The spline keeps the value at the nearer end.
  case clamp
  /// The spline continues along its tangent at the nearer end.
  case linear

  /// `enum kan_outside` of the kernels.
  var code: Int32 {
    switch self {
    case .fading: 0
    case .clamp: 1
    case .linear: 2
    }
  }
}

/// B-splines of degree k on a grid, and a base function: K = G + k, and 1 with a base function.
///
/// The functions of an input sum to 1 on [a, b], whose right end is closed. At most k + 1 of them are non-zero at any
/// x, and only those are evaluated, by the Cox-de Boor recursion (Piegl and Tiller, The NURBS Book, A2.2; on uniform
/// grids its denominators are constants). The base function is the last of the K.
public struct BSpline<Element: Scalar>: Basis {
  public static var kind: String { "bSpline" }
  public let grid: Grid<Element>
  /// How the splines continue beyond [a, b].
  public let outside: OutsideGrid
  /// The base function b(x), the last of the K; ``BaseFunction/none`` leaves it out.
  public let base: BaseFunction

  public let inputs: Int
  public let functions: Int

  /// A basis on a grid, with its degree and its inputs.
  ///
  /// - Parameters:
  ///   - outside: how splines continue beyond the grid; their tangent by default.
  ///   - base: the base function of every edge; SiLU by default.
  public init(grid: Grid<Element>, outside: OutsideGrid = .linear, base: BaseFunction = .silu) {
    self.grid = grid
    self.outside = outside
    self.base = base
    inputs = grid.inputs
    functions = grid.intervals + grid.degree + base.count
  }

  /// For the kernels; valid during the lifetime of `grid`.
  var parameters: SplineParameters<Element> {
    SplineParameters(
      inputs: inputs, intervals: grid.intervals, degree: grid.degree, functions: functions, outside: outside.code,
      base: base.code, isUniform: grid.isUniform, lower: grid.lower.pointer, upper: grid.upper.pointer,
      inverseStep: grid.inverseStep.pointer, knots: grid.knots.elements.pointer)
  }

  /// The power law of Rigas et al. 2025 (arXiv 2509.03417): with n = in·(G + k + 1), the base function starts from
  /// n^-0.25 and the splines from n^-1.75.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    let n = Double(inputs * (grid.intervals + grid.degree + 1))
    let splines = [Double](repeating: Elementary.pow(n, -1.75), count: grid.intervals + grid.degree)
    return base == .none ? splines : splines + [Elementary.pow(n, -0.25)]
  }

  public var description: BasisDescription<Element> {
    BasisDescription(
      kind: Self.kind, inputs: inputs,
      settings: [
        "degree": "\(grid.degree)", "ends": grid.ends.rawValue, "uniform": grid.isUniform ? "1" : "0",
        "outside": outside.rawValue, "base": base.rawValue,
      ],
      arrays: ["knots": grid.knots])
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(
      grid: try Grid(
        knots: try description.array("knots", rows: description.inputs),
        degree: try description.integer("degree", in: 1...5),
        ends: try description.choice("ends", GridEnds.self),
        isUniform: try description.integer("uniform", in: 0...1) == 1),
      outside: try description.choice("outside", OutsideGrid.self),
      base: try description.choice("base", BaseFunction.self))
  }
}
