import KAN
import Testing

/// Values and derivatives of splines against scipy.
@Suite struct BSplineReferenceTests {
  struct Case: Decodable, CustomTestStringConvertible {
    let degree: Int
    let ends, outside: String
    let isUniform: Bool
    let breakpoints, x: [Double]
    /// [points × (G + k)]
    let values, derivatives: [[Double]]
    var testDescription: String {
      "degree \(degree), \(breakpoints.count) \(isUniform ? "even" : "uneven") knots, \(ends), \(outside)"
    }

    func basis<Element: Scalar>(_: Element.Type) throws -> BSpline<Element> {
      let ends = try #require(GridEnds(rawValue: ends))
      let points = breakpoints.map { Element($0) }
      let grid =
        isUniform
        ? Grid(
          inputs: 1, from: points[0], to: points.last!, intervals: points.count - 1, degree: degree, ends: ends)
        : try Grid(breakpoints: [points], degree: degree, ends: ends)
      return BSpline(grid: grid, outside: try #require(OutsideGrid(rawValue: outside)), base: .none)
    }
  }

  static let cases = Result { try reference("splines", as: [Case].self) }

  @Test(arguments: try cases.get())
  func equalsScipy(example: Case) throws {
    let basis = try example.basis(Double.self)
    for (index, x) in example.x.enumerated() {
      let values = example.values[index]
      let derivatives = example.derivatives[index]
      #expect(largestDifference(basis.values(at: x), values) <= 1e-13 * scale(values, atLeast: 1), "values at \(x)")
      #expect(
        largestDifference(basis.derivatives(at: x), derivatives) <= 1e-12 * scale(derivatives, atLeast: 1),
        "derivatives at \(x)")
    }
  }

  /// In single precision knots and points are rounded, so only even grids, whose knots are exact, can be compared.
  @Test(arguments: try cases.get().filter(\.isUniform))
  func equalsScipyInFloat(example: Case) throws {
    let basis = try example.basis(Float.self)
    for (index, x) in example.x.enumerated() where Double(Float(x)) == x {
      let values = example.values[index]
      let derivatives = example.derivatives[index]
      #expect(largestDifference(basis.values(at: Float(x)), values) <= 1e-6 * scale(values, atLeast: 1))
      #expect(
        largestDifference(basis.derivatives(at: Float(x)), derivatives) <= 1e-6 * scale(derivatives, atLeast: 1))
    }
  }

  /// All points and both precisions' paths at once, through a grid with different knots for each of many inputs.
  @Test(arguments: 1...5)
  func inputsKeepTheirOwnKnots(degree: Int) throws {
    var generator = RandomGenerator(seed: UInt64(degree))
    let inputs = 37  // more than two blocks of the kernel
    let breakpoints = (0..<inputs).map { _ in (0...4).map { Double($0) + generator.uniform(-0.4...0.4) } }
    let whole = BSpline(grid: try Grid(breakpoints: breakpoints, degree: degree), base: .identity)
    let x: Matrix<Double> = generator.matrix(3, inputs, in: -1...5)
    let values = whole.values(of: x)
    let derivatives = whole.derivatives(of: x)
    for input in 0..<inputs {
      let alone = BSpline(grid: try Grid(breakpoints: [breakpoints[input]], degree: degree), base: .identity)
      let columns = input * whole.functions..<(input + 1) * whole.functions
      for row in 0..<3 {
        #expect(Array(values.row(row)[columns]) == alone.values(at: x[row, input]))
        #expect(Array(derivatives.row(row)[columns]) == alone.derivatives(at: x[row, input]))
      }
    }
    // A tile that starts at input 20.
    var tile = Matrix<Double>(rows: 3, columns: 5 * whole.functions)
    whole.writeValues(of: x.view.slice(rows: 3, column: 20, columns: 5), first: 20, to: tile.mutableView())
    #expect(tile.row(2) == Array(values.row(2)[20 * whole.functions..<25 * whole.functions]))
  }
}
