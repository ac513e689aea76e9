import Testing

@testable import KAN

/// Changes of grids keep outputs on the rows, not only curves.
@Suite struct KeptOutputsTests {
  /// All words of six bits, several times.
  private static let bits = Matrix<Double>(
    (0..<320).map { (row: Int) -> [Double] in (0..<6).map { Double((row % 64) >> $0 & 1) } })

  /// Networks with steep and large curves, where small changes of hidden values are large ones of outputs.
  private func network(_ layers: [Layer<Double>], seed: UInt64, size: Double = 1) -> Network<Double> {
    var generator = RandomGenerator(seed: seed)
    var network = Network(layers, seed: seed)
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in size * generator.normal() })
    return network
  }

  private func data(_ x: Matrix<Double>) -> Dataset<Double> {
    Dataset(inputs: x, targets: .values(Matrix(rows: x.rows, columns: 1)))
  }

  /// Values within cells, and no knots of before among those of after: refits of each curve by itself are off by more.
  @Test(arguments: [7, 8, 13], [0, 1, 2] as [UInt64])
  func fewDifferentRows(grid: Int, seed: UInt64) throws {
    var network = network([.spline(6, 8), .spline(8, 1)], seed: seed)
    try network.setRanges(inputs: [ClosedRange<Double>](repeating: 0...1, count: 6))
    let before = network.predict(Self.bits)
    try network.extendGrid(to: grid, on: data(Self.bits))
    let after = network.predict(Self.bits)
    #expect(largestDifference(after.elements, before.elements) <= 1e-3 * scale(before.elements))
  }

  /// More rows than coefficients: as close as the finer grid allows, which is closer than the refit of each curve alone.
  @Test(arguments: [false, true]) func manyRows(adapting: Bool) throws {
    var generator = RandomGenerator(seed: 5)
    let x: Matrix<Double> = generator.matrix(1500, 2)
    var network = network(
      [.spline(2, 4), .spline(4, 3, products: 1), .linear(3, 2, activation: .tanh)], seed: 5, size: 0.5)
    try network.setRanges(inputs: [-1...1, -1...1])
    let before = network.predict(x)
    if adapting {
      try network.adaptGrid(on: data(x), uniformShare: 0.5)
    } else {
      try network.extendGrid(to: 12, on: data(x))
    }
    let differences = zip(network.predict(x).elements, before.elements).map { $0 - $1 }
    let rms = (differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)).squareRoot()
    #expect(rms <= (adapting ? 0.1 : 0.01), "\(rms)")
  }

  @Test func anyNumberOfThreads() throws {
    func parameters(_ threads: Int) throws -> AlignedArray<Double> {
      var network = network([.spline(6, 8), .spline(8, 3), .spline(3, 1)], seed: 9)
      try network.extendGrid(to: 8, on: Self.bits, pool: ThreadPool(threads: threads))
      return network.parameters
    }
    #expect(try parameters(1) == parameters(3))
  }

  /// Base functions and biases stay, and layers without a grid.
  @Test func theRestStays() throws {
    var network = network([.spline(6, 2), .spline(2, 2), .linear(2, 1)], seed: 4)
    let before = network
    try network.extendGrid(to: 8, on: Self.bits)
    #expect(network.weights(ofLayer: 2) == before.weights(ofLayer: 2))
    for layer in 0..<3 { #expect(network.bias(ofLayer: layer) == before.bias(ofLayer: layer)) }
    for input in 0..<2 {
      #expect(network.weights(ofLayer: 1).row(input * 12 + 11) == before.weights(ofLayer: 1).row(input * 9 + 8))
    }
  }

  /// The refit of one curve against least squares over its values and ten thousand points of the range.
  @Test(arguments: [4, 9]) func oneCurveAsDefined(grid: Int) throws {
    var generator = RandomGenerator(seed: 6)
    let layer = Layer<Double>.spline(1, 1, grid: 6, base: .none)
    let weights: Matrix<Double> = generator.matrix(layer.functions, 1)
    // Values that repeat, and one beyond the grid.
    let values = (0..<60).map { (row: Int) -> Double in row < 30 ? -0.71 : row < 59 ? Double(row % 4) / 7 : 1.3 }
    let x = Matrix<Double>(rows: 60, columns: 1, elements: values)
    let refitted = try layer.extendingGrid(to: grid, weights: weights, inputs: x)
    let range = 10_000
    let even = (0..<range).map { (place: Int) -> Double in -1 + (Double(place) + 0.5) * 2 / Double(range) }
    var a = Matrix<Double>(rows: 60 + range, columns: grid + 3)
    var b = Matrix<Double>(rows: 60 + range, columns: 1)
    for (row, x) in (values + even).enumerated() {
      let weight: Double = row < 60 ? 1 / 60 : 1e-2 / Double(range)
      for (k, value) in refitted.layer.basis.values(at: x).enumerated() { a[row, k] = weight.squareRoot() * value }
      var old = 0.0
      for (k, value) in layer.basis.values(at: x).enumerated() { old += value * weights[k, 0] }
      b[row, 0] = weight.squareRoot() * old
    }
    let truth = try solveLeastSquares(a, b).solution
    #expect(largestDifference(refitted.weights.elements, truth.elements) <= 1e-5)
  }
}
