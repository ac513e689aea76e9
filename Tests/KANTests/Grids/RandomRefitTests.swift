import KAN
import Testing

/// Refits of whatever data there may be: always finite, never worse than the old curve where there is data.
@Suite struct RandomRefitTests {
  private struct Problem<Element: Scalar> {
    let spline: BSpline<Element>
    let x, y, old: Matrix<Element>
    let weights: [Double]?

    init(_ generator: inout RandomGenerator) {
      let inputs = generator.integer(1...3)
      let points = generator.integer(0...25)
      let outputs = generator.integer(1...2)
      let intervals = generator.integer(1...12)
      let degree = generator.integer(1...5)
      let ends = generator.element(of: GridEnds.allCases)
      let uneven = generator.integer(0...1) == 1
      let breakpoints = (0..<inputs).map { _ in
        var position = generator.uniform(-2 ... -1)
        var points = (0...intervals).map { _ in
          position += generator.uniform(0.01...0.5)
          return Element(position)
        }
        let place = generator.integer(0...3 * intervals)
        if place < intervals, intervals > 1 { points[place] = points[place + 1] }
        return points
      }
      let grid =
        uneven
        ? try! Grid<Element>(breakpoints: breakpoints, degree: degree, ends: ends)
        : Grid<Element>(inputs: inputs, intervals: intervals, degree: degree, ends: ends)
      spline = BSpline(
        grid: grid, outside: generator.element(of: OutsideGrid.allCases),
        base: generator.element(of: BaseFunction.allCases))
      var x = Matrix<Element>(rows: points, columns: inputs)
      for input in 0..<inputs {
        let kind = generator.integer(0...4)
        let (a, b) = (grid.range(ofInput: input).lowerBound, grid.range(ofInput: input).upperBound)
        let place = Element(generator.uniform())
        for row in 0..<points {
          switch kind {
          case 0: x[row, input] = a + place * (b - a)  // constant
          case 1: x[row, input] = generator.element(of: grid.breakpoints(ofInput: input))
          case 2: x[row, input] = a + (b - a) * Element(generator.integer(0...2)) / 2  // repeated
          case 3: x[row, input] = a + (b - a) * (place + Element(generator.uniform() / 10))  // most cells empty
          default: x[row, input] = Element(generator.uniform(-3...3))
          }
        }
      }
      self.x = x
      y = generator.matrix(inputs * points, outputs, in: -5...5)
      old = generator.matrix(inputs * (intervals + degree), outputs, in: -3...3)
      weights =
        generator.integer(0...1) == 1 ? nil : (0..<points).map { _ in max(0, generator.uniform(-0.3...2)) }
    }

    /// Σ w·(s - y)² of an input and an output, and the same for y alone as a measure of rounding.
    func squares(_ c: Matrix<Element>, input: Int, output: Int, functions: Matrix<Element>) -> (Double, Double) {
      let (count, all) = (spline.grid.intervals + spline.grid.degree, spline.functions)
      var (sum, size) = (0.0, 0.0)
      for row in 0..<x.rows {
        var value = 0.0
        for j in 0..<count {
          value +=
            Double(functions.view[row, input * all + j]) * Double(c.view[input * count + j, output])
        }
        let target = Double(y.view[input * x.rows + row, output])
        sum += (weights?[row] ?? 1) * (value - target) * (value - target)
        size += (weights?[row] ?? 1) * (value * value + target * target)
      }
      return (sum, size)
    }
  }

  @Test(arguments: 0..<10)
  func double(part: Int) throws { try check(Double.self, part, rounding: 1e-12) }

  @Test(arguments: 0..<10)
  func single(part: Int) throws { try check(Float.self, part, rounding: 1e-5) }

  private func check<Element: Scalar>(_: Element.Type, _ part: Int, rounding: Double) throws {
    var generator = RandomGenerator(seed: UInt64(part))
    let pool = ThreadPool(threads: 1)
    var (notFinite, worse, moved) = (0, 0, 0)
    for _ in 0..<500 {
      let problem = Problem<Element>(&generator)
      let count = problem.spline.grid.intervals + problem.spline.grid.degree
      let outputs = problem.y.columns
      let fresh = try problem.spline.coefficients(
        fitting: problem.y, at: problem.x, weights: problem.weights, pool: pool)
      let found = try problem.spline.coefficients(
        fitting: problem.y, at: problem.x, weights: problem.weights, near: problem.old, pool: pool)
      if !fresh.elements.allSatisfy(\.isFinite) || !found.elements.allSatisfy(\.isFinite) { notFinite += 1 }
      let functions = problem.spline.values(of: problem.x)
      for input in 0..<problem.spline.inputs {
        for output in 0..<outputs {
          let before = problem.squares(problem.old, input: input, output: output, functions: functions)
          let after = problem.squares(found, input: input, output: output, functions: functions)
          if after.0 > before.0 + rounding * (before.1 + after.1) { worse += 1 }
        }
        // A function that no point meets keeps its coefficient.
        for j in 0..<count {
          let isMet = (0..<problem.x.rows).contains { row in
            functions.view[row, input * problem.spline.functions + j] != 0 && problem.weights?[row] ?? 1 > 0
          }
          let row = input * count + j
          if !isMet && found.row(row) != problem.old.row(row) { moved += 1 }
        }
      }
    }
    #expect(notFinite == 0 && worse == 0 && moved == 0, "\(notFinite) not finite, \(worse) worse, \(moved) moved")
  }

