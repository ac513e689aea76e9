import KAN
import Testing

@Suite struct ScalingTests {
  private func applied<Element: Scalar>(_ scaling: Scaling<Element>, _ x: Matrix<Element>) -> Matrix<Element> {
    var result = x
    scaling.apply(to: result.mutableView())
    return result
  }

  @Test func roundTrip() {
    check(Float.self)
    check(Double.self)
  }

  private func check<Element: Scalar>(_: Element.Type) {
    var generator = RandomGenerator(seed: 1)
    for offset in [0.0, 1, -1000] {
      let x: Matrix<Element> = generator.matrix(200, 3, in: offset - 3...offset + 5)
      for scaling in [Scaling(rangeOf: x), Scaling(spreadOf: x), Scaling(identity: 3)] {
        var back = applied(scaling, x)
        scaling.invert(on: back.mutableView())
        let tolerance = 8 * Double(Element.ulpOfOne) * (abs(offset) + 8)
        #expect(largestDifference(back.elements, x.elements) <= tolerance)
      }
    }
  }

  /// No value of the data leaves [-1, 1], and its ends come within a hair of them.
  @Test func rangeGoesToTheGrid() {
    var generator = RandomGenerator(seed: 2)
    for round in 0..<300 {
      let width = Double(sign: .plus, exponent: generator.integer(-30...30), significand: 1)
      let offset = round % 2 == 0 ? 0 : generator.uniform(-1e3...1e3)
      let x: Matrix<Float> = generator.matrix(20, 1, in: offset...offset + width)
      let scaled = applied(Scaling(rangeOf: x), x).elements
      #expect(scaled.allSatisfy { $0 >= -1 && $0 <= 1 })
      if Set(x.elements).count > 1 { #expect(scaled.max()! > 0.99 || scaled.min()! < -0.99) }
    }
  }

  @Test func rangesOfAFewUlpAndHugeOnes() {
    let one: Float = 1
    let x = Matrix<Float>([
      [one, -.greatestFiniteMagnitude / 4, 16_777_216], [one.nextUp, .greatestFiniteMagnitude / 4, 16_777_218],
    ])
    let scaled = applied(Scaling(rangeOf: x), x)
    #expect(scaled.elements.allSatisfy { $0 >= -1 && $0 <= 1 })
    #expect((0..<3).allSatisfy { scaled[0, $0] < scaled[1, $0] })
  }

  @Test func spreadIsOne() {
    var generator = RandomGenerator(seed: 3)
    let x: Matrix<Double> = generator.matrix(500, 2, in: 1e6...1e6 + 1)
    let scaled = applied(Scaling(spreadOf: x), x)
    for column in 0..<2 {
      let values = scaled.column(column)
      let mean = values.reduce(0, +) / 500
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 500
      #expect(abs(mean) < 1e-8 && abs(variance - 1) < 1e-8)
    }
  }

  /// The mean of many equal numbers is rounded, and what that leaves must not be taken for their spread.
  @Test(arguments: [0.1, 1 / 3.0, -7e-5, 1e15 / 7, 0, 1e-300], [1, 3, 7, 1000])
  func constantColumns(value: Double, rows: Int) {
    let x = Matrix<Double>(rows: rows, columns: 1, elements: [Double](repeating: value, count: rows))
    let spread = Scaling(spreadOf: x)
    #expect(spread.factor[0] == 1 && spread.shift[0] == value)
    #expect(applied(spread, x).elements.allSatisfy { $0 == 0 })
    let range = Scaling(rangeOf: x)
    #expect(applied(range, x).elements.allSatisfy { $0 == 0 })
    let floats = Matrix<Float>(rows: rows, columns: 1, elements: x.elements.map { Float($0) })
    #expect(Scaling(spreadOf: floats).factor[0] == 1)
    #expect(applied(Scaling(spreadOf: floats), floats).elements.allSatisfy { $0 == 0 })
  }

  /// Training on constant columns gives finite answers in the data's units.
  @Test func trainingWithConstants() throws {
    var generator = RandomGenerator(seed: 4)
    let x = Matrix<Float>(
      rows: 50, columns: 2, elements: (0..<50).flatMap { _ in [0.1, Float(generator.uniform())] })
    let y = Matrix<Float>(rows: 50, columns: 1, elements: [Float](repeating: 0.7, count: 50))
    var network = Network<Float>(.spline(2, 1))
    try network.train(
      on: Dataset(inputs: x, targets: .values(y)), with: AdamW(learningRate: 0.05),
      options: TrainingOptions(epochs: 100),
      pool: ThreadPool(threads: 1))
    #expect(network.predict(x).elements.allSatisfy { abs($0 - 0.7) < 0.05 })
    #expect(network.predict(Matrix([[5, 0.5]])).elements.allSatisfy { abs($0 - 0.7) < 0.05 })
  }

  @Test func unitsOfTheData() throws {
    let plain = smoothData(Double.self, rows: 200)
    guard case .values(let targets) = plain.targets else { throw BasisError("no values") }
    let inputs = Matrix<Double>(
      rows: 200, columns: 2, elements: plain.inputs.elements.enumerated().map { $1 * ($0 % 2 == 0 ? 1e4 : 1e-3) + 5 })
    let scaled = Dataset(
      inputs: inputs,
      targets: .values(Matrix(rows: 200, columns: 1, elements: targets.elements.map { 1e6 * $0 - 3e6 })))
    var (first, second) = (Network<Double>(.spline(2, 1), seed: 1), Network<Double>(.spline(2, 1), seed: 1))
    let options = TrainingOptions(epochs: 10, batch: 50)
    try first.train(on: plain, options: options, pool: ThreadPool(threads: 1))
    try second.train(on: scaled, options: options, pool: ThreadPool(threads: 1))
    let expected = first.predict(plain.inputs).elements.map { 1e6 * $0 - 3e6 }
    #expect(largestDifference(second.predict(inputs).elements, expected) <= 1e-3)
    let (one, other) = (first.evaluate(on: plain), second.evaluate(on: scaled))
    #expect(abs(other.rmse! - 1e6 * one.rmse!) <= 1e-3 && abs(other.r2! - one.r2!) <= 1e-8)
    #expect(abs(other.loss - one.loss) <= 1e-8)
  }
}
