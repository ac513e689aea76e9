import Foundation
import KAN
import KANReport

/// One spline edge on [0, 1] and the target sin(2πx): gradient descent, least squares, and a finer grid.
///
/// The article from which this example comes gives each basis function k + 1 knots, which makes degree k - 1, and
/// evaluates it beyond its support. A function of degree k needs k + 2 knots and is 0 outside its support. So defined,
/// the grid points 0, 0.25, 0.5, 0.75, 1 with clamped ends have 7 functions of degree 3.
struct SineDemo {
  private let pool: ThreadPool
  private var generator: RandomGenerator
  private let x: Matrix<Double>
  private let target: Matrix<Double>
  private var curves: [(name: String, loss: Double, values: [(x: Double, y: Double)])] = []

  private static let rate = 0.02
  private static let epochs = 1000

  init(seed: UInt64, pool: ThreadPool) {
    self.pool = pool
    generator = RandomGenerator(seed: seed)
    let points = (0..<100).map { Double($0) / 99 }
    x = Matrix(rows: 100, columns: 1, elements: points)
    target = Matrix(rows: 100, columns: 1, elements: points.map { sine($0) })
  }

  /// Runs all parts and returns the table of losses.
  mutating func run() throws -> String {
    var coarse = edge(intervals: 4)
    for index in 0..<coarse.layers[0].weightCount { coarse.parameters[index] = generator.normal() }
    try Console.print("gradient descent, G = 4, rate \(Self.rate)")
    let descended = try descend(&coarse)
    add("gradient descent, G = 4", descended, coarse)

    var exact = edge(intervals: 4)
    try solve(&exact, for: target)
    add("least squares, G = 4", loss(exact), exact)

    // The finer grid starts from the learned curve, refitted by least squares.
    var fine = edge(intervals: 8)
    try solve(&fine, for: coarse.predict(x, pool: pool))
    let refitted = loss(fine)
    try Console.print("\ngrid refined to G = 8, coefficients refitted, trained on")
    add("gradient descent on, G = 8", try descend(&fine), fine)

    var exactFine = edge(intervals: 8)
    try solve(&exactFine, for: target)
    return table(
      [["", "G", "coefficients", "loss"]]
        + [
          ["gradient descent, 1000 epochs", "4", "7", short(descended)],
          ["least squares, one solve", "4", "7", short(loss(exact))],
          ["refitted after gradient descent", "8", "11", short(refitted)],
          ["gradient descent on, 1000 epochs", "8", "11", short(loss(fine))],
          ["least squares, one solve", "8", "11", short(loss(exactFine))],
        ])
  }

  /// Prediction and truth.
  func chart() -> LineChart {
    let shown = curves.map { LineChart.Series($0.name, points: $0.values) }
    let truth = (0...200).map { Double($0) / 200 }.map { (x: $0, y: sine($0)) }
    return LineChart(
      title: "sin(2πx) by one spline edge", xLabel: "x", yLabel: "y",
      series: shown + [.init("truth", style: .dashed, points: truth)])
  }

  private func edge(intervals: Int) -> Network<Double> {
    let grid = Grid<Double>(inputs: 1, from: 0, to: 1, intervals: intervals, degree: 3, ends: .clamped)
    return Network(Layer(basis: BSpline(grid: grid, base: .none), outputs: 1))
  }

  /// Full-batch gradient descent on the mean squared error; the bias, which is redundant with splines, stays 0.
  private func descend(_ network: inout Network<Double>) throws -> Double {
    let data = Dataset(inputs: x, targets: .values(target))
    let step = TrainingStep(network, on: data, batch: x.rows, pool: pool)
    let rows = Array(0..<x.rows)
    for epoch in 0..<Self.epochs {
      let loss = rows.withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
      if epoch % 100 == 0 { try Console.print("  epoch \(epoch)  loss \(short(loss))") }
      for index in 0..<network.layers[0].weightCount { network.parameters[index] -= Self.rate * step.gradients[index] }
    }
    let last = loss(network)
    try Console.print("  epoch \(Self.epochs)  loss \(short(last))")
    return last
  }

  /// The coefficients by least squares on Φ(x).
  private func solve(_ network: inout Network<Double>, for values: Matrix<Double>) throws {
    let functions = network.layers[0].functions
    var phi = Matrix<Double>(rows: x.rows, columns: functions)
    network.layers[0].basis.writeValues(of: x.view, first: 0, to: phi.mutableView())
    let coefficients = try solveLeastSquares(phi, values).solution
    for index in 0..<functions { network.parameters[index] = coefficients[index, 0] }
  }

  private func loss(_ network: Network<Double>) -> Double {
    let prediction = network.predict(x, pool: pool)
    return zip(prediction.elements, target.elements).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(x.rows)
  }

  private mutating func add(_ name: String, _ loss: Double, _ network: Network<Double>) {
    let points = (0...200).map { Double($0) / 200 }
    let values = network.predict(Matrix(rows: points.count, columns: 1, elements: points), pool: pool)
    curves.append((name, loss, zip(points, values.elements).map { (x: $0, y: $1) }))
  }
}

private func sine(_ x: Double) -> Double { sin(2 * .pi * x) }
