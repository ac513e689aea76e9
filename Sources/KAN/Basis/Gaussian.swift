/// Radial functions exp(-((x - c)/h)²) at equally spaced centres c on [a, b], h apart, and a base function.
///
/// Proposed by Li 2024 (arXiv 2405.06721) as a replacement for cubic splines. The base function is the last of the K.
public struct Gaussian<Element: Scalar>: ConfigurableBasis {
  public static var kind: String { "gaussian" }
  public static var name: String { "gaussian" }
  public static var grids: ClosedRange<Int>? { 1...999_999 }
  public let inputs: Int
  /// The number of centres, at least 2.
  public let centers: Int
  /// [a, b], with a centre at each end.
  public let range: ClosedRange<Element>
  /// The base function b(x), the last of the K; ``BaseFunction/none`` leaves it out.
  public let base: BaseFunction

  public var functions: Int { centers + base.count }
  public var baseFunctions: Int { base.count }
  private var spacing: Element { (range.upperBound - range.lowerBound) / Element(centers - 1) }

  /// Traps unless there are inputs, at least 2 centres, and a finite range with a width.
  public init(inputs: Int, centers: Int, range: ClosedRange<Element> = -1...1, base: BaseFunction = .silu) {
    require(inputs > 0 && centers > 1, "Gaussian: \(inputs) inputs, \(centers) centres")
    require(
      range.lowerBound < range.upperBound && (range.upperBound - range.lowerBound).isFinite, "Gaussian: range \(range)")
    self.inputs = inputs
    self.centers = centers
    self.range = range
    self.base = base
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    exponentials(of: x, to: values)
    if base == .none { return }
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let edge = values.base + row * values.stride + column * functions
        edge[centers] = base == .identity ? x[row, column] : x[row, column] / (1 + edge[centers])
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    exponentials(of: x, to: derivatives)
    let inverse = 1 / spacing
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let edge = derivatives.base + row * derivatives.stride + column * functions
        let start = (x[row, column] - range.lowerBound) * inverse
        for k in 0..<centers { edge[k] *= -2 * inverse * (start - Element(k)) }
        if base == .none { continue }
        let sigmoid = 1 / (1 + edge[centers])
        edge[centers] = base == .identity ? 1 : sigmoid * (1 + x[row, column] * (1 - sigmoid))
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    exponentials(of: x, to: second)
    let inverse = 1 / spacing
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        let edge = second.base + row * second.stride + column * functions
        let start = (x[row, column] - range.lowerBound) * inverse
        for k in 0..<centers {
          let distance = start - Element(k)
          edge[k] *= inverse * inverse * (4 * distance * distance - 2)
        }
        if base == .none { continue }
        let sigmoid = 1 / (1 + edge[centers])
        edge[centers] =
          base == .identity ? 0 : sigmoid * (1 - sigmoid) * (2 + x[row, column] * (1 - 2 * sigmoid))
      }
    }
  }

  /// exp(-((x - c)/h)²) for all centres, and exp(-x) at the base function's place, in one call of the kernel.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  private func exponentials(of x: MatrixView<Element>, to values: MutableMatrixView<Element>) {
    let inverse = 1 / spacing
    for row in 0..<x.rows {
      let to = values.base + row * values.stride
      for column in 0..<x.columns {
        let edge = to + column * functions
        let start = (x[row, column] - range.lowerBound) * inverse
        for k in 0..<centers {
          let distance = start - Element(k)
          edge[k] = -distance * distance
        }
        if base != .none { edge[centers] = -x[row, column] }
      }
      Element.Kernels.exp(x.columns * functions, to)
    }
  }

  /// 1/√(in·K), so that the variance of the sum is independent of both.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1 / Double(inputs * functions).squareRoot(), count: functions)
  }

  public var description: BasisDescription<Element> {
    BasisDescription(
      kind: Self.kind, inputs: inputs, settings: ["centers": "\(centers)", "base": base.rawValue],
      arrays: ["range": BasisDescription.array(of: range)])
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    self.init(
      inputs: description.inputs, centers: try description.integer("centers", in: 2...1_000_000),
      range: try description.range("range"), base: try description.choice("base", BaseFunction.self))
  }

  /// A centre at each end of every interval.
  public init(_ options: BasisOptions) { self.init(inputs: options.inputs, centers: options.grid + 1) }
  public var options: BasisOptions { BasisOptions(inputs: inputs, grid: centers - 1) }

  public func fittingPoints(ofInput input: Int) -> [Element] {
    Self.chebyshevPoints(4 * functions + 4, on: range)
  }
}
