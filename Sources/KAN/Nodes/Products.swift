/// Multiplication nodes: the last outputs of a layer are products of two sums each (Liu et al. 2024, arXiv 2408.10205,
/// MultKAN, section 2).
///
///     Z = z₁ … z_s, a₁, b₁ … a_p, b_p          [rows × (s + 2p)]
///     Y = f(z₁) … f(z_s), a₁·b₁ … a_p·b_p      [rows × (s + p)]
///
/// One layer then multiplies exactly; without products it takes two layers, by x·y = ((x + y)² - (x - y)²)/4.
public struct Products: NodeFunction, Equatable {
  public static var kind: String { "products" }
  /// p, the number of outputs that are products.
  public let count: Int
  /// f, the activation of the other sums.
  public let activation: Activation

  /// Traps unless there is a product.
  public init(_ count: Int, activation: Activation = .identity) {
    require(count > 0, "Products: \(count) products")
    self.count = count
    self.activation = activation
  }

  public var settings: [String: String] { ["products": "\(count)", "activation": activation.rawValue] }

  public init(settings: [String: String]) throws(BasisError) {
    guard let count = settings["products"].flatMap({ Int($0) }), (1...Int(Int32.max)).contains(count) else {
      throw BasisError("products: setting \"products\" has to be a number of at least 1")
    }
    guard let activation = settings["activation"].flatMap({ Activation(rawValue: $0) }) else {
      throw BasisError("products: setting \"activation\" is missing or unknown")
    }
    self.init(count, activation: activation)
  }

  public func outputs(sums: Int) -> Int? { sums >= 2 * count ? sums - count : nil }
  public func sums(outputs: Int) -> Int? { outputs >= count ? outputs + count : nil }
  public var gain: Double { activation.gain }

  public func sums(ofOutput output: Int, of outputs: Int) -> [Int]? {
    let plain = outputs - count
    return output < plain ? [output] : [2 * output - plain, 2 * output - plain + 1]
  }

  public func selecting(outputs: [Int], of all: Int) -> (any NodeFunction)? {
    let products = outputs.filter { $0 >= all - count }.count
    return products == 0 ? activation : Products(products, activation: activation)
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
    let sums = y.columns - count
    activation.apply(
      to: z.slice(rows: z.rows, columns: sums), y.slice(rows: y.rows, columns: sums))
    for row in 0..<z.rows {
      let pairs = z.base + row * z.stride + sums
      let products = y.base + row * y.stride + sums
      for p in 0..<count { products[p] = pairs[2 * p] * pairs[2 * p + 1] }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) {
    let sums = y.columns - count
    activation.pullBack(
      dy.slice(rows: dy.rows, columns: sums), sums: z.slice(rows: z.rows, columns: sums),
      outputs: y.slice(rows: y.rows, columns: sums), to: dz.slice(rows: dz.rows, columns: sums))
    for row in 0..<z.rows {
      let pairs = z.base + row * z.stride + sums
      let errors = dy.base + row * dy.stride + sums
      let to = dz.base + row * dz.stride + sums
      for p in 0..<count {
        to[2 * p] = errors[p] * pairs[2 * p + 1]
        to[2 * p + 1] = errors[p] * pairs[2 * p]
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func pushForward<Element: Scalar>(
    _ tangent: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to result: MutableMatrixView<Element>
  ) {
    let sums = y.columns - count
    activation.pushForward(
      tangent.slice(rows: z.rows, columns: sums), sums: z.slice(rows: z.rows, columns: sums),
      outputs: y.slice(rows: y.rows, columns: sums), to: result.slice(rows: z.rows, columns: sums))
    for row in 0..<z.rows {
      for p in 0..<count {
        let (a, b) = (sums + 2 * p, sums + 2 * p + 1)
        result[row, sums + p] = tangent[row, a] * z[row, b] + z[row, a] * tangent[row, b]
      }
    }
  }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) {
    let sums = y.columns - count
    activation.pushForward(
      second: second.slice(rows: z.rows, columns: sums), tangent.slice(rows: z.rows, columns: sums),
      other.slice(rows: z.rows, columns: sums), sums: z.slice(rows: z.rows, columns: sums),
      outputs: y.slice(rows: y.rows, columns: sums), to: result.slice(rows: z.rows, columns: sums))
    for row in 0..<z.rows {
      for p in 0..<count {
        let (a, b) = (sums + 2 * p, sums + 2 * p + 1)
        result[row, sums + p] =
          second[row, a] * z[row, b] + z[row, a] * second[row, b]
          + tangent[row, a] * other[row, b] + other[row, a] * tangent[row, b]
      }
    }
  }
}
