/// An elementwise node function f: Y = f(Z).
public enum Activation: String, Sendable, CaseIterable, Codable {
  /// z
  case identity
  /// max(0, z)
  case relu
  /// z·σ(z)
  case silu
  /// tanh z
  case tanh
  /// σ(z) = 1/(1 + e^-z)
  case sigmoid

  /// `enum kan_activation` of the kernels.
  var code: Int32 {
    switch self {
    case .identity: 0
    case .relu: 1
    case .silu: 2
    case .tanh: 3
    case .sigmoid: 4
    }
  }

  /// f″(z), where y = f(z).
  func secondDerivative<Element: Scalar>(_ z: Element, _ y: Element) -> Element {
    switch self {
    case .identity, .relu: return 0
    case .silu:
      let sigmoid = z == 0 ? 0.5 : y / z
      return sigmoid * (1 - sigmoid) * (2 + z * (1 - 2 * sigmoid))
    case .tanh: return -2 * y * (1 - y * y)
    case .sigmoid: return y * (1 - y) * (1 - 2 * y)
    }
  }
}

extension Activation: NodeFunction {
  public static var kind: String { "activation" }
  public var settings: [String: String] { ["function": rawValue] }

  public init(settings: [String: String]) throws(BasisError) {
    guard let name = settings["function"], let activation = Activation(rawValue: name) else {
      throw BasisError("activation: setting \"function\" is missing or unknown")
    }
    self = activation
  }

  public func outputs(sums: Int) -> Int? { sums }
  public func sums(outputs: Int) -> Int? { outputs }
  public var isElementwise: Bool { true }
  /// Only SiLU's derivative needs z; the others can be computed from y = f(z).
  public var keepsSums: Bool { self == .silu }
  /// 2 for ReLU, which cuts off half of the sums, and SiLU, which nearly does; else 1 (He et al. 2015, arXiv
  /// 1502.01852).
  public var gain: Double { self == .relu || self == .silu ? 2 : 1 }

  /// All but SiLU, which falls below -1.28.
  public var isRising: Bool { self != .silu }

  public func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
    y.forEachRun(beside: z) { y, z, count in
      if self != .identity { return Element.Kernels.activate(code, count, z, y) }
      if UnsafePointer(y) != z { y.update(from: z, count: count) }
    }
  }

  public func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) {
    dz.forEachRun(beside: dy) { dz, dy, count in
      if UnsafePointer(dz) != dy { dz.update(from: dy, count: count) }
    }
    if self == .identity { return }
    dz.forEachRun(beside: keepsSums ? z : y) { dz, kept, count in
      Element.Kernels.activationPullBack(code, count, kept, dz)
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) {
    pullBack(second, sums: z, outputs: y, to: result)
    if self == .identity || self == .relu { return }
    for row in 0..<z.rows {
      for column in 0..<z.columns {
        result[row, column] +=
          secondDerivative(z[row, column], y[row, column]) * tangent[row, column] * other[row, column]
      }
    }
  }
}

extension MutableMatrixView {
  /// Calls `body` with the starts and length of each run that is contiguous in both of two views of the same shape.
  @inline(__always)
  fileprivate func forEachRun(
    beside other: MatrixView<Element>,
    _ body: (UnsafeMutablePointer<Element>, UnsafePointer<Element>, Int) -> Void
  ) {
    if columns == stride && columns == other.stride { return body(base, other.base, rows * columns) }
    for row in 0..<rows { body(base + row * stride, other.base + row * other.stride, columns) }
  }
}
