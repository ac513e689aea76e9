import Testing

@testable import KAN

/// Ranges that are set, taken from data, or open because a column has not varied yet.
@Suite struct RangeTests {
  private static let pool = ThreadPool(threads: 1)

  /// y = sin(3x₁) + x₂, and the first row alone.
  private let data = smoothData(Double.self, rows: 400)
  private var firstRow: Dataset<Double> { data.selecting(rows: [0]) }

  private func error(after trainings: [Dataset<Double>]) throws -> (rmse: Double, network: Network<Double>) {
    var network = Network<Double>(.spline(2, 1), seed: 1)
    for part in trainings {
      try network.train(
        on: part, with: AdamW(learningRate: 0.02), options: TrainingOptions(epochs: 60, batch: 50), pool: Self.pool)
    }
    return (try #require(network.evaluate(on: data, pool: Self.pool).rmse), network)
  }

  @Test func aFirstRowAloneLeavesRangesOpen() throws {
    let (alone, _) = try error(after: [data])
    let (later, network) = try error(after: [firstRow, data])
    #expect(later < 2 * alone, "\(later), \(alone) without the first row")
    #expect(!network.inputScaling.factor.contains(0))
    let scaled = network.inputScaling.applied(to: data.inputs).elements
    #expect(scaled.allSatisfy { abs($0) <= 1 })
    // The row seen first stays at 0, where its curves were.
    #expect(network.inputScaling.applied(to: firstRow.inputs).elements.allSatisfy { $0 == 0 })
    #expect(network.outputScaling.factor[0] != 1)
  }

  /// What a network says of the value that a column has had so far does not change when the column's range opens.
  @Test func answersStayWhenARangeOpens() throws {
    var generator = RandomGenerator(seed: 5)
    let constant = Matrix<Float>(rows: 60, columns: 2, elements: (0..<60).flatMap { [0.1, Float($0) / 59] })
    let varying: Matrix<Float> = generator.matrix(60, 2, in: 0...1)
    var network = Network<Float>(.spline(2, 1), seed: 1)
    func dataset(_ x: Matrix<Float>) -> Dataset<Float> {
      Dataset(inputs: x, targets: .values(Matrix(rows: 60, columns: 1, elements: x.column(1))))
    }
    try network.train(on: dataset(constant), epochs: 3)
    #expect(network.inputScaling.factor[0] == 0)
    let before = network.predict(constant, pool: Self.pool)
    try network.train(on: dataset(varying), with: SGD(learningRate: 0), epochs: 1)
    #expect(network.predict(constant, pool: Self.pool) == before)
    #expect(network.inputScaling.factor[0] != 0)
    let opened = network.inputScaling
    // Once open, a range stays.
    try network.train(on: dataset(generator.matrix(60, 2, in: -9...9)), epochs: 1)
    #expect(network.inputScaling == opened)
  }

  @Test func rangesOfAFittedNetwork() throws {
    var trained = Network<Double>(.spline(2, 1), seed: 1)
    try trained.setRanges(inputs: [-1...1, -1...1])
    try trained.setRanges(inputs: [-2...2, -2...2], targets: [0...1])
    let scalings = (trained.inputScaling, trained.outputScaling)
    var fitted = trained
    try trained.train(on: data, epochs: 1)
    #expect(throws: TrainingError.rangesAlreadyFitted) { try trained.setRanges(inputs: [-1...1, -1...1]) }
    #expect((trained.inputScaling, trained.outputScaling) == scalings)
    // Ranges that were given are no obstacle to others, those of a fit are.
    try fitted.fitLastLayer(on: data, pool: Self.pool)
    try fitted.setRanges(inputs: [-2...2, -2...2])
    var other = Network<Double>(.spline(2, 1), seed: 1)
    try other.fitLastLayer(on: data, pool: Self.pool)
    #expect(throws: TrainingError.rangesAlreadyFitted) { try other.setRanges(inputs: [-1...1, -1...1]) }
    try other.fitLastLayer(on: firstRow, pool: Self.pool)
  }

  @Test func scalingThereAndBack() {
    let x = Matrix<Float>([[1, 5, 2], [3, 5, -2]])
    let scaling = Scaling(rangeOf: x)
    let scaled = scaling.applied(to: x)
    #expect(scaled.column(1) == [0, 0] && scaled.column(0)[0] < -0.999)
    let back = scaling.inverted(on: scaled).elements
    #expect(back.allSatisfy(\.isFinite) && largestDifference(back, x.elements) <= 1e-6)
  }
}
