extension Network {
  /// Fits the last layer's W and b to its present inputs by penalised linear least squares.
  ///
  ///     min Σ w·‖T - (Φ(X)·W + b)‖² + Σ λ·‖D·W‖²        X: [rows × in] of the last layer, T: [rows × out], scaled
  ///
  /// over the penalties of all inputs (``Basis/penalties(ofInput:)``). This solves a network of one layer completely:
  /// <doc:Smoothing>. Call it before a training, which then starts from it, or between two. Rows are processed in
  /// chunks; other memory is some (in·K)² numbers in double precision.
  ///
  /// - Parameters:
  ///   - smoothing: how λ is chosen, one for each penalty and output, or shared by the outputs of a large layer
  ///   - updating: with ``UpdatedParameters/supported`` only coefficients of functions with rows in their support change,
  ///     by the smallest change that fits, whatever `smoothing` is, and neither base functions nor the bias; all other
  ///     parameters stay bit-identical
  /// - Returns: the mean squared error, scaled as a training's loss.
  /// - Throws: ``TrainingError`` for an objective other than ``MeanSquaredError``, an activation on the last layer,
  ///   data that is not finite, a problem too large for 4 GiB, or with `supported` a last layer whose basis is not
  ///   compact; ``TrainingError/cancelled`` if Swift's task that runs it is cancelled, which leaves the network as it was.
  @discardableResult
  public mutating func fitLastLayer(
    on data: some RowSource<Element>, smoothing: Smoothing = .auto, updating: UpdatedParameters = .all,
    pool: ThreadPool = .shared
  ) throws(TrainingError) -> Double {
    if !monotone.isEmpty { throw .monotone("least squares have no bounds: use a training by adam or sgd") }
    if case .fixed(let lambda) = smoothing { require(lambda >= 0 && lambda.isFinite, "Smoothing: λ = \(lambda)") }
    let objective = try objective(for: data, TrainingOptions())
    if data.targetShape.task == .classification { throw .leastSquares("classes have no squared error") }
    if objective as? MeanSquaredError == nil {
      throw .leastSquares("\(type(of: objective).name) is not the squared error")
    }
    let rows: TrainingRows<Element>
    do { rows = try TrainingRows(data) } catch { throw .rowSource(error) }
    // A fit that throws leaves everything as it was, scalings too.
    var fitted = self
    let loss = try fitted.fitLastLayer(on: rows, objective, smoothing, restricted: updating == .supported, pool)
    self = fitted
    return loss
  }

  private mutating func fitLastLayer(
    on data: TrainingRows<Element>, _ objective: any Objective, _ smoothing: Smoothing, restricted: Bool,
    _ pool: ThreadPool
  ) throws(TrainingError) -> Double {
    try check(data, "", objective, pool)
    let layer = layers[layers.count - 1]
    if layer.activation != .identity {
      throw .leastSquares(
        "the last layer has \(layer.activation == nil ? "" : "the activation ")\(layer.nodeText)")
    }
    let support: SupportMap?
    do throws(RowSourceError) {
      try prepare(for: data.source, objective, pool)
      support = restricted ? try SupportMap(of: self, on: data, pool: pool) : nil
    } catch {
      throw .rowSource(error)
    }
    if smoothing != .none && !restricted { return try fitSmoothly(on: data, smoothing, pool) }
    var isSolved = false
    for group in layer.edges.groupsOfSums() {
      let all = group.inputs.flatMap { $0 * layer.functions..<($0 + 1) * layer.functions }
      let columns = support.map { support in all.filter { support.functions.last![$0] } } ?? all
      if columns.isEmpty && restricted { continue }
      try fitLastLayer(on: data, group.sums, columns, support, pool)
      isSolved = true
    }
    if !isSolved { throw .leastSquares("no function of the last layer has the rows in its support") }
    do { return try evaluate(data, pool: pool).loss } catch { throw .rowSource(error) }
  }

  /// Without penalties, for outputs whose edges come from the same inputs; those of other outputs are solved for too, and
  /// not used.
  ///
  /// - Parameters:
  ///   - columns: the rows of W to solve for.
  ///   - support: restricts the fit; nil for all parameters.
  private mutating func fitLastLayer(
    on data: TrainingRows<Element>, _ outputs: [Int], _ columns: [Int], _ support: SupportMap?, _ pool: ThreadPool
  ) throws(TrainingError) {
    let layer = layers[layers.count - 1]
    let restricted = support != nil
    var problem = LastLayerProblem(
      layer, layers.count - 1, columns: columns, hasBias: support == nil, scaling: outputScaling, rows: data.rows,
      anchors: (support?.cells.last!.count ?? 0) * 4, isShared: data.shared != nil)
    if problem.bytes > 4 << 30 {
      throw .memory(
        what: "a least-squares problem of \(columns.count) functions", needed: problem.bytes, limit: 4 << 30,
        instead: "L-BFGS or Adam")
    }
    let isRunning = { !Task.isCancelled }
    do throws(RowSourceError) {
      problem = try reduce(
        data, problem, rows: problem.chunk, reading: [.targets, .weights], pool: pool, while: isRunning)
    } catch {
      throw .rowSource(error)
    }
    if Task.isCancelled { throw .cancelled }
    if let support { problem.addAnchors(cells: support.cells.last!) }
    let solution: Matrix<Double>
    do {
      solution = try problem.accumulator.solve()
    } catch {
      throw .leastSquares("\(error)")
    }
    takeLastLayer(solution, columns, of: outputs, adding: restricted)
  }

