import Foundation
import KAN
import KANFiles
import Testing

/// sin x, cos x, sin 2x, cos 2x … on [-π, π] for inputs in [-1, 1]: a basis from outside, in one file.
struct Fourier<Element: Scalar>: Basis {
  static var kind: String { "fourier-of-a-stranger" }
  let inputs: Int
  let functions: Int

  init(inputs: Int, frequencies: Int) {
    self.inputs = inputs
    functions = 2 * frequencies
  }

  func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    forEachFunction(of: x) { row, column, frequency, angle in
      values[row, column] = Element(sin(angle))
      values[row, column + 1] = Element(cos(angle))
    }
  }

  func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    forEachFunction(of: x) { row, column, frequency, angle in
      derivatives[row, column] = Element(frequency * cos(angle))
      derivatives[row, column + 1] = Element(-frequency * sin(angle))
    }
  }

  private func forEachFunction(of x: MatrixView<Element>, _ body: (Int, Int, Double, Double) -> Void) {
    for row in 0..<x.rows {
      for column in 0..<x.columns {
        for k in 0..<functions / 2 {
          let frequency = .pi * Double(k + 1)
          body(row, column * functions + 2 * k, frequency, frequency * Double(x[row, column]))
        }
      }
    }
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1 / Double(inputs * functions).squareRoot(), count: functions)
  }

  var description: BasisDescription<Element> {
    BasisDescription(kind: Self.kind, inputs: inputs, settings: ["frequencies": "\(functions / 2)"])
  }

  init(_ description: BasisDescription<Element>) throws(BasisError) {
    guard let frequencies = description.settings["frequencies"].flatMap({ Int($0) }), (1...1000).contains(frequencies)
    else { throw BasisError("\(Self.kind): 1 to 1000 frequencies") }
    self.init(inputs: description.inputs, frequencies: frequencies)
  }
}

@Suite struct OwnBasisTests {
  @Test func itTrains() throws {
    let data = surface(Float.self)
    var network = Network<Float>(Layer(basis: Fourier(inputs: 2, frequencies: 4), outputs: 1), seed: 1)
    try network.train(on: data, with: AdamW(learningRate: 0.02), options: TrainingOptions(epochs: 60, batch: 64))
    #expect(try #require(network.evaluate(on: data).r2) > 0.98)
  }

  @Test func itIsFittedByLeastSquares() throws {
    let data = surface(Double.self)
    var network = Network<Double>(Layer(basis: Fourier(inputs: 2, frequencies: 10), outputs: 1), seed: 1)
    try network.fitLastLayer(on: data)
    #expect(try #require(network.evaluate(on: data).rmse) < 0.02)
  }

  @Test func itIsSavedAndLoaded() throws {
    let network = Network<Double>(
      Layer(basis: Fourier(inputs: 2, frequencies: 3), outputs: 4), .linear(4, 1), seed: 1)
    let rows = surface(Double.self, rows: 20).inputs
    try withTemporaryFolder { folder in
      let path = folder + "/model.safetensors"
      try network.save(to: path)
      #expect(throws: FileError.self) { try Network<Double>(contentsOf: path) }
      let loaded = try Network<Double>(contentsOf: path, bases: [Fourier<Double>.self])
      #expect(loaded.predict(rows) == network.predict(rows))
    }
  }
}
