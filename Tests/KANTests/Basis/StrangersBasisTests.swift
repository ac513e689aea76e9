import KAN
import Testing

/// A basis of somebody else's, in one file and by public names alone: quadratic bumps (1 - ((x - c)/h)²)² on a grid, two in
/// a cell, and the second is 1 less the first, so that they sum to 1.
///
/// What is wrong with it can be chosen, to see whether `check()` notices.
struct Bumps<Element: Scalar>: GriddedBasis {
  enum Fault: String, CaseIterable {
    case none, slope, second, pullBack, cell, cellsTooMany, sum, deviations, description, insertion, rows
  }

  static var kind: String { "bumps" }
  let grid: Grid<Element>
  var fault = Fault.none

  var functions: Int { grid.intervals + 1 }
  var nonZeroFunctions: Int { 2 }
  var cells: Int { fault == .cellsTooMany ? grid.intervals + 1 : grid.intervals }
  var sumsToOne: Bool { true }

  init(grid: Grid<Element>, fault: Fault = .none) {
    self.grid = grid
    self.fault = fault
  }

  /// s = (x - l)/(u - l), and the second function 3s² - 2s³; it goes on as a constant.
  func evaluate(_ x: MatrixView<Element>, first: Int, order: Int, to evaluation: PointEvaluation<Element>) {
    for input in 0..<x.columns {
      for row in 0..<x.rows {
        let place = evaluation.place(input: input, function: 0) + row
        let other = evaluation.place(input: input, function: 1) + row
        let cell = grid.interval(containing: x[row, input], ofInput: first + input)
        let low = grid.breakpoint(cell, ofInput: first + input)
        let width = grid.breakpoint(cell + 1, ofInput: first + input) - low
        let share = (x[row, input] - low) / width
        let s = share > 1 ? 1 : share < 0 ? 0 : share
        let value = s * s * (3 - 2 * s) + (fault == .rows ? Element(x.rows) / 1000 : 0)
        let isOutside = s != share
        evaluation.cells[input * evaluation.cellStride + row] = Int32(
          fault == .cell ? grid.intervals - 1 - cell : cell)
        evaluation.values[place] = (fault == .sum ? 1.001 : 1) - value
        evaluation.values[other] = value
        if order > 0 {
          let slope = isOutside ? 0 : 6 * s * (1 - s) / width
          evaluation.slopes[place] = fault == .slope ? slope : -slope
          evaluation.slopes[other] = slope
        }
        if order > 1 {
          let second = isOutside ? 0 : (6 - 12 * s) / (width * width) * (fault == .second ? 1.01 : 1)
          evaluation.seconds[place] = -second
          evaluation.seconds[other] = second
        }
      }
    }
  }

  func pullBack(
    _ dValues: MatrixView<Element>, at x: MatrixView<Element>, first: Int, scratch: MutableMatrixView<Element>,
    to dx: MutableMatrixView<Element>
  ) {
    writeDerivatives(of: x, first: first, to: scratch)
    for row in 0..<x.rows {
      for input in 0..<x.columns {
        var sum: Element = 0
        for k in input * functions..<(input + 1) * functions { sum += dValues[row, k] * scratch[row, k] }
        dx[row, input] = fault == .pullBack ? 2 * sum : sum
      }
    }
  }

  func onGrid(_ grid: Grid<Element>) -> Bumps { Bumps(grid: grid, fault: fault) }

  func insertion(
    ofFunction function: Int, on finer: Grid<Element>, input: Int, to weights: UnsafeMutablePointer<Element>
  ) -> Int? {
    if fault != .insertion { return nil }
    (weights[0], weights[1]) = (1, 0)
    return 0
  }

