/// Chebyshev polynomials T₁ … T_K on [-1, 1]; the constant T₀ is the layer's bias.
///
/// T₁ = x, Tₖ₊₁ = 2x·Tₖ - Tₖ₋₁. Outside [-1, 1] each continues along its tangent at the nearer end, since the
/// polynomials grow like (2|x|)ᵏ there.
public struct Chebyshev<Element: Scalar>: ConfigurableBasis {
  public static var kind: String { "chebyshev" }
  public static var name: String { "chebyshev" }
  public static var degrees: ClosedRange<Int>? { 1...1000 }
  public let inputs: Int
  public let functions: Int

  /// Traps unless there are inputs and a degree of at least 1.
  public init(inputs: Int, degree: Int) {
    require(inputs > 0 && degree > 0, "Chebyshev: \(inputs) inputs, degree \(degree)")
    self.inputs = inputs
    functions = degree
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    let functions = functions
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let edge = values.base + row * values.stride + column * functions
        let input = x[row, column]
        // Written so that NaN stays NaN.
        let inside = input > 1 ? 1 : input < -1 ? -1 : input
        let beyond = input - inside
        var (current, previous): (Element, Element) = (inside, 1)
        var (slope, previousSlope): (Element, Element) = (1, 0)
        for k in 0..<functions {
          edge[k] = current + beyond * slope
          (current, previous, slope, previousSlope) = (
            2 * inside * current - previous, current, 2 * current + 2 * inside * slope - previousSlope, slope
          )
        }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    let functions = functions
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let edge = derivatives.base + row * derivatives.stride + column * functions
        let input = x[row, column]
        let inside = input > 1 ? 1 : input < -1 ? -1 : input
        // T′ₖ = k·Uₖ₋₁, and Uₖ₊₁ = 2x·Uₖ - Uₖ₋₁
        var (current, previous): (Element, Element) = (1, 0)
        for k in 0..<functions {
          edge[k] = Element(k + 1) * current
          (current, previous) = (2 * inside * current - previous, current)
        }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    let functions = functions
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let edge = second.base + row * second.stride + column * functions
        let input = x[row, column]
        // T″ₖ₊₁ = 4T′ₖ + 2x·T″ₖ - T″ₖ₋₁; beyond the ends they are straight.
        var (current, previous): (Element, Element) = (input, 1)
        var (slope, previousSlope): (Element, Element) = (1, 0)
        var (bend, previousBend): (Element, Element) = (0, 0)
        let isStraight = input > 1 || input < -1
        for k in 0..<functions {
          edge[k] = isStraight ? 0 : bend
          (bend, previousBend) = (4 * slope + 2 * input * bend - previousBend, bend)
          (slope, previousSlope) = (2 * current + 2 * input * slope - previousSlope, slope)
          (current, previous) = (2 * input * current - previous, current)
        }
      }
    }
  }

  /// 1/√(in·K), so that the variance of the sum is independent of both.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1 / Double(inputs * functions).squareRoot(), count: functions)
  }

  public var description: BasisDescription<Element> {
    BasisDescription(kind: Self.kind, inputs: inputs, settings: ["degree": "\(functions)"])
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(inputs: description.inputs, degree: try description.integer("degree", in: 1...1000))
  }

  public init(_ options: BasisOptions) { self.init(inputs: options.inputs, degree: options.degree) }
  public var options: BasisOptions { BasisOptions(inputs: inputs, degree: functions) }
}
