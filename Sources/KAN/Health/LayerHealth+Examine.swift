extension Network {
  /// What the layers do on some finite rows: [rows × in], in the data's units.
  func layerHealth(on rows: Matrix<Element>, _ pool: ThreadPool) -> [LayerHealth] {
    let attribution = attribution(on: rows, pool: pool)
    let outside = outsideGridCounts(on: rows, pool: pool)
    // Rows in memory have no errors of reading.
    let support = try? SupportMap(of: self, on: TrainingRows(unweighted: Dataset(withoutTargets: rows)), pool: pool)
    let most = min(rows.rows, CheckupLimits.conditionRows)
    let seen = seen(of: rows.selecting(rows: (0..<most).map { $0 * rows.rows / most }), pool: pool)
    return layers.indices.map { index in
      let layer = layers[index]
      var result = LayerHealth(layer: index + 1, edges: 0, nodes: layer.outputs)
      let edges = layer.edges
      let spreads = attribution.spreads[index]
      for sum in 0..<layer.sums {
        let own = (0..<layer.inputs).filter { edges[$0, sum] }
        let largest = own.reduce(0) { max($0, spreads[$1, sum]) }
        result.edges += own.count
        result.deadEdges += own.count { spreads[$0, sum] <= CheckupLimits.dead * largest }
      }
      if index + 1 < layers.count {
        let scores = attribution.nodes[index + 1]
        let largest = scores.max() ?? 0
        result.deadNodes = scores.indices.filter { scores[$0] <= CheckupLimits.dead * largest }.map { $0 + 1 }
      }
      (result.values, result.outside) = (rows.rows * layer.inputs, outside[index]?.total)
      if let support, layer.boundedFunctions > 0 {
        for input in 0..<layer.inputs {
          let (own, start) = (layer.functions(ofInput: input), input * layer.functions)
          result.functions += own
          result.unusedFunctions += (start..<start + own).count { !support.functions[index][$0] }
        }
        let numbers = conditionNumbers(of: layer, at: seen[index], pool)
        if let worst = numbers.max(by: { $0.value < $1.value }) {
          (result.condition, result.conditionInput) = (worst.value, worst.input + 1)
        }
      }
      return result
    }
  }

  /// The condition number of each input's functions at some values that the layer sees: [rows × in].
  private func conditionNumbers(
    of layer: Layer<Element>, at x: Matrix<Element>, _ pool: ThreadPool
  ) -> [(input: Int, value: Double)] {
    let most = min(layer.inputs, CheckupLimits.conditionInputs)
    let inputs = (0..<most).map { $0 * layer.inputs / most }
    var values = [Double](repeating: .nan, count: most)
    values.withUnsafeMutableBufferPointer { values in
      let loop = ConditionLoop(layer: layer, x: x.view, inputs: inputs, to: values.baseAddress!)
      pool.run(most, loop)
    }
    withExtendedLifetime(x) {}
    return zip(inputs, values).filter { !$0.1.isNaN }.map { ($0, $1) }
  }
}

/// The condition number of one input in each iteration; NaN where rows are too few.
private struct ConditionLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let x: MatrixView<Element>
  let inputs: [Int]
  let to: UnsafeMutablePointer<Double>

  func iterate(_ index: Int, worker: Int) {
    to[index] = layer.conditionNumber(ofInput: inputs[index], at: x) ?? .nan
  }
}

extension Layer {
  /// Functions of an input with bounded support that are not 0 everywhere.
  fileprivate func functions(ofInput input: Int) -> Int {
    (basis as? TableBasis<Element>)?.columns[input].count ?? boundedFunctions
  }

  /// σ₁/σₘ of the singular values of Φ: [rows × m], the functions of an input with bounded support that are not 0 at all
  /// rows of x: [rows × in]. Infinite where they depend on each other; nil with fewer rows than two for each function,
  /// without any, and where LAPACK finds no singular values.
  func conditionNumber(ofInput input: Int, at x: MatrixView<Element>) -> Double? {
    var values = Matrix<Element>(rows: x.rows, columns: functions)
    basis.writeValues(of: x.slice(rows: x.rows, column: input, columns: 1), first: input, to: values.mutableView())
    let used = (0..<boundedFunctions).filter { function in (0..<x.rows).contains { values[$0, function] != 0 } }
    guard !used.isEmpty, x.rows >= 2 * used.count else { return nil }
    var phi = Matrix<Double>(rows: x.rows, columns: used.count)
    let to = phi.mutableView()
    for row in 0..<x.rows {
      for (place, function) in used.enumerated() { to[row, place] = Double(values[row, function]) }
    }
    // Values of finite rows are finite; where the decomposition does not converge, no condition is shown.
    guard let found = try? solveLeastSquares(phi, Matrix(rows: x.rows, columns: 1)),
      let first = found.singularValues.first, let last = found.singularValues.last
    else { return nil }
    return first / last
  }
}
