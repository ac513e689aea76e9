import Foundation
import KAN
import KANFiles
import Testing

/// f(z) = log(1 + e^z): an activation from outside, in one file.
struct Softplus: NodeFunction {
  static var kind: String { "softplus-of-a-stranger" }
  var settings: [String: String] { [:] }
  var isElementwise: Bool { true }

  init() {}
  init(settings: [String: String]) throws(BasisError) {}

  func outputs(sums: Int) -> Int? { sums }
  func sums(outputs: Int) -> Int? { outputs }

  func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
    forEach(z) { y[$0, $1] = Element(max($2, 0) + log1p(exp(-abs($2)))) }
  }

  func pullBack<Element: Scalar>(
    _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
    to dz: MutableMatrixView<Element>
  ) {
    forEach(z) { dz[$0, $1] = dy[$0, $1] * Element(1 / (1 + exp(-$2))) }
  }

  func pushForward<Element: Scalar>(
    second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
    sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
  ) {
    forEach(z) { row, column, value in
      let sigmoid = 1 / (1 + exp(-value))
      result[row, column] =
        Element(sigmoid) * second[row, column]
        + Element(sigmoid * (1 - sigmoid)) * tangent[row, column] * other[row, column]
    }
  }

  private func forEach<Element: Scalar>(_ z: MatrixView<Element>, _ body: (Int, Int, Double) -> Void) {
    for row in 0..<z.rows { for column in 0..<z.columns { body(row, column, Double(z[row, column])) } }
  }
}

@Suite struct OwnNodeFunctionTests {
  @Test func itTrainsAndIsSaved() throws {
    let data = surface(Double.self)
    var network = Network<Double>(
      Layer(basis: LinearBasis(inputs: 2), outputs: 24, node: Softplus()), .linear(24, 1), seed: 1)
    #expect(try network.checkGradient(on: data) < 1e-5)
    try network.train(on: data, with: LBFGS(), options: TrainingOptions(epochs: 400))
    #expect(try #require(network.evaluate(on: data).r2) > 0.97)
    #expect(throws: FileError.self) { try Network<Double>(data: network.encoded()) }
    let loaded = try Network<Double>(data: network.encoded(), nodes: [Softplus.self])
    #expect(loaded.predict(data.inputs) == network.predict(data.inputs))
  }

  /// A second derivative by an input against a central difference of the first.
  @Test func itHasSecondDerivatives() {
    let network = Network<Double>(
      Layer(basis: LinearBasis(inputs: 1), outputs: 3, node: Softplus()), .linear(3, 1), seed: 2)
    let h = 1e-4
    let second = network.hessian(at: Matrix([[0.3]]))[0, 0, 0]
    let slopes = [0.3 - h, 0.3 + h].map { network.jacobian(at: Matrix([[$0]]))[0, 0, 0] }
    #expect(abs(second - (slopes[1] - slopes[0]) / (2 * h)) < 1e-6)
  }
}
