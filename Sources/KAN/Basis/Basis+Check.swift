// Consistency checks of a basis, for the tests of its author.

extension Basis {
  /// Checks that the methods of a basis agree: derivatives with central differences of the values, the pull-back with
  /// the derivatives, a compact basis's evaluation with its tiles, a gridded basis's cells and insertion with its grid,
  /// and the basis with the one made from its description.
  ///
  ///     @Test func fourier() throws { try Fourier<Double>(inputs: 2, order: 4).check() }
  ///
  /// A basis in single precision is converted to double precision if possible, since differences lose most digits;
  /// otherwise the tolerance is 2 %.
  ///
  /// - Parameter points: where to check; nil for ``fittingPoints(ofInput:)`` and one point beyond each end.
  /// - Returns: the largest error of a derivative, relative to the larger of 1 and the largest derivative at that
  ///   point.
  /// - Throws: ``BasisError`` with the place and the numbers that disagree.
  @discardableResult
  public func check(at points: [Element]? = nil) throws(BasisError) -> Double {
    if Element.self != Double.self, let wide = try? converted(to: Double.self) {
      return try wide.check(at: points?.map { Double($0) })
    }
    if let compact = self as? any CompactBasis<Element> { try compact.checkShape() }
    try checkDescription()
    var largest = 0.0
    for input in 0..<inputs {
      let x = points ?? checkPoints(ofInput: input)
      largest = max(largest, try checkDerivatives(input, x))
      try checkPullBack(input, x)
      if let compact = self as? any CompactBasis<Element> {
        largest = max(largest, try compact.checkEvaluation(input, x))
      }
      if let gridded = self as? any GriddedBasis<Element> { try gridded.checkGrid(input, x) }
    }
    return largest
  }

  /// At most 48 interior fitting points, away from the ends, where a curve may have a kink, and one beyond each end.
  private func checkPoints(ofInput input: Int) -> [Element] {
    let all = fittingPoints(ofInput: input).sorted()
    let width = all[all.count - 1] - all[0]
    let step = max(1, all.count / 48)
    let inner = all.dropFirst().dropLast()
    return stride(from: inner.startIndex, to: inner.endIndex, by: step).map { inner[$0] }
      + [all[0] - width * 0.3, all[all.count - 1] + width * 0.3]
  }

