extension Network {
  /// Corrects the curves of one layer so that its sums on the rows are those of the network before a change of grids.
  ///
  /// A refit keeps each curve by itself. Small deviations of one layer move the inputs of the next, whose slopes magnify
  /// them, and deviations of several edges add up. The change Δ of the layer's coefficients, except those of base
  /// functions, minimises
  ///
  ///     mean over the rows of ‖Z′ + Φ(X′)·Δ - Z‖²  +  λ·‖Δ‖²
  ///
  /// with X′ and Z′ what the layer sees and sums now, and Z what it summed before. λ keeps curves from moving freely where
  /// few rows hold them: it is the largest of several that leaves at most twice of what the smallest leaves. That is a
  /// large one on a grid that cannot meet the rows, and a small one on a grid that can. There the correction is repeated as
  /// long as it halves what is missing.
  ///
  /// - Parameters:
  ///   - before: the network before the change.
  ///   - seen: what its layers saw on a sample of the rows.
  /// - Returns: whether anything has changed: not without rows, and not in a layer of too many coefficients.
  mutating func keepSums(
    ofLayer index: Int, of before: Network, seeing seen: [LayerInputs<Element>], pool: ThreadPool
  ) -> Bool {
    let rows = seen[index].sample.rows
    if rows == 0 { return false }
    var scaled = self
    scaled.inputScaling = Scaling(identity: inputs)
    let x = scaled.layerInputs(of: seen[0].sample, sample: rows, pool: pool)[index].sample
    let (old, new) = (before.weights(ofLayer: index).inDoubles, weights(ofLayer: index).inDoubles)
    var isChanged = false
    for group in layers[index].edges.groupsOfSums() {
      guard
        var correction = SumCorrection(layers[index], at: x, new.selecting(columns: group.sums), inputs: group.inputs),
        correction.run(towards: before.layers[index], at: seen[index].sample, old.selecting(columns: group.sums))
      else { continue }
      let to = parameters.mutablePointer() + parameterOffset(ofLayer: index)
      for row in 0..<new.rows {
        for (place, sum) in group.sums.enumerated() {
          to[row * layers[index].sums + sum] = Element(correction.weights[row, place])
        }
      }
      isChanged = true
    }
    return isChanged
  }
}

/// The correction of W of some sums of a layer, in double precision.
private struct SumCorrection<Element: Scalar> {
  let layer: Layer<Element>
  /// X′: [rows × in]
  let x: Matrix<Element>
  /// W of these sums: [in·K × sums]
  private(set) var weights: Matrix<Double>
  /// The rows of W to correct.
  private let columns: [Int]

  /// The most coefficients to correct together: a quarter of the rows that ``LayerInputs`` keeps, which so determine them.
  /// The cost grows as their square times the rows.
  private static var mostColumns: Int { LayerInputs<Element>.sampleRows / 4 }
  /// Values of λ. The first is that of a function which one row in ten thousand meets in its middle; sums in single
  /// precision are no better than the last, its rounding.
  private static var weights: [Double] {
    [1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9].filter { $0 >= Double(Element.ulpOfOne) }
  }
  private static var mostPasses: Int { 8 }
  private static var chunk: Int { 512 }

  /// - Parameter inputs: those that the sums add up.
  init?(_ layer: Layer<Element>, at x: Matrix<Element>, _ weights: Matrix<Double>, inputs: [Int]) {
    self.layer = layer
    self.x = x
    self.weights = weights
    let curves = layer.functions - layer.basis.baseFunctions
    columns = inputs.flatMap { input in (0..<curves).map { input * layer.functions + $0 } }
    if columns.isEmpty || columns.count > Self.mostColumns { return nil }
  }

