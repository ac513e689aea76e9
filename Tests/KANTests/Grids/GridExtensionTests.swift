import KAN
import Testing

@Suite struct GridExtensionTests {
  /// 5 → 10 → 20 → 40 for every degree, kind of ends and of outside, on even and uneven knots.
  @Test(arguments: 1...5, GridEnds.allCases)
  func doublingIsExact(degree: Int, ends: GridEnds) throws {
    var generator = RandomGenerator(seed: UInt64(degree))
    for outside in OutsideGrid.allCases {
      for uneven in [false, true] {
        let grid =
          uneven
          ? try Grid<Double>(
            breakpoints: (0..<3).map { _ in
              var points = (0...5).map { Double($0) + generator.uniform(-0.4...0.4) }
              if degree > 1 { points[2] = points[3] }
              return points
            }, degree: degree, ends: ends)
          : Grid<Double>(inputs: 3, from: -1.3, to: 0.8, intervals: 5, degree: degree, ends: ends)
        let first = Layer(basis: BSpline(grid: grid, outside: outside), outputs: 2)
        var network = Network(first, .spline(2, 1, degree: degree, ends: ends, outside: outside), seed: 3)
        network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
        // Beyond the outer knots of `fading`, where functions fade, only the inside is the same.
        let range = outside == .fading ? (uneven ? 0.5...4.5 : -1.3...0.8) : -3...7
        let data = Dataset<Double>(
          inputs: generator.matrix(200, 3, in: range), targets: .values(Matrix(rows: 200, columns: 1)))
        let before = network.predict(data.inputs)
        for intervals in [10, 20, 40] {
          let deviation = try network.extendGrid(to: intervals, on: data)
          #expect(network.layers.allSatisfy { $0.gridIntervals == intervals })
          if outside != .fading { #expect(deviation <= 1e-12 * 100) }
        }
        if outside != .fading {
          #expect(
            largestDifference(network.predict(data.inputs).elements, before.elements) <= 1e-11 * scale(before.elements))
        }
      }
    }
  }

  /// A refit is near, and comes nearer by the order of the spline as the new grid gets finer.
  @Test(arguments: 1...5)
  func refitsOfSmoothCurvesConverge(degree: Int) throws {
    let coarse = Grid<Double>(inputs: 1, intervals: 40, degree: degree)
    let spline = BSpline(grid: coarse, base: .none)
    let x = Matrix<Double>((0...2000).map { [-1 + Double($0) / 1000] })
    let y = Matrix<Double>(x.elements.map { [Elementary.cos(3 * $0), Elementary.cos(2 * $0 + 1)] })
    let weights = try spline.coefficients(fitting: y, at: x)
    let layer = Layer(basis: spline, outputs: 2)
    let deviations = try [7, 14, 28].map { try layer.extendingGrid(to: $0, weights: weights, inputs: x).deviation }
    for (wide, narrow) in zip(deviations, deviations.dropFirst()) {
      #expect(narrow < wide * Elementary.pow(0.5, Double(degree) + 0.5) || narrow < 1e-12)
    }
    #expect(deviations[0] < 0.1)
  }

