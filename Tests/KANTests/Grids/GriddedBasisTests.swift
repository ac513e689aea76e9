import Testing

@testable import KAN

/// What every basis on a grid can do, whether it is the module's or somebody else's.
@Suite struct GriddedBasisTests {
  enum Kind: String, CaseIterable { case spline, quadraticSpline, unevenSpline, hat, hatWithBase, unevenHat, bumps }

  private func uneven(_ degree: Int) throws -> Grid<Double> {
    try Grid(
      breakpoints: [[-1.1, -0.8, 0.1, 0.3, 1], [-1, -0.2, 0, 0.9, 1.3]], degree: degree,
      ends: degree == 3 ? .clamped : .extended)
  }

  private func basis(_ kind: Kind) throws -> any GriddedBasis<Double> {
    switch kind {
    case .spline: BSpline(grid: Grid(inputs: 2, intervals: 4, degree: 3))
    case .quadraticSpline: BSpline(grid: Grid(inputs: 2, intervals: 4, degree: 2), outside: .clamp, base: .none)
    case .unevenSpline: BSpline(grid: try uneven(3), base: .identity)
    case .hat: HatFunctions(grid: Grid(inputs: 2, intervals: 4, degree: 1))
    case .hatWithBase: HatFunctions(grid: Grid(inputs: 2, intervals: 4, degree: 1), base: .silu)
    case .unevenHat: HatFunctions(grid: try uneven(1))
    case .bumps: Bumps(grid: Grid(inputs: 2, intervals: 4, degree: 1))
    }
  }

  private func network(_ kind: Kind, seed: UInt64) throws -> Network<Double> {
    var generator = RandomGenerator(seed: seed)
    var network = Network([Layer(basis: try basis(kind), outputs: 3)])
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
    return network
  }

  @Test(arguments: Kind.allCases)
  func insertionKeepsEveryCurve(kind: Kind) throws {
    var generator = RandomGenerator(seed: 1)
    let x: Matrix<Double> = generator.matrix(300, 2, in: -2...2)
    var network = try network(kind, seed: 2)
    for intervals in [8, 16, 48] {
      let before = network.predict(x)
      let deviation = try network.extendGrid(to: intervals, on: x)
      let moved = largestDifference(network.predict(x).elements, before.elements)
      #expect(network.layers[0].gridIntervals == intervals)
      if kind == .bumps {
        // It knows no insertion, and its finer functions do not span the coarser ones: the nearest curves.
        #expect(deviation > 1e-3 && deviation < 1 && moved < 2)
      } else {
        #expect(deviation <= 1e-12 && moved <= 1e-12 * scale(before.elements, atLeast: 1))
      }
    }
  }

  /// Where knots are not nested, the coefficients are those of a dense least-squares problem at the same points.
  @Test(arguments: Kind.allCases)
  func projectionIsTheLeastSquaresFit(kind: Kind) throws {
    let own = try basis(kind)
    let (grid, _) = try own.grid.moved(to: [-0.9...0.8, -1.2...1.2]).extended(to: 7)
    let other = own.onGrid(grid)
    let outputs = 2
    var generator = RandomGenerator(seed: 3)
    let functions = own.boundedFunctions
    let old = Matrix(
      rows: functions, columns: outputs, elements: (0..<functions * outputs).map { _ in generator.normal() })
    let transfer = CurveTransfer(old: own, new: other, outputs: outputs, isNested: false, continuation: .asEvaluated)
    for input in 0..<2 {
      var carried = Matrix<Double>(rows: other.boundedFunctions, columns: outputs)
      var scratch = [Double](repeating: 0, count: transfer.scratchSize)
      var cells = [Int32](repeating: 0, count: 2 * transfer.pointCapacity)
      transfer.carry(
        input: input, old.elements.pointer, to: carried.elements.mutablePointer(), values: WeightedValues(),
        scratch: &scratch,
        cells: &cells)
      var x = [Double](repeating: 0, count: transfer.pointCapacity)
      var weights = x
      let count = transfer.writePoints(input: input, x: &x, weights: &weights)
      let points = Matrix(rows: count, columns: 2, elements: x.prefix(count).flatMap { [$0, $0] })
      var (a, b) = (
        Matrix<Double>(rows: count, columns: other.boundedFunctions), Matrix<Double>(rows: count, columns: 2)
      )
      let (before, after) = (own.values(of: points), other.values(of: points))
      for point in 0..<count {
        let root = weights[point].squareRoot()
        for k in 0..<other.boundedFunctions { a[point, k] = root * after[point, input * other.functions + k] }
        for k in 0..<functions {
          for output in 0..<outputs {
            b[point, output] += root * before[point, input * own.functions + k] * old[k, output]
          }
        }
      }
      let expected = try solveLeastSquares(a, b).solution
      #expect(largestDifference(carried.elements, expected.elements) <= 1e-6 * scale(expected.elements))
      // The weights are those of an integral over the new range.
      let range = grid.range(ofInput: input)
      #expect(abs(weights.prefix(count).reduce(0, +) - (range.upperBound - range.lowerBound)) <= 1e-12)
    }
  }