  private func checkDescription() throws(BasisError) {
    let deviations = initialDeviations(outputs: 3, gain: 1)
    guard deviations.count == functions, deviations.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw BasisError(
        "\(Self.kind): initial deviations \(deviations), not \(functions) finite numbers that are not negative")
    }
    let again = try Self(description)
    guard description.kind == Self.kind, again.description == description, again.functions == functions else {
      throw BasisError("\(Self.kind): the description makes a basis with another one: \(again.description)")
    }
  }

  /// Φ or Φ′ of one input: [points × K]
  func checkedTile(_ input: Int, _ x: [Element], derivatives: Bool = false) -> Matrix<Element> {
    var result = Matrix<Element>(rows: x.count, columns: functions)
    let points = Matrix(rows: x.count, columns: 1, elements: x)
    withExtendedLifetime(points) {
      if derivatives {
        writeDerivatives(of: points.view, first: input, to: result.mutableView())
      } else {
        writeValues(of: points.view, first: input, to: result.mutableView())
      }
    }
    return result
  }

  private func checkDerivatives(_ input: Int, _ x: [Element]) throws(BasisError) -> Double {
    try compareWithDifferences("derivative", input, x, checkedTile(input, x, derivatives: true)) {
      checkedTile(input, $0)
    }
  }

  /// Compares derivatives with differences of a function: [points × K] each. At a kink either one-sided derivative is
  /// accepted.
  func compareWithDifferences(
    _ what: String, _ input: Int, _ x: [Element], _ derivatives: Matrix<Element>,
    _ function: ([Element]) -> Matrix<Element>
  ) throws(BasisError) -> Double {
    let tolerance = Element.self == Double.self ? 1e-6 : 0.02
    var errors = [Double](repeating: .infinity, count: derivatives.elements.count)
    var differences = errors
    // Several step sizes: truncation grows with the step, cancellation as it shrinks.
    for scale in [16.0, 2, 0.25] {
      let width = Element(scale * Elementary.pow(Double(Element.ulpOfOne), 1.0 / 3))
      let samples = [-2, -1, 0, 1, 2].map { place in function(x.map { $0 + Element(place) * width }) }
      for index in errors.indices {
        let f = samples.map { Double($0.elements[index]) }
        let h = Double(width)
        let slope = Double(derivatives.elements[index])
        let sides = [
          (f[3] - f[1]) / (2 * h), (4 * f[3] - 3 * f[2] - f[4]) / (2 * h), (3 * f[2] + f[0] - 4 * f[1]) / (2 * h),
        ]
        for side in sides where !(abs(side - slope) >= errors[index]) {
          errors[index] = abs(side - slope)
          differences[index] = side
        }
      }
    }
    var largest = 0.0
    for (point, x) in x.enumerated() {
      let slopes = derivatives.row(point).map { abs(Double($0)) }
      let scale = max(1, slopes.max() ?? 0)
      for k in slopes.indices {
        let error = errors[point * slopes.count + k] / scale
        guard error <= tolerance else {
          throw BasisError(
            "\(Self.kind), input \(input + 1), function \(k + 1) at x = \(x): \(what) \(derivatives[point, k]), by "
              + "differences \(differences[point * slopes.count + k])")
        }
        largest = max(largest, error)
      }
    }
    return largest
  }

  private func checkPullBack(_ input: Int, _ x: [Element]) throws(BasisError) {
    var generator = RandomGenerator(seed: 1)
    let dValues = Matrix(
      rows: x.count, columns: functions, elements: (0..<x.count * functions).map { _ in Element(generator.normal()) })
    var scratch = Matrix<Element>(rows: x.count, columns: functions)
    var dx = Matrix<Element>(rows: x.count, columns: 1)
    let points = Matrix(rows: x.count, columns: 1, elements: x)
    withExtendedLifetime((points, dValues)) {
      pullBack(
        dValues.view, at: points.view, first: input, scratch: scratch.mutableView(), to: dx.mutableView())
    }
    let slopes = checkedTile(input, x, derivatives: true)
    for (point, place) in x.enumerated() {
      let terms = zip(dValues.row(point), slopes.row(point)).map { Double($0) * Double($1) }
      let expected = terms.reduce(0, +)
      let scale = terms.reduce(1) { $0 + abs($1) }
      guard abs(Double(dx[point, 0]) - expected) <= 1000 * Double(Element.ulpOfOne) * scale else {
        throw BasisError("\(Self.kind), input \(input + 1) at x = \(place): pull-back \(dx[point, 0]), not \(expected)")
      }
    }
  }
}

extension CompactBasis {
  /// Whether the functions of all cells are among the K.
  func checkShape() throws(BasisError) {
    guard localFunctions > 0, (0...1).contains(fixedFunctions), cells >= 1,
      cells + localFunctions - 1 <= boundedFunctions
    else {
      throw BasisError(
        "\(Self.kind): \(cells) cells with \(localFunctions) functions each do not fit \(boundedFunctions) functions")
    }
  }

  /// Compares the evaluation of one input with its tiles, and second derivatives with differences of the slopes.
  func checkEvaluation(_ input: Int, _ x: [Element]) throws(BasisError) -> Double {
    let place = "\(Self.kind), input \(input + 1)"
    let points = EvaluatedPoints(of: self, input: input, at: x, order: 2)
    for (cell, x) in zip(points.cells, x) where !(0..<cells).contains(Int(cell)) {
      throw BasisError("\(place) at x = \(x): cell \(cell) of \(cells)")
    }
    let tolerance = 1000 * Double(Element.ulpOfOne)
    for (numbers, name, derivatives) in [(points.values, "value", false), (points.slopes, "slope", true)] {
      let (tile, scattered) = (checkedTile(input, x, derivatives: derivatives), scatter(numbers, points, x.count))
      let scale = tile.elements.reduce(1) { max($0, abs(Double($1))) }
      for (index, pair) in zip(tile.elements, scattered.elements).enumerated()
      where !(abs(Double(pair.0) - Double(pair.1)) <= tolerance * scale) {
        throw BasisError(
          "\(place), function \(index % functions + 1) at x = \(x[index / functions]): \(name) \(pair.1) of the "
            + "evaluation, \(pair.0) of the tile")
      }
    }
    for (point, x) in x.enumerated() where sumsToOne {
      let sum = (0..<localFunctions).reduce(0.0) { $0 + Double(points.values[$1 * points.cells.count + point]) }
      guard abs(sum - 1) <= tolerance * 10 else { throw BasisError("\(place) at x = \(x): functions sum to \(sum)") }
    }
    for (point, x) in x.enumerated() {
      let alone = EvaluatedPoints(of: self, input: input, at: [x], order: 2)
      let together = (0..<nonZeroFunctions).map { points.values[$0 * points.cells.count + point] }
      guard alone.values == together, alone.cells[0] == points.cells[point] else {
        throw BasisError("\(place) at x = \(x): the values depend on the rows that come with it")
      }
    }
    return try compareWithDifferences("second derivative", input, x, scatter(points.seconds, points, x.count)) {
      checkedTile(input, $0, derivatives: true)
    }
  }