  /// Where all data lies in a third of the range, the fit is better there than one that does not know.
  @Test func refitsCareForTheData() throws {
    var generator = RandomGenerator(seed: 4)
    let layer = Layer<Double>.spline(1, 1, grid: 30)
    let weights: Matrix<Double> = generator.matrix(layer.functions, 1)
    let data: Matrix<Double> = generator.matrix(400, 1, in: -0.9 ... -0.3)
    func squares(_ refitted: RefittedLayer<Double>) -> Double {
      data.elements.reduce(0) { sum, x in
        func curve(_ layer: Layer<Double>, _ weights: Matrix<Double>) -> Double {
          zip(layer.basis.values(at: x), weights.elements).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let error = curve(layer, weights) - curve(refitted.layer, refitted.weights)
        return sum + error * error
      }
    }
    let even = try layer.extendingGrid(to: 17, weights: weights)
    let weighted = try layer.extendingGrid(to: 17, weights: weights, inputs: data)
    #expect(squares(weighted) < 0.8 * squares(even))
  }

  @Test func singlePrecisionIsExactUpToRounding() throws {
    var network = Network<Float>(.spline(3, 4), .spline(4, 2), seed: 5)
    let data = smoothData(Float.self, rows: 100, inputs: 3)
    let before = network.predict(data.inputs)
    for intervals in [10, 20, 40] { #expect(try network.extendGrid(to: intervals, on: data) < 1e-6) }
    #expect(largestDifference(network.predict(data.inputs).elements, before.elements) < 1e-5)
  }

  @Test func unevenGridsStayNested() throws {
    let grid = try Grid<Double>(breakpoints: [[0, 1, 1, 4, 5]], degree: 2)
    var generator = RandomGenerator(seed: 6)
    let layer = Layer(basis: BSpline(grid: grid), outputs: 3)
    let weights: Matrix<Double> = generator.matrix(layer.functions, 3)
    for intervals in 5...12 {
      let refitted = try layer.extendingGrid(to: intervals, weights: weights)
      #expect(refitted.deviation <= 1e-13)
      let spline = try #require(refitted.layer.basis as? BSpline<Double>)
      let points = spline.grid.breakpoints(ofInput: 0)
      #expect(points.count == intervals + 1 && Set(points).isSuperset(of: [0, 1, 4, 5]))
      #expect(points.filter { $0 == 1 }.count == 2)
    }
    // The widest interval first, and fewer intervals by the quantile function.
    let five = try #require(try layer.extendingGrid(to: 5, weights: weights).layer.basis as? BSpline<Double>)
    #expect(five.grid.breakpoints(ofInput: 0) == [0, 1, 1, 2.5, 4, 5])
    let two = try #require(try layer.extendingGrid(to: 2, weights: weights).layer.basis as? BSpline<Double>)
    #expect(two.grid.breakpoints(ofInput: 0) == [0, 1, 5])
  }

  /// Base function, biases, scalings and other layers stay to the bit.
  @Test func theRestStays() throws {
    var network = Network<Double>(.linear(2, 3, activation: .tanh), .spline(3, 2, grid: 4), seed: 7)
    let data = smoothData(Double.self, rows: 50)
    let before = network
    try network.extendGrid(to: 9, on: Dataset(inputs: data.inputs, targets: .values(Matrix(rows: 50, columns: 2))))
    #expect(network.weights(ofLayer: 0) == before.weights(ofLayer: 0))
    #expect(network.bias(ofLayer: 0) == before.bias(ofLayer: 0) && network.bias(ofLayer: 1) == before.bias(ofLayer: 1))
    for input in 0..<3 {
      #expect(network.weights(ofLayer: 1).row(input * 13 + 12) == before.weights(ofLayer: 1).row(input * 8 + 7))
    }
    #expect(network.inputScaling == before.inputScaling && network.parameterCount == network.parameters.count)
  }

  @Test func mistakes() throws {
    var network = Network<Double>(.linear(2, 1))
    let data = smoothData(Double.self, rows: 5)
    #expect(throws: BasisError("no layer has a grid")) { try network.extendGrid(to: 9, on: data) }
    #expect(throws: BasisError("no layer has a grid")) { try network.adaptGrid(on: data) }
    var splines = Network<Double>(.spline(2, 1))
    #expect(throws: BasisError("a grid needs at least one interval")) { try splines.extendGrid(to: 0, on: data) }
    splines = Network<Double>(.spline(2, 2), .spline(2, 1))
    splines.parameters[splines.layers[0].weightCount + 1] = .nan  // a bias
    #expect(throws: BasisError("layer 2, input 2: sees a value that is not finite")) {
      try splines.extendGrid(to: 9, on: data)
    }
  }
}