  func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    Bumps<Other>(grid: try grid.converted(), fault: Bumps<Other>.Fault(rawValue: fault.rawValue)!)
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 0.5, count: fault == .deviations ? 1 : functions)
  }

  var description: BasisDescription<Element> {
    BasisDescription(
      kind: Self.kind, inputs: inputs,
      settings: ["degree": "\(grid.degree)", "fault": fault.rawValue, "uniform": grid.isUniform ? "1" : "0"],
      arrays: [
        "points": Matrix((0..<inputs).map { grid.breakpoints(ofInput: $0) }),
        "range": BasisDescription.array(of: 0...1),
      ])
  }

  init(_ description: BasisDescription<Element>) throws(BasisError) {
    let points = try description.array("points", rows: description.inputs)
    _ = try description.range("range")
    let fault = try description.choice("fault", Fault.self)
    let degree = try description.integer("degree", in: 1...1)
    let isUniform = try description.integer("uniform", in: 0...1) == 1
    let rows = (0..<points.rows).map { points.row($0) }
    self.init(
      grid: isUniform
        ? try Grid(
          ranges: rows.map { $0[0]...$0[$0.count - 1] },
          intervals: points.columns - 1 - (fault == .description ? 1 : 0),
          degree: degree) : try Grid(breakpoints: rows, degree: degree),
      fault: fault)
  }
}

@Suite struct StrangersBasisTests {
  private func bumps<Element: Scalar>(_ inputs: Int, intervals: Int = 6, _: Element.Type) -> Bumps<Element> {
    Bumps(grid: Grid(inputs: inputs, intervals: intervals, degree: 1))
  }

  @Test func isChecked() throws {
    #expect(try bumps(2, Double.self).check() <= 1e-8)
    #expect(try bumps(2, Float.self).check() <= 1e-8)
    let uneven = Bumps(grid: try Grid<Double>(breakpoints: [[-1, -0.2, 0.1, 2], [0, 1, 4, 5]], degree: 1))
    #expect(try uneven.check() <= 1e-8)
    #expect(try uneven.check(at: [0.4, -3]) <= 1e-8)
  }

  @Test(arguments: Bumps<Double>.Fault.allCases.filter { $0 != .none })
  func faultsAreFound(fault: Bumps<Double>.Fault) {
    let basis = Bumps(grid: Grid<Double>(inputs: 2, intervals: 6, degree: 1), fault: fault)
    #expect(throws: BasisError.self) { try basis.check() }
  }

  @Test(arguments: [1, 2])
  func gradientOfANetwork(layers: Int) throws {
    let own = [
      Layer<Float>(basis: bumps(2, Float.self), outputs: 3), Layer<Float>(basis: bumps(3, Float.self), outputs: 1),
    ]
    let network = Network(Array(own.suffix(layers)), seed: 1)
    let data = smoothData(Float.self, rows: 20, inputs: network.inputs)
    #expect(try network.checkGradient(on: data) <= 1e-6)
  }

  /// All that a layer on a grid can do, for a basis that the module does not know.
  @Test func growsMovesAndLearns() throws {
    let data = smoothData(Double.self, rows: 300)
    var network = Network(
      Layer(basis: bumps(2, intervals: 4, Double.self), outputs: 2),
      Layer(basis: bumps(2, intervals: 4, Double.self), outputs: 1), seed: 2)
    try network.train(on: data, with: AdamW(learningRate: 0.02), epochs: 30)
    let before = network.predict(data.inputs)
    // No insertion: curves are projected, and a finer grid of another basis's functions cannot hold them all.
    let deviation = try network.extendGrid(to: 16, on: data)
    #expect(network.layers.map(\.gridIntervals) == [16, 16] && deviation > 0 && deviation < 0.2)
    #expect(largestDifference(network.predict(data.inputs).elements, before.elements) < 0.3)
    try network.adaptGrid(on: data, uniformShare: 0.5)
    let loss = try network.fitLastLayer(on: data)
    #expect(loss < 0.05)
    try network.fitLastLayer(on: data, updating: .supported)
    #expect(network.outsideGridCounts(on: data.inputs).map { $0!.total } == [0, 0])
  }

  /// In single precision too, which is trained in double precision.
  @Test func learnsByLevenbergAndMarquardt() throws {
    let data = smoothData(Float.self, rows: 200)
    var network = Network(Layer(basis: bumps(2, intervals: 3, Float.self), outputs: 1), seed: 2)
    let history = try network.train(
      on: data, with: LevenbergMarquardt(starts: 4), options: TrainingOptions(epochs: 24, grids: [3, 6, 12]))
    #expect(network.evaluate(on: data).rmse! < 0.05)
    #expect(network.layers[0].gridIntervals == history.grid?.intervals)
    #expect(network.layers[0].basis is Bumps<Float>)
  }
}
