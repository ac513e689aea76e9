extension Network {
  /// Rows that effects are taken from, at most, evenly spaced: shares are then known to a percent.
  private static var effectRows: Int { 8192 }
  /// Points of a curve.
  private static var effectPoints: Int { 41 }
  /// Functions of an additive part, at most; its time grows with their cube. Beyond, its curves are straight lines.
  private static var effectFunctions: Int { 2000 }

  /// What one output makes of each input and of pairs of them, with the share of its variance that each explains.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit. Of more than 8192, some.
  ///   - output: traps unless it is one of the outputs.
  /// - Throws: ``ExplanationError`` for rows without a finite prediction, and for none.
  public func effects(
    on rows: Matrix<Element>, output: Int = 0, pool: ThreadPool = .shared
  ) throws(ExplanationError) -> Effects {
    let sample = try effectSample(rows, output)
    let part = try additivePart(on: sample, output: output, pool: pool)
    let own = part.outputs == 1 ? 0 : output
    let unit = encoding.flatMap { $0.targets.count == outputs ? $0.targets[output].number : nil }
    let f = sums(at: sample, output, pool).map { $0 / (unit?.scale ?? 1) + (unit?.shift ?? 0) }
    let mean = f.reduce(0, +) / Double(f.count)
    let total = f.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let curves = part.contributions(
      at: sample, around: sample, of: (0..<inputs).map { ("", [$0]) }, pool)
    var residual = f
    var squares = [Double](repeating: 0, count: inputs)
    for row in f.indices {
      residual[row] -= curves.constant[own]
      for input in 0..<inputs {
        let value = curves.values[row, own, input]
        squares[input] += value * value
        residual[row] -= value
      }
    }
    let left = isAdditive ? 0 : residual.reduce(0) { $0 + $1 * $1 }
    // Of a constant output nothing is explained, and nothing left.
    let additive = total > 0 ? min(1, max(0, 1 - left / total)) : 0
    let all = squares.reduce(0, +)
    let effects = (0..<inputs).map { input in
      part.effect(
        of: input, own, sample, scale: unit?.scale ?? 1, share: all > 0 ? additive * squares[input] / all : 0, pool)
    }
    var interactions: [Interaction] = []
    if !isAdditive && total > 0 && left > 1e-9 * total {
      var scores = [Double](repeating: 0, count: outputs)
      scores[output] = 1
      let importance = attribution(on: sample, outputScores: scores, pool: pool).inputs
      interactions = InteractionSearch(
        sample, axes: (0..<inputs).map { part.axis(of: $0, sample) }, importance: importance,
        mixed: mixedVariances(ofOutput: output, at: sample, pool: pool).map { variances in
          let scale = unit?.scale ?? 1
          return Matrix(rows: inputs, columns: inputs, elements: variances.elements.map { $0 / (scale * scale) })
        }
      ).interactions(residual: residual, total: total).map {
        interaction($0, encoding: encoding)
      }
    }
    let explained = additive + interactions.reduce(0) { $0 + $1.share }
    return Effects(
      output: outputName(output), mean: mean, inputs: effects, additive: additive, interactions: interactions,
      rest: total > 0 ? max(0, 1 - explained) : 0)
  }

  /// The additive function nearest to one output on some rows, as a network of one layer; the network itself if it is
  /// additive, with all of its outputs.
  ///
  ///     min Σ (y - b - Σ gᵢ(xᵢ))² + Σ λ·‖D·w‖²
  ///
  /// over splines and categories as in automatic training; y are the outputs before the objective's link. Its
  /// ``contributions(at:around:pool:)`` explain rows as far as single columns do.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit. Of more than 8192, some.
  ///   - output: traps unless it is one of the outputs.
  /// - Throws: ``ExplanationError`` for rows without a finite prediction, and for none.
  public func additivePart(
    on rows: Matrix<Element>, output: Int = 0, pool: ThreadPool = .shared
  ) throws(ExplanationError) -> Network {
    let sample = try effectSample(rows, output)
    if isAdditive { return self }
    let values = Matrix(rows: sample.rows, columns: 1, elements: sums(at: sample, output, pool).map { Element($0) })
    do {
      let fitted = try TableBasis.fitting(
        sample, kinds: inputKinds,
        intervals: AutomaticTuning.intervals(rows: sample.rows, inputs: inputs), blend: 0.05)
      let isLarge = fitted.basis.columns.reduce(0) { $0 + $1.count } > Self.effectFunctions
      var network = Network(Layer<Element>(basis: isLarge ? try fitted.basis.linear() : fitted.basis, outputs: 1))
      network.inputScaling = fitted.scaling
      network.inputScalingOrigin = .given
      try network.fitLastLayer(on: Dataset(inputs: sample, targets: .values(values)), pool: pool)
      network.names = Names(inputs: names.inputs, targets: [outputName(output)])
      if var encoding {
        let number = encoding.targets.count == outputs ? encoding.targets[output].number : nil
        encoding.targets = [.init(column: outputName(output), number: number)]
        encoding.classes = []
        network.take(encoding)
      }
      return network
    } catch {
      throw .leastSquares("\(error)")
    }
  }

  private func effectSample(_ rows: Matrix<Element>, _ output: Int) throws(ExplanationError) -> Matrix<Element> {
    requireColumns(of: rows)
    require((0..<outputs).contains(output), "Network: output \(output) of \(outputs)")
    if rows.rows == 0 { throw .rows("no rows") }
    if rows.rows <= Self.effectRows { return rows }
    return rows.selecting(rows: (0..<Self.effectRows).map { $0 * rows.rows / Self.effectRows })
  }

  /// The output before the link, in the data's units: [rows]
  private func sums(at rows: Matrix<Element>, _ output: Int, _ pool: ThreadPool) -> [Double] {
    outputs(for: rows, pool: pool).column(output).map {
      Double($0) / outputUnit(output) + Double(outputScaling.shift[output])
    }
  }

  /// All outputs before the link, in the table's units where the network was trained on one: [rows × out]
  package func sumsInUnitsOfTable(at rows: Matrix<Element>, pool: ThreadPool) -> Matrix<Double> {
    requireColumns(of: rows)
    var result = Matrix<Double>(rows: rows.rows, columns: outputs)
    for output in 0..<outputs {
      for (row, value) in sums(at: rows, output, pool).enumerated() { result[row, output] = value }
    }
    encoding?.restoreTargets(&result)
    return result
  }

  /// The target or the class.
  package func outputName(_ output: Int) -> String {
    if task == .regression { return names.target(output, of: outputs) }
    return names.classes.count == outputs ? names.classes[output] : "\(output)"
  }

  private var inputKinds: [InputKind] {
    if let encoding { return encoding.inputKinds }
    guard let basis = layers[0].basis as? TableBasis<Element> else {
      return [InputKind](repeating: .number, count: inputs)
    }
    return basis.columns.map { if case .categories(let count) = $0 { .categories(count) } else { .number } }
  }

  /// The curve of an input of an additive network.
  private func effect(
    of input: Int, _ output: Int, _ sample: Matrix<Element>, scale: Double, share: Double, _ pool: ThreadPool
  ) -> Effect {
    let points = axis(of: input, sample, most: Self.effectPoints).points
    let column = sample.column(input)
    func curve(_ x: [Element]) -> [Double] {
      if layers[0].isIdentity {
        let w = Double(weights(ofLayer: 0)[input, output]) / outputUnit(output)
        return x.map { Double(inputScaling.apply(to: $0, column: input)) * w }
      }
      return self.curve(ofLayer: 0, input: input, output: output, at: x).values.map { Double($0) }
    }
    let mean = curve(column).reduce(0, +) / Double(column.count)
    let values = curve(points.map { Element($0) }).map { ($0 - mean) / scale }
    let band = edgeBand(input: input, output: output, at: points.map { Element($0) })?.map { 2 * $0 / scale }
    let names = axisNames(input, points)
    return Effect(
      name: names.input, column: names.column, points: names.points, labels: names.labels, values: values,
      low: band.map { zip(values, $0).map { $0 - $1 } }, high: band.map { zip(values, $0).map { $0 + $1 } },
      share: share)
  }

  /// Names and the column's units of values of an input.
  private func axisNames(
    _ input: Int, _ points: [Double]
  ) -> (input: String, column: String, points: [Double], labels: [String]?) {
    guard let encoding else {
      let name = names.inputs.isEmpty ? "x\(input)" : names.inputs[input]
      return (name, name, points, nil)
    }
    let own = encoding.inputs[input]
    let labels = points.compactMap { own.label(Int($0.rounded())) }
    return (
      own.name, own.column, points.map { own.decoded($0) },
      labels.count == points.count && !labels.isEmpty ? labels : nil
    )
  }

  private func interaction(_ found: InteractionSearch<Element>.Found, encoding: TableEncoding?) -> Interaction {
    let own = [axisNames(found.first, found.points[0]), axisNames(found.second, found.points[1])]
    return Interaction(
      first: found.first, second: found.second, names: own.map(\.input), points: own.map(\.points),
      labels: own.map(\.labels), values: found.values, share: found.share)
  }

  /// Where to look at an input of an additive network: at all of its values if they are few or categories, else at
  /// evenly spaced ones (for a curve) or quantiles (for a pair).
  private func axis(of input: Int, _ sample: Matrix<Element>, most: Int? = nil) -> InteractionAxis {
    let sorted = sortedSample(sample.view, column: input, most: sample.rows).map { Double($0) }
    if let basis = layers[0].basis as? TableBasis<Element>, case .categories(let count) = basis.columns[input] {
      let codes = sorted.map { $0 >= 0 && $0 < Double(count) ? Double(Int($0)) : 0 }
      return InteractionAxis(categories: codes, most: most)
    }
    return InteractionAxis(numbers: sorted, most: most)
  }
}
