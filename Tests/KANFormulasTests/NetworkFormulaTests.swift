import Foundation
import KAN
import KANFiles
import Testing

@testable import KANFormulas

@Suite struct NetworkFormulaTests {
  private func trained(
    _ layers: [Layer<Double>], on data: Dataset<Double>, grids: [Int] = [5, 10, 20]
  ) throws -> Network<Double> {
    var network = Network<Double>(layers)
    _ = try network.train(
      on: data, with: LevenbergMarquardt(), options: TrainingOptions(epochs: 150, seed: 1, grids: grids))
    return network
  }

  private func example() -> Dataset<Double> { dataset(500, 2, seed: 4) { exp(sin(.pi * $0[0]) + $0[1] * $0[1]) } }

  @Test func networkOfTheArticleBecomesItsFormula() throws {
    let data = example()
    let network = try trained([.spline(2, 1), .spline(1, 1)], on: data)
    let found = try network.formulas(on: data)
    let target = found.targets[0]
    #expect(target.formula.expression.text(names: ["x", "y"]) == "exp(sin(pi*x) + y**2)")
    #expect(target.formula.rmse <= 1e-13)
    #expect(found.openEdges.isEmpty)
    #expect(abs(target.modelErrors[target.chosen] - network.evaluate(on: data).overall.rmse!) < 1e-9)
    // The network with functions on its edges computes the formula, also after it was saved.
    let loaded = try Network<Double>(data: found.network.encoded())
    #expect(loaded.evaluate(on: data).loss < 1e-20)
    #expect(loaded.layers.allSatisfy { $0.basis is FunctionBasis<Double> })
  }

  /// A network without product nodes has no edges that follow these formulas.
  @Test(arguments: [
    ("x*y", [3]), ("x*exp(y)", [3]), ("1/(x*y + 2)", [3, 1]), ("sin(x) + x*y", [3]),
  ])
  func productsAreFoundInNetworksOfSums(text: String, hidden: [Int]) throws {
    let data = dataset(600, 2, seed: 7) { row in
      let (x, y) = (row[0], row[1])
      return switch text {
      case "x*y": x * y
      case "x*exp(y)": x * exp(y)
      case "1/(x*y + 2)": 1 / (x * y + 2)
      default: sin(x) + x * y
      }
    }
    let widths = [2] + hidden + [1]
    let network = try trained(zip(widths, widths.dropFirst()).map { .spline($0, $1) }, on: data)
    let target = try network.formulas(on: data).targets[0]
    #expect(target.formula.expression.text(names: ["x", "y"]) == text)
    #expect(target.formula.rmse <= 1e-12)
  }

  /// Columns of 200 ± 10 and 0.05 ± 0.01.
  @Test func formulaIsInUnitsOfTheTable() throws {
    let plain = example()
    let inputs = Matrix(
      rows: plain.rows, columns: 2,
      elements: (0..<plain.rows).flatMap { [200 + 10 * plain.inputs[$0, 0], 0.05 + 0.01 * plain.inputs[$0, 1]] })
    let data = Dataset(inputs: inputs, targets: plain.targets)
    let found = try trained([.spline(2, 1), .spline(1, 1)], on: data).formulas(on: data)
    #expect(found.targets[0].formula.rmse <= 1e-12)
    #expect(found.targets[0].formula.complexity <= 20)
  }

  @Test func threadsChangeNothing() throws {
    let data = example()
    let network = try trained([.spline(2, 2), .spline(2, 1)], on: data, grids: [3])
    let texts = try [1, 2, 3].map { threads in
      try network.formulas(on: data, pool: ThreadPool(threads: threads)).targets[0].front.map {
        $0.expression.text(names: ["x", "y"])
      }
    }
    #expect(texts[0] == texts[1] && texts[1] == texts[2])
  }