  @Test(arguments: Kind.allCases)
  func functionsAndTheirGrid(kind: Kind) throws {
    let basis = try basis(kind)
    for input in 0..<2 {
      let range = basis.grid.range(ofInput: input)
      let points = basis.fittingPoints(ofInput: input)
      #expect(points.allSatisfy { range.contains($0) } && points.count > basis.boundedFunctions)
      let tile = basis.values(of: Matrix(points.map { [$0, $0] }))
      for k in 0..<basis.boundedFunctions {
        let support = basis.support(ofFunction: k, input: input)
        let met = points.indices.filter { tile[$0, input * basis.functions + k] != 0 }
        #expect(!met.isEmpty && met.allSatisfy { support.contains(points[$0]) })
        let center = basis.center(ofFunction: k, input: input)
        #expect(range.contains(center) || basis.grid.ends == .extended)
        if k > 0 { #expect(center > basis.center(ofFunction: k - 1, input: input)) }
      }
      if basis.sumsToOne {
        for point in points.indices {
          let sum = (0..<basis.boundedFunctions).reduce(0) { $0 + tile[point, input * basis.functions + $1] }
          #expect(abs(sum - 1) <= 1e-14)
        }
      }
      // Samples of a line at the centres have no second differences.
      for order in 1...4 {
        let differences = basis.differences(order: order, input: input)
        #expect(differences.rows == basis.boundedFunctions - order && differences.columns == order + 1)
        for row in 0..<differences.rows {
          let line = (0...order).map { 3 - 2 * basis.center(ofFunction: row + $0, input: input) }
          let sum = zip(differences.row(row), line).reduce(0) { $0 + $1.0 * $1.1 }
          #expect(order == 1 ? abs(sum) > 0.01 : abs(sum) <= 1e-11 * scale(differences.row(row)))
        }
      }
    }
  }

  /// Functions and cells that rows meet, against a walk over tiles.
  @Test(arguments: Kind.allCases)
  func supportAgainstTiles(kind: Kind) throws {
    let network = try network(kind, seed: 4)
    let basis = try #require(network.layers[0].griddedBasis)
    let x = Matrix([[-0.95, 0.4], [-0.6, 0.5], [-0.55, 9], [0.2, 0.2]])
    let weights: [Double] = [1, 1, 1, 0]
    let data = Dataset(inputs: x, targets: .values(Matrix(rows: 4, columns: 3)), weights: AlignedArray(weights))
    let support = try SupportMap(
      of: network, on: TrainingRows(data),
      pool: ThreadPool(threads: 1))
    let tile = basis.values(of: x)
    for input in 0..<2 {
      for k in 0..<basis.functions {
        let isMet = k < basis.boundedFunctions && (0..<3).contains { tile[$0, input * basis.functions + k] != 0 }
        #expect(support.functions[0][input * basis.functions + k] == isMet)
      }
      let cells = Set((0..<3).map { basis.grid.interval(containing: x[$0, input], ofInput: input) })
      #expect(Set((0..<basis.cells).filter { support.cells[0][input * basis.cells + $0] }) == cells)
    }
  }

  @Test(arguments: Kind.allCases)
  func learnsWithoutForgetting(kind: Kind) throws {
    var network = try network(kind, seed: 5)
    try network.setRanges(inputs: [-1...1, -1...1], targets: [-1...1, -1...1, -1...1])
    var generator = RandomGenerator(seed: 6)
    let x: Matrix<Double> = generator.matrix(100, 2, in: 0.4...0.9)
    try network.extendGrid(to: 12, on: x)
    let before = network
    let data = Dataset(inputs: x, targets: .values(generator.matrix(100, 3)))
    try network.fitLastLayer(on: data, updating: .supported)
    let far: Matrix<Double> = generator.matrix(50, 2, in: -1 ... -0.85)
    let isTheSame = network.predict(far) == before.predict(far)
    #expect(isTheSame && network.evaluate(on: data).loss < before.evaluate(on: data).loss)
  }

  /// A curve set and read, a grid moved by hand, one layer extended alone.
  @Test(arguments: Kind.allCases)
  func gridsOfOneLayer(kind: Kind) throws {
    var network = Network(
      Layer(basis: try basis(kind), outputs: 2), Layer<Double>.spline(2, 1, grid: 3), seed: 7)
    var generator = RandomGenerator(seed: 8)
    let x: Matrix<Double> = generator.matrix(200, 2)
    let deviation = try network.setFunctions(ofLayer: 0) { input, output, x in input == output ? 0.3 * x : 0.1 }
    #expect(deviation <= (kind == .bumps ? 0.2 : 1e-12))
    let before = network.predict(x)
    try network.extendGrid(ofLayer: 1, to: 6, on: x)
    #expect(network.layers.map(\.gridIntervals) == [4, 6])
    #expect(largestDifference(network.predict(x).elements, before.elements) <= 1e-12)
    let grid = try #require(network.layers[0].grid)
    let wide = try grid.moved(to: [-2...2, -1.5...3])
    let moved = try network.setGrid(ofLayer: 0, to: wide, on: x, continuation: .polynomial(intervals: 10))
    #expect(network.layers[0].grid == wide && moved <= (kind == .bumps ? 1 : 1e-6))
    let other = try Grid<Double>(ranges: [-1...1, -1...1], intervals: 4, degree: 5)
    #expect(throws: BasisError.self) { try network.setGrid(ofLayer: 0, to: other, on: x) }
    var linear = Network<Double>(.linear(2, 1))
    #expect(throws: BasisError("linear: a layer without a grid")) { try linear.extendGrid(ofLayer: 0, to: 4, on: x) }
  }

  /// To single precision and back; a stranger's by its own line.
  @Test(arguments: Kind.allCases)
  func convertsItself(kind: Kind) throws {
    let basis = try basis(kind)
    let single = try basis.converted(to: Float.self)
    let again = try single.converted(to: Double.self)
    #expect(type(of: again) == type(of: basis))
    var generator = RandomGenerator(seed: 9)
    let x: Matrix<Double> = generator.matrix(100, 2)
    #expect(largestDifference(again.values(of: x).elements, basis.values(of: x).elements) <= 1e-5)
  }

  @Test(arguments: Kind.allCases.filter { $0 != .bumps }, [1, 2])
  func trainsByLevenbergAndMarquardt(kind: Kind, hidden: Int) throws {
    let data = smoothData(Double.self, rows: 150)
    let own = Layer(basis: try basis(kind), outputs: hidden)
    var network = hidden == 1 ? Network([own]) : Network([own, .spline(2, 1, grid: 4)])
    let history = try network.train(
      on: data, with: LevenbergMarquardt(starts: 2), options: TrainingOptions(epochs: 12, grids: [4, 8]),
      pool: ThreadPool(threads: 1))
    #expect(network.evaluate(on: data).rmse! < 0.1)
    #expect(network.layers[0].gridIntervals == history.grid?.intervals)
  }

  /// What is announced is at least what a training allocates for its rows, for every kind of basis.
  @Test(arguments: BasisKind.allCases)
  func planOfAJacobianRow(kind: BasisKind) {
    var generator = RandomGenerator(seed: 10)
    for _ in 0..<5 {
      let network = generator.network([kind])
      let plan = JacobianPlan(network)
      #expect(plan.parameterCount == network.parameterCount)
      #expect(
        (plan.runs + plan.common).reduce(0) { $0 + $1.length } == plan.width && plan.width <= network.parameterCount)
      let wider = JacobianPlan(network, atLeast: 1000)
      let grids = network.layers.map { $0.gridIntervals ?? 1000 }
      let more = zip(network.layers, grids).reduce(0) { $0 + $1.0.inputs * (1000 - $1.1) * $1.0.outputs }
      #expect(wider.parameterCount == plan.parameterCount + more && wider.width == plan.width)
    }
  }
}
