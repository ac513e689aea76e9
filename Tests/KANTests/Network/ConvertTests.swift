import KAN
import Testing

/// A network in the other precision: the same curves, to rounding, and the same numbers on the way back.
@Suite struct ConvertTests {
  private let data = smoothData(Float.self, rows: 100)

  @Test func thereAndBack() throws {
    var network = Network<Float>(.spline(2, 4, degree: 2), .chebyshev(4, 1), seed: 3)
    try network.train(on: data, epochs: 2)
    let double = try network.converted(to: Double.self)
    let rows = Matrix<Double>(
      rows: data.rows, columns: 2, elements: data.inputs.elements.map { Double($0) })
    let (narrow, wide) = (network.predict(data.inputs), double.predict(rows))
    #expect(largestDifference(narrow.elements, wide.elements) <= 1e-5)
    #expect(double.record == network.record && double.names == network.names)
    let back = try double.converted(to: Float.self)
    #expect(back.parameters == network.parameters && back.predict(data.inputs) == narrow)
    #expect(back.inputScaling == network.inputScaling && back.outputScaling == network.outputScaling)
  }

  /// Ranges that were set are set in the other precision too.
  @Test func rangesStay() throws {
    var network = Network<Float>(.spline(2, 1), seed: 3)
    try network.setRanges(inputs: [-4...4, -5...5], targets: [-3...3])
    var double = try network.converted(to: Double.self)
    let scalings = (double.inputScaling, double.outputScaling)
    try double.train(on: smoothData(Double.self, rows: 50), epochs: 1)
    #expect((double.inputScaling, double.outputScaling) == scalings)
  }

  @Test func aBasisOfOnesOwn() throws {
    let network = Network<Float>(Layer(basis: Powers<Float>(inputs: 2), outputs: 3), seed: 1)
    #expect(throws: BasisError.self) { try network.converted(to: Double.self) }
    let double = try network.converted(to: Double.self, bases: [Powers<Double>.self])
    let answers = (network.predict([[0.5, -0.25]]), double.predict([[0.5, -0.25]]))
    #expect(largestDifference(answers.0[0], answers.1[0]) <= 1e-6)
  }
}

/// x and x².
private struct Powers<Element: Scalar>: Basis {
  static var kind: String { "powers" }
  let inputs: Int
  var functions: Int { 2 }

  init(inputs: Int) { self.inputs = inputs }
  init(_ description: BasisDescription<Element>) { self.init(inputs: description.inputs) }
  var description: BasisDescription<Element> { BasisDescription(kind: Self.kind, inputs: inputs) }

  func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        (values[row, 2 * column], values[row, 2 * column + 1]) = (x[row, column], x[row, column] * x[row, column])
      }
    }
  }

  func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        (derivatives[row, 2 * column], derivatives[row, 2 * column + 1]) = (1, 2 * x[row, column])
      }
    }
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] { [0.5, 0.5] }
}