  @Test func curveWithoutFormulaStaysSpline() throws {
    let data = dataset(800, 2, seed: 2) { sin(7 * $0[0] + 3 * sin(9 * $0[0])) + 0.3 * $0[1] }
    let found = try trained([.spline(2, 1, grid: 40)], on: data, grids: []).formulas(on: data)
    let formula = found.targets[0].formula
    #expect(formula.expression.hasSpline)
    #expect(formula.expression.text(names: ["x", "y"]).contains("spline1("))
    #expect(found.openEdges == [NetworkEdge(layer: 0, input: 0, output: 0)])
    #expect(formula.rmse < 0.05)
  }

  @Test func givenFunctionsAndKeptCurves() throws {
    let data = example()
    let network = try trained([.spline(2, 1), .spline(1, 1)], on: data, grids: [5])
    let (wave, parabola) = (NetworkEdge(layer: 0, input: 0, output: 0), NetworkEdge(layer: 0, input: 1, output: 0))
    let kept = try network.formulas(on: data, options: NetworkFormulaOptions(free: [wave]))
    #expect(kept.targets[0].front.last!.expression.hasSpline)
    let fixed = try network.formulas(on: data, options: NetworkFormulaOptions(fixed: [parabola: .cosh]))
    #expect(fixed.targets[0].front.contains { $0.expression.text(names: ["x", "y"]).contains("cosh") })
    let candidates = try network.formulaCandidates(ofEdge: wave, on: data)
    #expect([.sin, .cos].contains(candidates[0].function))
    #expect(candidates.first { $0.function == .square }!.networkError > 100 * candidates[0].networkError)
    #expect(throws: FormulaError.self) {
      try network.formulaCandidates(ofEdge: NetworkEdge(layer: 2, input: 0, output: 0), on: data)
    }
  }

  @Test func productsStayProducts() throws {
    let data = dataset(500, 2, seed: 9) { sin(2 * $0[0]) * exp($0[1]) }
    let found = try trained([.spline(2, 1, products: 1)], on: data).formulas(on: data)
    #expect(found.targets[0].formula.rmse < 1e-10)
    #expect(!found.targets[0].formula.expression.hasSpline)
  }

  @Test func everyTargetHasItsFormula() throws {
    let one = dataset(400, 2, seed: 6) { sin(3 * $0[0]) + $0[1] }
    let two = dataset(400, 2, seed: 6) { $0[1] * $0[1] }
    guard case .values(let f) = one.targets, case .values(let g) = two.targets else { return }
    let data = Dataset(
      inputs: one.inputs,
      targets: .values(Matrix(rows: 400, columns: 2, elements: (0..<400).flatMap { [f[$0, 0], g[$0, 0]] })),
      names: Names(inputs: ["x", "y"], targets: ["f", "g"]))
    let found = try trained([.spline(2, 2)], on: data).formulas(on: data)
    #expect(found.targets.map(\.name) == ["f", "g"])
    #expect(
      found.targets.map { $0.formula.expression.text(names: found.names) } == ["sin(3*x) + y", "y**2"])
    #expect(found.network.evaluate(on: data).loss < 1e-20)
  }

  /// A curve with a line, and a network of functions that goes through it all again.
  @Test func cubicsAndLines() throws {
    let data = dataset(500, 2, seed: 6) { $0[0] * $0[0] * $0[0] - $0[0] + exp(2 * $0[1]) + 5 * $0[1] }
    let found = try trained([.spline(2, 1)], on: data).formulas(on: data)
    let text = found.targets[0].formula.expression.text(names: ["x", "y"])
    #expect(found.targets[0].formula.rmse < 1e-12, "\(text)")
    #expect(text.contains("x**3") && text.contains("exp(2*y)") && text.contains("5*y"), "\(text)")
    #expect(found.network.evaluate(on: data).loss < 1e-20)
    let again = try found.network.formulas(on: data)
    #expect(again.targets[0].formula.rmse < 1e-12)
    // Weights that a later training gives to functions of other edges.
    var changed = found.network
    for index in changed.parameters.indices { changed.parameters[index] += 0.01 * Double(index % 3) }
    let edges = try EdgeNetwork(changed)
    let rows = EdgeRows(
      edges, inputs: changed.inputScaling.applied(to: data.inputs), targets: Matrix(rows: 500, columns: 1))
    let outputs = EdgePasses(edges, at: rows, slopes: false).outputs
    let expected = changed.outputScaling.applied(to: changed.predict(data.inputs))
    for (own, value) in zip(outputs, expected.elements) { #expect(abs(own - value) < 1e-10) }
  }

  /// The gradient of each constant against central differences.
  @Test func jacobianEqualsDifferences() throws {
    let network = Network<Double>(
      [.spline(2, 3, grid: 3, products: 1), .chebyshev(3, 2, degree: 3, activation: .silu), .linear(2, 2)], seed: 5)
    var edges = try EdgeNetwork(network)
    for (place, function) in [NamedFunction.sin, .exp, .gaussian, .squareRoot].enumerated() {
      edges[NetworkEdge(layer: 0, input: place % 2, output: place / 2)] = .term(
        EdgeTerm(function: function, factor: 0.7, rate: 0.6, shift: 1.5))
    }
    edges[NetworkEdge(layer: 1, input: 0, output: 1)] = .term(
      EdgeTerm(function: .tanh, factor: 0.7, rate: 0.6, shift: 0.1, line: -0.4))
    edges[NetworkEdge(layer: 1, input: 1, output: 0)] = .zero
    var generator = RandomGenerator(seed: 8)
    let rows = EdgeRows(edges, inputs: generator.matrix(20, 2), targets: generator.matrix(20, 2))
    var jacobian = [Double](repeating: 0, count: edges.parameterCount * 40)
    jacobian.withUnsafeMutableBufferPointer {
      EdgePasses(edges, at: rows, slopes: true).writeJacobian(of: edges, to: $0.baseAddress!)
    }
    let step = 1e-6
    for place in 0..<edges.parameterCount {
      let outputs = [-step, step].map { step in
        var moved = edges
        moved.parameters[place] += step
        return EdgePasses(moved, at: rows, slopes: false).outputs
      }
      for index in 0..<40 {
        let slope = (outputs[1][index] - outputs[0][index]) / (2 * step)
        #expect(abs(slope - jacobian[place * 40 + index]) <= 1e-7, "constant \(place), value \(index)")
      }
    }
  }

  /// Edges that pruning has removed, and those for which the formula has nothing, stay away in later trainings.
  @Test func prunedEdgesStayAway() throws {
    let data = dataset(400, 3, seed: 9) { sin(2 * $0[0]) + $0[1] * $0[1] }
    var network = Network<Double>([.spline(3, 2), .spline(2, 1)], seed: 2)
    var mask = EdgeMask(inputs: 3, sums: 2)
    for (input, sum) in [(2, 0), (2, 1), (1, 0)] { mask[input, sum] = false }
    network.keepEdges(mask, ofLayer: 0)
    try network.train(on: data, with: LBFGS(), epochs: 60)
    var symbolic = try network.formulas(on: data).network
    #expect(symbolic.isPruned && symbolic.edgeCount <= network.edgeCount)
    for (input, sum) in [(2, 0), (2, 1), (1, 0)] { #expect(!symbolic.layers[0].hasEdge(from: input, to: sum)) }
    let edges = symbolic.layers.map(\.edges)
    var loaded = try Network<Double>(data: symbolic.encoded())
    #expect(loaded.layers.map(\.edges) == edges)
    #expect(loaded.predict(data.inputs) == symbolic.predict(data.inputs))
    // Another target, for which the removed input matters.
    let other = dataset(400, 3, seed: 9) { $0[0] + $0[1] + $0[2] }
    try loaded.train(on: other, with: LBFGS(), epochs: 10)
    try symbolic.train(on: other, with: AdamW(learningRate: 0.01), options: TrainingOptions(epochs: 3, batch: 50))
    for trained in [loaded, symbolic] {
      #expect(trained.layers.map(\.edges) == edges)
      let functions = trained.layers[0].functions
      for (input, sum) in [(2, 0), (2, 1), (1, 0)] {
        for k in 0..<functions { #expect(trained.weights(ofLayer: 0)[input * functions + k, sum] == 0) }
      }
    }
  }
}

@Suite struct ExpansionTests {
  private let u = Expression.variable(0)
  private let v = Expression.variable(1)

  @Test func likeTermsAreCollected() {
    let squares = Expression.sum([
      .product([.exact(Exact(1, over: 4)), .power(.sum([u, .product([.whole(2), v])]), .whole(2))]),
      .product([.exact(Exact(-1, over: 4)), .power(u, .whole(2))]), .product([.whole(-1), .power(v, .whole(2))]),
    ])
    #expect(squares.expanded().text(names: ["u", "v"]) == "u*v")
    let product = Expression.product([.sum([u, v]), .sum([u, .product([.whole(-1), v])]), v])
    #expect(product.expanded().values(at: [[1.5, 2], [0.25, -3]]) == product.values(at: [[1.5, 2], [0.25, -3]]))
    let other = Expression.apply(.exp, .sum([u, v]))
    #expect(other.expanded() == other)
  }

  @Test func factorsGoIntoCurves() {
    let curve = SplineCurve(name: "spline1", points: [0, 1, 3], values: [1, -1, 2])
    let formula = Expression.sum([.product([.constant(2.5), .spline(curve, u)]), v])
    let folded = formula.foldingSplines()
    #expect(folded.text(names: ["u", "v"]) == "spline1(u) + v")
    let points = [[-1, 0.5, 2.2, 4], [1.0, 2, 3, 4]]
    for (a, b) in zip(folded.values(at: points), formula.values(at: points)) { #expect(abs(a - b) < 1e-14) }
    #expect(Expression.spline(curve, .whole(1)).simplified() == .constant(-1))
  }
}

@Suite struct ChoiceTests {
  /// y = 2x + noise of deviation 0.1, and terms beyond.
  private func choice(term: Double, _ others: [Expression]) -> Int {
    var generator = RandomGenerator(seed: 3)
    let x = (0..<1000).map { _ in 2 * generator.uniform() - 1 }
    let y = x.map { 2 * $0 + term * $0 * $0 * $0 + 0.1 * generator.normal() }
    let spread = ConstantFit(columns: [x], targets: y).spread
    let front = others.map { Formula($0, columns: [x], targets: y) }
    return Formula.choice(of: front, rows: x.count, spread: spread)
  }

  private let line = Expression.product([.constant(2), .variable(0)])
  private func cubic(_ factor: Double) -> Expression {
    .sum([line, .product([.constant(factor), .power(.variable(0), .whole(3))])])
  }

  @Test func simplestWithinTheNoise() {
    // A line against one that is off, and one with a term that chance explains.
    #expect(choice(term: 0, [.whole(0), line, cubic(0.01)]) == 1)
    // A term a tenth as large as the noise is found in a thousand rows, as it lowers the error beyond chance.
    #expect(choice(term: 0.1, [.whole(0), line, cubic(0.1)]) == 2)
  }

  /// What a curve without formula says is not given up for a formula that is worse beyond the noise.
  @Test func curvesAreNotReplacedByWrongFormulas() {
    let points = (0..<400).map { Double($0) / 200 - 1 }
    let curve = SplineCurve(name: "spline1", points: points, values: points.map { 2 * $0 + 0.5 * $0 * $0 * $0 })
    #expect(choice(term: 0.5, [.whole(0), line, .spline(curve, .variable(0))]) == 2)
    #expect(choice(term: 0.5, [.whole(0), cubic(0.5), .spline(curve, .variable(0))]) == 1)
  }
}
