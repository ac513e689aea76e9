import KAN
import Testing

/// Node functions by public names alone.
@Suite struct NodeFunctionTests {
  @Test(arguments: Activation.allCases) func activationsKeepTheirWidth(activation: Activation) throws {
    #expect(activation.outputs(sums: 4) == 4 && activation.sums(outputs: 4) == 4 && activation.isElementwise)
    #expect(try Activation(settings: activation.settings) == activation)
    #expect(throws: BasisError.self) { try Activation(settings: ["function": "step"]) }
  }

  @Test func widthsOfProducts() throws {
    let products = Products(2, activation: .tanh)
    #expect(products.outputs(sums: 7) == 5 && products.sums(outputs: 5) == 7)
    #expect(products.outputs(sums: 4) == 2 && products.outputs(sums: 3) == nil && products.sums(outputs: 1) == nil)
    #expect(try Products(settings: products.settings) == products)
    for settings in [["products": "0", "activation": "tanh"], ["products": "1"], ["activation": "tanh"]] {
      #expect(throws: BasisError.self) { try Products(settings: settings) }
    }
  }

  @Test func aLayerOfProducts() {
    let layer = Layer<Double>.spline(3, 5, grid: 4, degree: 2, products: 2, activation: .silu)
    #expect(layer.outputs == 5 && layer.sums == 7 && layer.functions == 7)
    #expect(layer.weightCount == 3 * 7 * 7 && layer.parameterCount == 3 * 7 * 7 + 7)
    #expect(layer.activation == nil)
    let network = Network(layer, .linear(5, 2), seed: 1)
    #expect(network.parameterCount == 154 + 12)
    #expect(network.weights(ofLayer: 0).columns == 7 && network.bias(ofLayer: 0).count == 7)
  }

  /// x·y is one product of two sums.
  @Test func aProduct() {
    var network = Network<Double>(.linear(2, 1, products: 1))
    network.parameters = AlignedArray([1, 0, 0, 1, 0, 0])
    let rows = Matrix<Double>([[3, 4], [-2, 0.5]])
    #expect(Array(network.predict(rows).elements) == [12, -1])
    let jacobian = network.jacobian(at: rows)
    #expect(Array(jacobian.elements) == [4, 3, 0.5, -2])
    #expect(Array(network.hessian(at: rows).elements) == [0, 1, 1, 0, 0, 1, 1, 0])
  }

