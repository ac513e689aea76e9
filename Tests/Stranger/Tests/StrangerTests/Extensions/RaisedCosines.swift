import Foundation
import KAN
import KANFiles
import Testing

/// Raised cosines cos²(πt/2) and sin²(πt/2) over the cells of a grid, which they follow: a compact basis from outside, in
/// one file, with products whose work grows with its two functions, grids that are refined, and second-order training.
struct RaisedCosines<Element: Scalar>: GriddedBasis {
  static var kind: String { "raised-cosines-of-a-stranger" }
  /// One function for each breakpoint: the G + 1 of degree 1.
  let grid: Grid<Element>
  var inputs: Int { grid.inputs }
  var functions: Int { grid.intervals + 1 }
  var nonZeroFunctions: Int { 2 }
  var cells: Int { grid.intervals }
  var sumsToOne: Bool { true }

  init(grid: Grid<Element>) { self.grid = grid }

  func onGrid(_ grid: Grid<Element>) -> RaisedCosines { RaisedCosines(grid: grid) }

  func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    for input in 0..<x.columns {
      let (left, right) = (evaluation.place(input: input, function: 0), evaluation.place(input: input, function: 1))
      for row in 0..<x.rows {
        let cell = grid.interval(containing: x[row, input], ofInput: first + input)
        let (a, b) = grid.ends(ofInterval: cell, input: first + input)
        let rate = .pi / Double(b - a)
        let angle = rate * Double(min(max(x[row, input], a), b) - a)
        let isInside = x[row, input] >= a && x[row, input] <= b
        evaluation.cells[input * evaluation.cellStride + row] = Int32(cell)
        let value = Element((1 + cos(angle)) / 2)
        evaluation.values[left + row] = value
        evaluation.values[right + row] = 1 - value
        if order > 0 {
          let slope = isInside ? Element(-rate * sin(angle) / 2) : 0
          evaluation.slopes[left + row] = slope
          evaluation.slopes[right + row] = -slope
        }
        if order > 1 {
          let second = isInside ? Element(-rate * rate * cos(angle) / 2) : 0
          evaluation.seconds[left + row] = second
          evaluation.seconds[right + row] = -second
        }
      }
    }
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1 / Double(inputs).squareRoot(), count: functions)
  }

  var description: BasisDescription<Element> {
    BasisDescription(
      kind: Self.kind, inputs: inputs,
      arrays: ["breakpoints": Matrix((0..<inputs).map { grid.breakpoints(ofInput: $0) })])
  }

  init(_ description: BasisDescription<Element>) throws(BasisError) {
    let points = try description.array("breakpoints", rows: description.inputs)
    self.init(grid: try Grid(breakpoints: (0..<points.rows).map { points.row($0) }, degree: 1))
  }

  func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    try RaisedCosines<Other>(description.converted(to: Other.self))
  }
}

extension Grid {
  /// Breakpoints at the ends of an interval.
  fileprivate func ends(ofInterval interval: Int, input: Int) -> (Element, Element) {
    (knots[input, degree + interval], knots[input, degree + interval + 1])
  }
}

@Suite struct OwnCompactBasisTests {
  /// Of one layer: the surface is a sum of curves, and these are flat where a deeper layer would have to learn.
  private func network<Element: Scalar>(_: Element.Type, intervals: Int = 8) -> Network<Element> {
    Network(Layer(basis: RaisedCosines(grid: Grid(inputs: 2, intervals: intervals, degree: 1)), outputs: 1), seed: 1)
  }

  @Test func itIsChecked() throws {
    #expect(try RaisedCosines(grid: Grid<Double>(inputs: 2, intervals: 5, degree: 1)).check(at: [-0.9, 0.13]) < 1e-6)
  }

  /// Products with its two functions alone are those of tiles of all functions.
  @Test func itHasItsFastWay() {
    var network = Network<Float>(
      Layer(basis: RaisedCosines(grid: Grid(inputs: 2, intervals: 30, degree: 1)), outputs: 8), seed: 1)
    #expect(network.layers[0].resolvedContraction(.auto) == .local)
    let rows = surface(Float.self).inputs
    let local = network.predict(rows)
    network.contraction = .gemm
    let gemm = network.predict(rows)
    #expect(local != gemm)
    for (a, b) in zip(local.elements, gemm.elements) { #expect(abs(a - b) < 1e-5) }
  }

  @Test func itTrains() throws {
    let data = surface(Float.self)
    var network = network(Float.self)
    try network.train(on: data, with: AdamW(learningRate: 0.02), options: TrainingOptions(epochs: 80, batch: 64))
    #expect(try #require(network.evaluate(on: data).r2) > 0.97)
  }

  @Test func itIsRefinedAndTrainedToSecondOrder() throws {
    let data = surface(Float.self)
    var network = network(Float.self, intervals: 4)
    try network.train(on: data, with: LevenbergMarquardt(starts: 4), options: TrainingOptions(epochs: 30))
    let before = try #require(network.evaluate(on: data).rmse)
    try network.extendGrid(to: 12, on: data)
    #expect(network.layers.allSatisfy { $0.gridIntervals == 12 })
    #expect(try #require(network.evaluate(on: data).rmse) < before + 0.05)
  }

  @Test func itIsSavedAndLoaded() throws {
    let network = network(Double.self)
    let rows = surface(Double.self, rows: 20).inputs
    let loaded = try Network<Double>(data: network.encoded(), bases: [RaisedCosines<Double>.self])
    #expect(loaded.predict(rows) == network.predict(rows))
  }
}