  /// A tile from evaluated numbers: [points × K]
  private func scatter(_ numbers: [Element], _ points: EvaluatedPoints<Element>, _ count: Int) -> Matrix<Element> {
    var result = Matrix<Element>(rows: count, columns: functions)
    for point in 0..<count {
      for r in 0..<nonZeroFunctions {
        let k = r < localFunctions ? Int(points.cells[point]) + r : functions - 1
        result[point, k] = numbers[r * count + point]
      }
    }
    return result
  }
}

extension GriddedBasis {
  /// Checks that cells are intervals, centres rise, and insertion into a grid twice as fine preserves the curve.
  func checkGrid(_ input: Int, _ x: [Element]) throws(BasisError) {
    let place = "\(Self.kind), input \(input + 1)"
    guard cells == grid.intervals, inputs == grid.inputs else {
      throw BasisError(
        "\(Self.kind): \(cells) cells for \(inputs) inputs on a grid of \(grid.intervals) for \(grid.inputs)")
    }
    let range = grid.range(ofInput: input)
    let inside = x.filter { range.contains($0) }
    for (cell, x) in zip(EvaluatedPoints(of: self, input: input, at: inside).cells, inside)
    where Int(cell) != grid.interval(containing: x, ofInput: input) {
      throw BasisError(
        "\(place) at x = \(x): cell \(cell), not interval \(grid.interval(containing: x, ofInput: input)) of the grid")
    }
    let centers = (0..<boundedFunctions).map { center(ofFunction: $0, input: input) }
    guard zip(centers, centers.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw BasisError("\(place): the centres \(centers) do not rise")
    }
    let (fineGrid, _) = try grid.extended(to: 2 * grid.intervals)
    let finer = onGrid(fineGrid)
    guard finer.grid == fineGrid, finer.fixedFunctions == fixedFunctions, finer.localFunctions == localFunctions else {
      throw BasisError("\(Self.kind): onGrid(_:) makes a basis of another kind")
    }
    var generator = RandomGenerator(seed: 1)
    let coefficients = (0..<boundedFunctions).map { _ in generator.normal() }
    var inserted: [Double] = []
    var weights = [Element](repeating: 0, count: localFunctions)
    for j in 0..<finer.boundedFunctions {
      let first = weights.withUnsafeMutableBufferPointer {
        insertion(ofFunction: j, on: fineGrid, input: input, to: $0.baseAddress!)
      }
      guard let first else { return }
      inserted.append(weights.indices.reduce(0) { $0 + Double(weights[$1]) * coefficients[first + $1] })
    }
    let (coarse, fine) = (checkedTile(input, inside), finer.checkedTile(input, inside))
    for (row, x) in inside.enumerated() {
      let before = coefficients.indices.reduce(0) { $0 + Double(coarse[row, $1]) * coefficients[$1] }
      let after = inserted.indices.reduce(0) { $0 + Double(fine[row, $1]) * inserted[$1] }
      guard abs(before - after) <= 1e4 * Double(Element.ulpOfOne) * (1 + abs(before)) else {
        throw BasisError("\(place) at x = \(x): a curve of \(before) is \(after) after insertion")
      }
    }
  }
}