  /// Networks with multiplication nodes learn what takes a layer more without them: x·y by [2, 0+1, 1], and
  /// (a + b)/(1 + a·b), the addition of velocities, by [2, 1+1, 0+1] as (a + b)·f(a·b).
  @Test(arguments: [0, 1]) func learning(task: Int) throws {
    var generator = RandomGenerator(seed: 3)
    let inputs: Matrix<Double> = generator.matrix(400, 2, in: task == 0 ? -1...1 : -0.9...0.9)
    let targets = (0..<400).map { row in
      let (a, b) = (inputs[row, 0], inputs[row, 1])
      return task == 0 ? a * b : (a + b) / (1 + a * b)
    }
    let data = Dataset(inputs: inputs, targets: .values(Matrix(rows: 400, columns: 1, elements: targets)))
    let parts = try #require(data.holdingOut(0.25, seed: 1))
    func error(products: Int) throws -> Double {
      var network =
        task == 0
        ? Network<Double>(.spline(2, 1, grid: 3, products: products), .spline(1, 1, grid: 3), seed: 2)
        : Network<Double>(
          .spline(2, 2, grid: 4, products: products), .spline(2, 1, grid: 4, products: products), seed: 2)
      try network.train(
        on: parts.training, with: LevenbergMarquardt(starts: 8),
        options: TrainingOptions(epochs: 30, grids: task == 0 ? [] : [4, 8, 16]))
      return try #require(network.evaluate(on: parts.test).rmse)
    }
    let with = try error(products: 1)
    // Of the second one, six seeds of the random starts end in minima of 3e-4 to 1.4e-3.
    #expect(with <= (task == 0 ? 1e-4 : 2e-3), "\(with)")
    // One hidden sum is not enough for a product of inputs of either sign.
    if task == 0 { #expect(try error(products: 0) >= 0.1) }
  }

  /// z², element by element, and the sum of neighbours: node functions from outside the module.
  @Test func nodeFunctionsOfOnesOwn() throws {
    var generator = RandomGenerator(seed: 4)
    let rows: Matrix<Double> = generator.matrix(9, 2)
    for node: any NodeFunction in [Square(), Half(), Neighbours()] {
      let network = Network<Double>(
        Layer(basis: LinearBasis(inputs: 2), outputs: 3, node: node), .spline(3, 2), seed: 5)
      let jacobian = network.jacobian(at: rows)
      let dy = Matrix<Double>(rows: 9, columns: 2, elements: repeatElement(1, count: 18))
      let gradient = network.vjp(at: rows, outputGradient: dy).parameters
      func sum(_ network: Network<Double>, _ rows: Matrix<Double>) -> Double {
        network.predict(rows).elements.reduce(0, +)
      }
      for input in 0..<2 {
        let ends = [1e-6, -1e-6].map { width in
          var moved = rows
          for row in 0..<9 { moved[row, input] += width }
          return network.predict(moved)
        }
        for row in 0..<9 {
          for output in 0..<2 {
            let difference = (ends[0][row, output] - ends[1][row, output]) / 2e-6
            #expect(abs(difference - jacobian[row, output, input]) <= 1e-7)
          }
        }
      }
      for place in 0..<network.parameterCount {
        let ends = [1e-6, -1e-6].map { width in
          var moved = network
          moved.parameters[place] += width
          return sum(moved, rows)
        }
        #expect(abs((ends[0] - ends[1]) / 2e-6 - gradient[place]) <= 1e-6)
      }
      // Forward mode against reverse mode.
      let tangent: Matrix<Double> = generator.matrix(9, 2)
      let tangents = network.jvp(at: rows, tangent: tangent).tangents
      for row in 0..<9 {
        let expected = jacobian[row, 0, 0] * tangent[row, 0] + jacobian[row, 0, 1] * tangent[row, 1]
        #expect(abs(tangents[row, 0] - expected) <= 1e-12)
      }
    }
  }
}

/// y = z²
struct Square: NodeFunction {
  static var kind: String { "square" }
  var settings: [String: String] { [:] }
  init() {}
  init(settings: [String: String]) throws(BasisError) {}

  func outputs(sums: Int) -> Int? { sums }
  func sums(outputs: Int) -> Int? { outputs }
  var isElementwise: Bool { true }

  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
    for row in 0..<z.rows { for column in 0..<z.columns { y[row, column] = z[row, column] * z[row, column] } }
  }

  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) {
    for row in 0..<z.rows { for c in 0..<z.columns { dz[row, c] = 2 * z[row, c] * dy[row, c] } }
  }

  func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) {
    for row in 0..<z.rows {
      for c in 0..<z.columns {
        result[row, c] = 2 * z[row, c] * second[row, c] + 2 * tangent[row, c] * other[row, c]
      }
    }
  }
}

/// y = z/2, in the memory of Z.
struct Half: NodeFunction {
  static var kind: String { "half" }
  var settings: [String: String] { [:] }
  init() {}
  init(settings: [String: String]) throws(BasisError) {}

  func outputs(sums: Int) -> Int? { sums }
  func sums(outputs: Int) -> Int? { outputs }
  var isElementwise: Bool { true }
  var keepsSums: Bool { false }

  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
    for row in 0..<z.rows { for column in 0..<z.columns { y[row, column] = z[row, column] / 2 } }
  }

  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) { apply(to: dy, dz) }

  func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) { apply(to: second, result) }
}

/// yᵢ = zᵢ + zᵢ₊₁
struct Neighbours: NodeFunction {
  static var kind: String { "neighbours" }
  var settings: [String: String] { [:] }
  init() {}
  init(settings: [String: String]) throws(BasisError) {}

  func outputs(sums: Int) -> Int? { sums > 1 ? sums - 1 : nil }
  func sums(outputs: Int) -> Int? { outputs + 1 }

  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
    for row in 0..<z.rows { for c in 0..<y.columns { y[row, c] = z[row, c] + z[row, c + 1] } }
  }

  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) {
    for row in 0..<z.rows {
      for c in 0..<z.columns { dz[row, c] = (c > 0 ? dy[row, c - 1] : 0) + (c < dy.columns ? dy[row, c] : 0) }
    }
  }

  func pushForward<Element: Scalar>(
    _ tangent: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to result: MutableMatrixView<Element>
  ) { apply(to: tangent, result) }

  func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) { apply(to: second, result) }
}