  /// The same of grids that move and grow: whatever a layer sees, the curves stay finite.
  @Test(arguments: 0..<10)
  func grids(part: Int) throws {
    var generator = RandomGenerator(seed: UInt64(100 + part))
    let pool = ThreadPool(threads: 1)
    for _ in 0..<40 {
      var network = generator.network([.spline, .unevenSpline], outputs: 1)
      let data = generator.data(for: network, task: .regression, rows: generator.integer(1...30))
      let kind = generator.integer(0...2)
      var inputs = data.inputs
      for row in 0..<inputs.rows where kind < 2 {
        for column in 0..<inputs.columns { inputs[row, column] = kind == 0 ? 0.3 : Double(row % 2) }
      }
      let seen = Dataset(inputs: inputs, targets: data.targets)
      var deviation = try network.extendGrid(to: generator.integer(1...15), on: seen, pool: pool)
      #expect(deviation.isFinite)
      deviation = try network.adaptGrid(
        on: seen, uniformShare: generator.element(of: [0, 0.02, 0.5, 1]), margin: generator.uniform(0...0.3),
        pool: pool)
      #expect(deviation.isFinite && network.parameters.allSatisfy(\.isFinite))
      for layer in network.layers {
        let grid = try #require(layer.basis as? BSpline<Double>).grid
        for input in 0..<layer.inputs {
          let points = grid.breakpoints(ofInput: input)
          let least = zip(points, points.dropFirst()).map { $1 - $0 }.min()!
          let width = points.last! - points[0]
          // Knots that were repeated may be so again where the grid has stayed as it was.
          #expect(least >= 0.009 * width / Double(grid.intervals) || Set(points).count < points.count)
        }
      }
      #expect(network.outsideGridCounts(on: seen.inputs).first.map { $0!.total } == 0)
    }
  }

  @Test func sameBitsForAnyNumberOfThreads() throws {
    var generator = RandomGenerator(seed: 7)
    let spline = BSpline(grid: Grid<Float>(inputs: 23, intervals: 9, degree: 3))
    let x: Matrix<Float> = generator.matrix(200, 23)
    let y: Matrix<Float> = generator.matrix(23 * 200, 17)
    let old: Matrix<Float> = generator.matrix(23 * 12, 17)
    let one = try spline.coefficients(fitting: y, at: x, near: old, pool: ThreadPool(threads: 1))
    for threads in [2, 3, 7] {
      #expect(try spline.coefficients(fitting: y, at: x, near: old, pool: ThreadPool(threads: threads)) == one)
    }
  }

  @Test func whatIsNotFinite() throws {
    let spline = BSpline(grid: Grid<Double>(inputs: 2, intervals: 4, degree: 2))
    let x = Matrix<Double>(rows: 3, columns: 2)
    let y = Matrix<Double>(rows: 6, columns: 1)
    let old = Matrix<Double>(rows: 12, columns: 1)
    var (badX, badY, badOld) = (x, y, old)
    badX[1, 1] = .infinity
    badY[4, 0] = .nan
    badOld[7, 0] = -.infinity
    #expect(throws: LinearAlgebraError.nonFinite(operand: "x", row: 1, column: 1)) {
      try spline.coefficients(fitting: y, at: badX)
    }
    #expect(throws: LinearAlgebraError.nonFinite(operand: "targets", row: 4, column: 0)) {
      try spline.coefficients(fitting: badY, at: x, weights: [1, 0, 1])
    }
    #expect(throws: LinearAlgebraError.nonFinite(operand: "coefficients", row: 7, column: 0)) {
      try spline.coefficients(fitting: y, at: x, near: badOld)
    }
    #expect(throws: LinearAlgebraError.nonFinite(operand: "weights", row: 2, column: 0)) {
      try spline.coefficients(fitting: y, at: x, weights: [1, 2, .nan])
    }
    // All weights 0, and targets whose sums overflow: the old curve stays.
    #expect(try spline.coefficients(fitting: y, at: x, weights: [0, 0, 0], near: old) == old)
    let large = Matrix<Double>(rows: 6, columns: 1, elements: repeatElement(Double.greatestFiniteMagnitude, count: 6))
    #expect(try spline.coefficients(fitting: large, at: x, near: old).elements.allSatisfy { $0.isFinite })
  }
}