  /// With penalties.
  private mutating func fitSmoothly(
    on data: TrainingRows<Element>, _ smoothing: Smoothing, _ pool: ThreadPool
  ) throws(TrainingError) -> Double {
    let layer = layers[layers.count - 1]
    let functions = layer.inputs * layer.functions
    // The sums of up to seven shards at a time, the centred ones, a factor and its inverse.
    let bytes = 10 * AdditiveSystem<Element>.bytes(functions: functions, outputs: layer.outputs, folds: 1)
    if bytes > 4 << 30 {
      throw .memory(
        what: "a least-squares problem of \(functions) functions", needed: bytes, limit: 4 << 30,
        instead: "L-BFGS or Adam")
    }
    let system: AdditiveSystem<Element>
    do {
      system = try additiveSystem(on: data, pool: pool, while: { !Task.isCancelled })
    } catch {
      throw .rowSource(error)
    }
    if Task.isCancelled { throw .cancelled }
    for group in layer.edges.groupsOfSums() {
      try fitSmoothly(
        system.centered(inputs: group.inputs), group.sums, on: data, smoothing, functions: functions, pool)
    }
    do { return try evaluate(data, pool: pool).loss } catch { throw .rowSource(error) }
  }

  /// With penalties, for outputs whose edges come from the same inputs; those of other outputs are solved for too, and not
  /// used.
  private mutating func fitSmoothly(
    _ equations: CenteredEquations, _ outputs: [Int], on data: TrainingRows<Element>, _ smoothing: Smoothing,
    functions: Int, _ pool: ThreadPool
  ) throws(TrainingError) {
    let layer = layers[layers.count - 1]
    if Task.isCancelled { throw .cancelled }
    var solution: AdditiveSolution
    do {
      var fixed: [[Double]]?
      if case .fixed(let lambda) = smoothing {
        let all = [Double](repeating: lambda * equations.scale, count: equations.penaltyCount)
        fixed = Array(repeating: all, count: layer.outputs)
      }
      solution = try equations.solve(lambda: fixed, functions: functions, pool: pool)
    } catch {
      throw .leastSquares("\(error)")
    }
    try refine(&solution, of: equations, updatesLambda: smoothing == .auto, on: data, pool: pool)
    if Task.isCancelled { throw .cancelled }
    let all = Matrix(
      rows: functions + 1, columns: layer.outputs, elements: Array(solution.weights.elements) + solution.bias)
    takeLastLayer(all, Array(0..<functions), of: outputs, adding: false)
  }

  private mutating func takeLastLayer(_ solution: Matrix<Double>, _ columns: [Int], of outputs: [Int], adding: Bool) {
    let to = parameters.mutablePointer() + parameterOffset(ofLayer: layers.count - 1)
    let width = self.outputs
    for (place, row) in columns.enumerated() {
      for output in outputs {
        let value = solution.view[place, output]
        to[row * width + output] = adding ? Element(Double(to[row * width + output]) + value) : Element(value)
      }
    }
    if !adding {
      let bias = layers[layers.count - 1].weightCount
      for output in outputs { to[bias + output] = Element(solution.view[columns.count, output]) }
    }
    adoptParameters()
  }
}

/// The rows of the last layer's least-squares problem.
private struct LastLayerProblem<Element: Scalar>: Reduction {
  let layer: Layer<Element>
  let index: Int
  let scaling: Scaling<Element>
  /// The rows of W to solve for, and whether to solve for b.
  let columns: [Int]
  let hasBias: Bool
  let chunk: Int
  let bytes: Int
  var accumulator: LeastSquaresAccumulator

