/// cos(jωx) and sin(jωx) for j = 1 … m, ω = 2π/P: periodic curves. K = 2m; the constant is the layer's bias.
///
/// Function 2j - 2 is the cosine and 2j - 1 the sine of harmonic j, each computed from the ones before by the angle
/// addition formulas. By default the period is twice the width of [-1, 1], to which a network scales its inputs, so
/// that curves may differ at the two ends.
public struct Fourier<Element: Scalar>: ConfigurableBasis {
  public static var kind: String { "fourier" }
  public static var name: String { "fourier" }
  public static var degrees: ClosedRange<Int>? { 1...1000 }

  public let inputs: Int
  /// m
  public let order: Int
  /// P
  public let period: Element

  public var functions: Int { 2 * order }
  /// ω
  private var frequency: Double { 2 * .pi / Double(period) }

  /// Traps unless there are inputs, a harmonic and a positive, finite period.
  public init(inputs: Int, order: Int, period: Element = 4) {
    require(inputs > 0 && order > 0, "Fourier: \(inputs) inputs, order \(order)")
    require(period > 0 && period.isFinite, "Fourier: period \(period)")
    self.inputs = inputs
    self.order = order
    self.period = period
  }

  public init(_ options: BasisOptions) { self.init(inputs: options.inputs, order: options.degree) }
  public var options: BasisOptions { BasisOptions(inputs: inputs, degree: order) }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        forEachHarmonic(x[row, column]) { j, cosine, sine in
          let edge = values.base + row * values.stride + column * 2 * order + 2 * j
          edge[0] = Element(cosine)
          edge[1] = Element(sine)
        }
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    let frequency = frequency
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        forEachHarmonic(x[row, column]) { j, cosine, sine in
          let edge = derivatives.base + row * derivatives.stride + column * 2 * order + 2 * j
          let rate = Double(j + 1) * frequency
          edge[0] = Element(-rate * sine)
          edge[1] = Element(rate * cosine)
        }
      }
    }
  }

  /// In double precision: the recursion amplifies rounding by at most the order.
  @inline(__always)
  private func forEachHarmonic(_ x: Element, _ body: (_ index: Int, _ cosine: Double, _ sine: Double) -> Void) {
    let angle = frequency * Double(x)
    let (c, s) = (Elementary.cos(angle), Elementary.sin(angle))
    var (cosine, sine) = (c, s)
    for j in 0..<order {
      body(j, cosine, sine)
      (cosine, sine) = (cosine * c - sine * s, sine * c + cosine * s)
    }
  }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    Fourier<Other>(inputs: inputs, order: order, period: Other(period))
  }

  /// P/(8j²·√in) for harmonic j: initial curves are smooth, and nearly all their sums lie within half a period of the
  /// next layer.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    (0..<functions).map { place in
      let harmonic = Double(place / 2 + 1)
      return Double(period) / (8 * harmonic * harmonic * Double(inputs).squareRoot())
    }
  }

  public var description: BasisDescription<Element> {
    BasisDescription(
      kind: Self.kind, inputs: inputs, settings: ["order": "\(order)"],
      arrays: ["period": Matrix(rows: 1, columns: 1, elements: [period])])
  }

  public init(_ description: BasisDescription<Element>) throws(BasisError) {
    let period = try description.array("period", rows: 1, columns: 1)[0, 0]
    guard period > 0 else { throw BasisError("fourier: a period of \(period)") }
    self.init(inputs: description.inputs, order: try description.integer("order", in: 1...1000), period: period)
  }
}