  /// Returns whether W has changed.
  mutating func run(towards old: Layer<Element>, at before: Matrix<Element>, _ oldWeights: Matrix<Double>) -> Bool {
    let target = sums(old, before, oldWeights)
    var missing = target.minus(sums(layer, x, weights))
    for pass in 0..<Self.mostPasses {
      let trials = trials(missing, target)
      let (size, least) = (missing.squares, trials.map(\.missing.squares).min() ?? .infinity)
      guard least < (pass == 0 ? size : size / 4), let best = trials.first(where: { $0.missing.squares <= 4 * least })
      else { return pass > 0 }
      (weights, missing) = best
    }
    return true
  }

  /// W after a correction with each λ, and what is missing then. None for sums that are not finite or too large to square,
  /// nor with weights that `Element` cannot hold.
  private func trials(
    _ missing: Matrix<Double>, _ target: Matrix<Double>
  ) -> [(weights: Matrix<Double>, missing: Matrix<Double>)] {
    let equations = equations(missing)
    return Self.weights.compactMap { weight in
      // A λ with which the equations have no solution is no trial; others may have one.
      guard let change = try? equations.solve(ridge: weight * Double(x.rows)) else { return nil }
      var changed = weights
      for (place, row) in columns.enumerated() {
        for sum in 0..<weights.columns { changed[row, sum] += change[place, sum] }
      }
      guard changed.elements.allSatisfy({ Element($0).isFinite }) else { return nil }
      return (changed, target.minus(sums(layer, x, changed)))
    }
  }

  private func equations(_ missing: Matrix<Double>) -> LeastSquaresAccumulator {
    // In normal equations: the rows themselves would take a singular value decomposition.
    var problem = LeastSquaresAccumulator(rows: x.rows, columns: columns.count, sides: weights.columns, direct: false)
    for start in stride(from: 0, to: x.rows, by: Self.chunk) {
      let range = start..<min(start + Self.chunk, x.rows)
      let functions = layer.functions(at: x, rows: range)
      var selected = Matrix<Double>(rows: range.count, columns: columns.count)
      for row in 0..<range.count {
        for (place, column) in columns.enumerated() { selected[row, place] = functions[row, column] }
      }
      withExtendedLifetime((selected, missing)) {
        problem.add(
          selected.view, missing.view.slice(row: start, rows: range.count, columns: missing.columns))
      }
    }
    return problem
  }

  /// Φ·W of all rows: [rows × sums]
  private func sums(_ layer: Layer<Element>, _ x: Matrix<Element>, _ weights: Matrix<Double>) -> Matrix<Double> {
    var result: [Double] = []
    result.reserveCapacity(x.rows * weights.columns)
    for start in stride(from: 0, to: x.rows, by: Self.chunk) {
      let range = start..<min(start + Self.chunk, x.rows)
      result += layer.functions(at: x, rows: range).multiplied(by: weights).elements
    }
    return Matrix(rows: x.rows, columns: weights.columns, elements: AlignedArray(result))
  }
}

extension Layer {
  /// Φ of some rows of X: [rows × in·K]
  fileprivate func functions(at x: Matrix<Element>, rows: Range<Int>) -> Matrix<Double> {
    var values = Matrix<Element>(rows: rows.count, columns: inputs * functions)
    withExtendedLifetime(x) {
      writeValues(
        of: x.view.slice(row: rows.lowerBound, rows: rows.count, columns: inputs), to: values.mutableView())
    }
    return values.inDoubles
  }
}

extension Matrix {
  fileprivate var inDoubles: Matrix<Double> {
    var result = Matrix<Double>(rows: rows, columns: columns)
    toDoubles(elements.pointer, result.elements.mutablePointer(), elements.count)
    return result
  }
}

extension Matrix<Double> {
  /// Σ of the squares of all elements.
  fileprivate var squares: Double { elements.reduce(0) { $0 + $1 * $1 } }

  fileprivate func selecting(columns selected: [Int]) -> Matrix {
    var result = Matrix(rows: rows, columns: selected.count)
    for row in 0..<rows { for (place, column) in selected.enumerated() { result[row, place] = self[row, column] } }
    return result
  }

  fileprivate func minus(_ other: Matrix) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: AlignedArray(zip(elements, other.elements).map { $0 - $1 }))
  }
}