  init(
    _ layer: Layer<Element>, _ index: Int, columns: [Int], hasBias: Bool, scaling: Scaling<Element>, rows: Int,
    anchors: Int, isShared: Bool
  ) {
    self.layer = layer
    self.index = index
    self.scaling = scaling
    self.columns = columns
    self.hasBias = hasBias
    let count = columns.count + (hasBias ? 1 : 0)
    let functions = layer.inputs * layer.functions
    chunk = min(1024, max(16, (8 << 20) / (16 * functions)))
    bytes =
      LeastSquaresAccumulator.bytes(
        rows: rows + anchors, columns: count, sides: layer.outputs, parts: RowShards(rows: rows).slots)
      + 16 * chunk * functions
    // Not allocated if it would not fit. Rows of several ranks are not brought together: their triangular factors are.
    accumulator = LeastSquaresAccumulator(
      rows: rows + anchors, columns: bytes > 4 << 30 ? 0 : count, sides: layer.outputs,
      direct: isShared ? count <= LeastSquaresAccumulator.directColumns : nil, reducing: isShared)
  }

  /// Adds √w·Φ of the columns, and √w times T less the fixed columns' contribution.
  mutating func add(_ chunk: NetworkChunk<Element>) {
    let x = chunk.input(index)
    var a = Matrix<Double>(rows: x.rows, columns: accumulator.columns)
    var b = Matrix<Double>(rows: x.rows, columns: layer.outputs)
    gather(x, chunk.weights, to: a.mutableView())
    scaleTargets(chunk.values, scaling, less: hasBias ? nil : chunk.output, chunk.weights, to: b.mutableView())
    withExtendedLifetime((a, b)) { accumulator.add(a.view, b.view) }
  }

  mutating func merge(_ other: LastLayerProblem) { accumulator.merge(other.accumulator) }

  mutating func code(_ coder: inout ReductionCoder) {
    var sums = accumulator.sums
    coder.code(&sums)
    if coder.isReading { accumulator.sums = sums }
  }

  private func gather(_ x: MatrixView<Element>, _ weights: UnsafePointer<Element>?, to a: MutableMatrixView<Double>) {
    var values = Matrix<Element>(rows: x.rows, columns: layer.inputs * layer.functions)
    layer.writeValues(of: x, to: values.mutableView())
    withExtendedLifetime(values) { selectColumns(values.view, columns, hasBias: hasBias, weights, to: a) }
  }

  /// The weight of an anchor, a point without data where the curve should not change, relative to a row.
  private static var anchorWeight: Double { 1e-6 }

  /// Adds anchors in the cells without rows, where the change should be 0. They determine what the rows do not, such as
  /// a function at the edge of the rows that reaches far beyond them.
  mutating func addAnchors(cells: [Bool]) {
    guard let basis = layer.griddedBasis else { return }
    let weights = [Element](repeating: Element(Self.anchorWeight), count: 4)
    for input in 0..<layer.inputs {
      let functions = Set(columns.filter { $0 / layer.functions == input })
      for cell in 0..<basis.cells where !cells[input * basis.cells + cell] {
        let first = input * layer.functions + cell
        guard (first..<first + basis.localFunctions).contains(where: functions.contains) else { continue }
        let (low, high) = (basis.grid.breakpoint(cell, ofInput: input), basis.grid.breakpoint(cell + 1, ofInput: input))
        var x = Matrix<Element>(rows: 4, columns: layer.inputs)
        for point in 0..<4 { x[point, input] = low + (Element(point) + 0.5) / 4 * (high - low) }
        var a = Matrix<Double>(rows: 4, columns: accumulator.columns)
        withExtendedLifetime(x) {
          weights.withUnsafeBufferPointer { gather(x.view, $0.baseAddress!, to: a.mutableView()) }
        }
        for (place, column) in columns.enumerated() where column / layer.functions != input {
          for point in 0..<4 { a[point, place] = 0 }
        }
        let nothing = Matrix<Double>(rows: 4, columns: layer.outputs)
        withExtendedLifetime((a, nothing)) { accumulator.add(a.view, nothing.view) }
      }
    }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func selectColumns<Element: Scalar>(
  _ values: MatrixView<Element>, _ columns: [Int], hasBias: Bool, _ weights: UnsafePointer<Element>?,
  to a: MutableMatrixView<Double>
) {
  for row in 0..<values.rows {
    let weight = weights.map { Double($0[row]).squareRoot() } ?? 1
    for (place, column) in columns.enumerated() { a[row, place] = weight * Double(values[row, column]) }
    if hasBias { a[row, columns.count] = weight }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func scaleTargets<Element: Scalar>(
  _ targets: MatrixView<Element>, _ scaling: Scaling<Element>, less output: MatrixView<Element>?,
  _ weights: UnsafePointer<Element>?, to b: MutableMatrixView<Double>
) {
  let (shift, factor) = (scaling.shift.pointer, scaling.factor.pointer)
  for row in 0..<targets.rows {
    let weight = weights.map { Double($0[row]).squareRoot() } ?? 1
    for column in 0..<targets.columns {
      let target = (Double(targets[row, column]) - Double(shift[column])) * Double(factor[column])
      b[row, column] = weight * (target - (output.map { Double($0[row, column]) } ?? 0))
    }
  }
}
