import Testing

@testable import KAN

/// What holds for every compact basis: products touch the right rows of W, whatever evaluates the functions.
@Suite struct CompactBasisTests {
  /// Shapes that fill vectors and that do not, cells that are sorted by comparing, by counting, and not at all.
  @Test(arguments: [1, 2, 3, 5, 8, 16, 17, 40, 70], [1, 4, 30, 300])
  func hatFunctions(outputs: Int, cells: Int) {
    for (hasSquare, sumsToOne) in [(false, true), (true, true), (true, false)] {
      for rows in [1, 3, 20, 200] {
        let seed = UInt64(outputs * 1000 + cells + rows)
        compare(
          RepeatedHats<Float>(inputs: 11, cells: cells, hasSquare: hasSquare, sumsToOne: sumsToOne), outputs, rows,
          seed: seed, tolerance: 2e-5)
        compare(
          RepeatedHats<Double>(inputs: 3, cells: cells, hasSquare: hasSquare, sumsToOne: sumsToOne), outputs, rows,
          seed: seed, tolerance: 1e-12)
      }
    }
  }

  @Test(arguments: [1, 4, 9, 64])
  func categories(outputs: Int) {
    compare(Categories<Float>(inputs: 6, cells: 7), outputs, 100, seed: 1, range: -1...8, tolerance: 2e-5)
    compare(Categories<Double>(inputs: 6, cells: 400), outputs, 100, seed: 2, range: -1...401, tolerance: 1e-12)
  }

  /// Outputs and the gradients of parameters and inputs, by local products and by dense ones with tiles of Φ.
  private func compare<Element: Scalar>(
    _ basis: some CompactBasis<Element>, _ outputs: Int, _ rows: Int, seed: UInt64,
    range: ClosedRange<Double> = -0.5...1.5, tolerance: Double
  ) {
    var generator = RandomGenerator(seed: seed)
    // Weights of 1 in front, through which the gradient of the inputs is seen.
    let front = Layer<Element>.linear(basis.inputs, basis.inputs)
    let layer = Layer(basis: basis, outputs: outputs)
    let x: Matrix<Element> = generator.matrix(rows, basis.inputs, in: range)
    let targets: Matrix<Element> = generator.matrix(rows, outputs)
    let parameters = AlignedArray(
      (0..<front.parameterCount + layer.parameterCount).map { index in
        if index >= front.parameterCount { return Element(generator.normal()) }
        return index < front.weightCount && index % (basis.inputs + 1) == 0 ? 1 : 0
      })
    let results = [Contraction.local, .gemm].map { contraction in
      var network = Network([front, layer])
      network.parameters = parameters
      network.contraction = contraction
      let data = Dataset(inputs: x, targets: .values(targets))
      let step = TrainingStep(network, on: data, batch: rows, pool: ThreadPool(threads: 2))
      _ = Array(0..<rows).withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
      return [Array(network.predict(x).elements), Array(step.gradients)]
    }
    for (name, local, gemm) in [("Y", results[0][0], results[1][0]), ("gradient", results[0][1], results[1][1])] {
      #expect(
        largestDifference(local, gemm) <= tolerance * scale(gemm, atLeast: 1),
        "\(name): \(type(of: basis)), \(outputs) outputs, \(rows) rows, \(basis.cells) cells")
    }
  }

  /// Slopes and second derivatives of splines against central differences of values and slopes, within the grid, beyond it
  /// and at its ends.
  @Test(arguments: 1...5, OutsideGrid.allCases)
  func splineDerivatives(degree: Int, outside: OutsideGrid) throws {
    for isUniform in [true, false] {
      for base in BaseFunction.allCases {
        let points = (0...6).map { isUniform ? Double($0) / 3 - 1 : [-1, -0.7, -0.1, 0.05, 0.3, 0.9, 1][$0] }
        let grid =
          isUniform
          ? Grid(inputs: 1, from: -1.0, to: 1.0, intervals: 6, degree: degree)
          : try Grid(breakpoints: [points], degree: degree)
        let basis = BSpline(grid: grid, outside: outside, base: base)
        let h = 1e-5
        for index in -40...40 {
          let x = Double(index) / 23 + 0.0071
          // Differences across a knot would mix two polynomials.
          if basis.grid.knots.row(0).contains(where: { abs($0 - x) <= 2 * h }) { continue }
          let (below, at, above) = (dense(basis, x - h), dense(basis, x), dense(basis, x + h))
          for k in 0..<basis.functions {
            #expect(abs(at.slopes[k] - (above.values[k] - below.values[k]) / (2 * h)) <= 1e-6, "slope at \(x)")
            #expect(abs(at.seconds[k] - (above.slopes[k] - below.slopes[k]) / (2 * h)) <= 1e-5, "second at \(x)")
          }
        }
      }
    }
  }

  /// All K functions at x.
  private func dense(_ basis: BSpline<Double>, _ x: Double) -> (values: [Double], slopes: [Double], seconds: [Double]) {
    let (n, fixed) = (basis.nonZeroFunctions, basis.fixedFunctions)
    var cell: Int32 = 0
    var numbers = [Double](repeating: .nan, count: 3 * n)
    let input = Matrix(rows: 1, columns: 1, elements: [x])
    numbers.withUnsafeMutableBufferPointer { numbers in
      withUnsafeMutablePointer(to: &cell) { cells in
        let base = numbers.baseAddress!
        basis.evaluate(
          input.view, first: 0, order: 2,
          to: PointEvaluation(
            cells: cells, cellStride: 1, values: base, slopes: base + n, seconds: base + 2 * n, inputStride: n,
            functionStride: 1, paddedRows: 1))
      }
    }
    let all = (0..<3).map { part in
      var all = [Double](repeating: 0, count: basis.functions)
      for r in 0..<n { all[r < n - fixed ? Int(cell) + r : basis.functions - 1] = numbers[part * n + r] }
      return all
    }
    return (all[0], all[1], all[2])
  }
}
