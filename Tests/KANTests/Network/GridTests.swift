import KAN
import Testing

@Suite struct GridTests {
  @Test func knotsOfAnEvenGrid() {
    let grid = Grid<Double>(inputs: 2, from: 0, to: 2, intervals: 4, degree: 2)
    #expect(grid.isUniform && grid.inputs == 2 && grid.range(ofInput: 1) == 0...2)
    #expect(grid.knots.row(1) == [-1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3])
    #expect(grid.breakpoints(ofInput: 0) == [0, 0.5, 1, 1.5, 2])
    let clamped = Grid<Double>(inputs: 1, from: 0, to: 1, intervals: 2, degree: 3, ends: .clamped)
    #expect(!clamped.isUniform && clamped.knots.row(0) == [0, 0, 0, 0, 0.5, 1, 1, 1, 1])
  }

  @Test func endsAreExact() {
    for intervals in 1...50 {
      let grid = Grid<Float>(inputs: 1, from: -0.1, to: 0.7, intervals: intervals, degree: 3)
      #expect(grid.range(ofInput: 0) == -0.1...0.7 && grid.breakpoints(ofInput: 0).count == intervals + 1)
    }
  }

  @Test func knotsOfAnUnevenGrid() throws {
    let grid = try Grid<Double>(breakpoints: [[0, 1, 4], [-3, -2, 0]], degree: 2)
    #expect(grid.knots == Matrix([[-2, -1, 0, 1, 4, 7, 10], [-5, -4, -3, -2, 0, 2, 4]]))
    #expect(!grid.isUniform && grid.intervals == 2 && grid.range(ofInput: 1) == -3...0)
    let clamped = try Grid<Double>(breakpoints: [[0, 1, 4]], degree: 1, ends: .clamped)
    #expect(clamped.knots.row(0) == [0, 0, 1, 4, 4])
  }

  struct Bad: CustomTestStringConvertible {
    let breakpoints: [[Double]]
    let degree: Int
    let message: String
    var testDescription: String { message }
    init(_ breakpoints: [[Double]], _ degree: Int, _ message: String) {
      (self.breakpoints, self.degree, self.message) = (breakpoints, degree, message)
    }
  }

  @Test(arguments: [
    Bad([[0, 1]], 0, "the degree of a spline is 1 to 5, not 0"),
    Bad([[0, 1]], 6, "the degree of a spline is 1 to 5, not 6"),
    Bad([], 3, "a grid needs at least two knots"), Bad([[0]], 3, "a grid needs at least two knots"),
    Bad([[0, 1, 2], [0, 1]], 3, "input 1 has 2 knots"), Bad([[0, 2, 1]], 3, "input 0: the knots fall"),
    Bad([[0, 1], [0, .nan]], 2, "input 1: a knot is not finite"),
    Bad([[0, .infinity]], 2, "input 0: a knot is not finite"), Bad([[1, 1, 1]], 2, "input 0: the grid has no width"),
  ])
  func badKnots(bad: Bad) {
    #expect(throws: BasisError(bad.message)) { try Grid(breakpoints: bad.breakpoints, degree: bad.degree) }
  }
}

@Suite struct BasisDescriptionTests {
  @Test func everyBasisComesBack() throws {
    let uneven = try Grid<Float>(breakpoints: [[0, 1, 1, 4], [-3, -2, 0, 0.1]], degree: 2, ends: .clamped)
    let even = Grid<Float>(inputs: 2, intervals: 7, degree: 5)
    let bases: [any Basis<Float>] = [
      LinearBasis(inputs: 2), Chebyshev(inputs: 2, degree: 6),
      Gaussian(inputs: 2, centers: 4, range: -0.3...7, base: .identity),
      BSpline(grid: uneven, outside: .fading, base: .none), BSpline(grid: even, outside: .clamp, base: .identity),
    ]
    var generator = RandomGenerator(seed: 1)
    let x: Matrix<Float> = generator.matrix(30, 2, in: -4...5)
    for basis in bases {
      let again = try makeBasis(basis.description, from: knownBases(Float.self))
      #expect(type(of: again) == type(of: basis) && again.description == basis.description)
      #expect(again.values(of: x) == basis.values(of: x))
    }
  }

  struct Change: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let apply: @Sendable (inout BasisDescription<Double>) -> Void
    init(_ name: String, _ apply: @escaping @Sendable (inout BasisDescription<Double>) -> Void) {
      (testDescription, self.apply) = (name, apply)
    }
  }

  @Test(arguments: [
    Change("kind") { $0.kind = "wavelet" }, Change("no inputs") { $0.inputs = 0 },
    Change("too many inputs") { $0.inputs = .max }, Change("other inputs") { $0.inputs = 3 },
    Change("degree 0") { $0.settings["degree"] = "0" }, Change("degree 9") { $0.settings["degree"] = "9" },
    Change("no degree") { $0.settings["degree"] = nil }, Change("words") { $0.settings["degree"] = "three" },
    Change("ends") { $0.settings["ends"] = "open" }, Change("outside") { $0.settings["outside"] = "" },
    Change("base") { $0.settings["base"] = nil }, Change("uniform") { $0.settings["uniform"] = "2" },
    Change("no knots") { $0.arrays = [:] }, Change("few knots") { $0.arrays["knots"] = Matrix(rows: 2, columns: 7) },
    Change("NaN") { $0.arrays["knots"]![1, 3] = .nan }, Change("falling") { $0.arrays["knots"]![0, 4] = -9 },
    Change("no width") { $0.arrays["knots"] = Matrix(rows: 2, columns: 12) },
  ])
  func badDescription(change: Change) throws {
    let spline = BSpline(grid: Grid<Double>(inputs: 2, intervals: 5, degree: 3))
    var description = spline.description
    _ = try makeBasis(description, from: knownBases(Double.self))
    change.apply(&description)
    #expect(throws: BasisError.self) { try makeBasis(description, from: knownBases(Double.self)) }
  }

  @Test func badDescriptionsOfOtherBases() {
    let types = knownBases(Double.self)
    let chebyshev = Chebyshev<Double>(inputs: 1, degree: 2).description
    let gaussian = Gaussian<Double>(inputs: 1, centers: 3).description
    var bad = [chebyshev, gaussian, gaussian, gaussian, gaussian]
    bad[0].settings["degree"] = "0"
    bad[1].settings["centers"] = "1"
    bad[2].arrays["range"] = Matrix([[1, 1]])
    bad[3].arrays["range"] = Matrix([[0, 1, 2]])
    bad[4].arrays["range"] = Matrix([[-.greatestFiniteMagnitude, .greatestFiniteMagnitude]])
    for description in bad { #expect(throws: BasisError.self) { try makeBasis(description, from: types) } }
  }
}
