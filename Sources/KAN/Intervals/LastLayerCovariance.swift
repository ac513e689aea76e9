/// The least-squares covariance of the last layer's coefficients, in units of the residual variance, as far as it is
/// kept with a network:
///
///     V = (Φ̃ᵀΦ̃ + Σ λ·DᵀD)⁻¹ = U·Uᵀ        h(x) = ‖Uᵀ(φ(x) - m)‖² + 1/n
///
/// Φ̃ are the last layer's functions on the rows of the training, less their means m; λ is chosen by restricted maximum
/// likelihood (<doc:Smoothing>), one for all outputs. A prediction that least squares made would have the variance
/// σ²·(1 + h(x)): h is large where the training has few rows like x.
///
/// Of more than ``mostFunctions`` functions, those are kept that determine the others best, with one penalty ‖c‖².
package final class LastLayerCovariance: Sendable {
  /// The functions kept, of the in·K: [q], rising.
  package let functions: [Int]
  /// m: [q]
  package let means: [Double]
  /// The upper triangle U by rows, each from its diagonal on: [q·(q + 1)/2]
  package let triangle: [Double]
  /// n
  package let rows: Double
  /// σ² of each output, in the last layer's units: [out]
  package let variances: [Double]

  /// A megabyte of a model file: 512·513/2 numbers.
  package static var mostFunctions: Int { 512 }

  /// Nil for parts that do not fit each other.
  package init?(functions: [Int], means: [Double], triangle: [Double], rows: Double, variances: [Double]) {
    let q = functions.count
    guard q <= Self.mostFunctions, means.count == q, triangle.count == q * (q + 1) / 2, rows >= 1, rows.isFinite,
      zip(functions, functions.dropFirst()).allSatisfy({ $0 < $1 }), functions.first.map({ $0 >= 0 }) ?? true,
      (means + triangle + variances).allSatisfy(\.isFinite), variances.allSatisfy({ $0 >= 0 })
    else { return nil }
    self.functions = functions
    self.means = means
    self.triangle = triangle
    self.rows = rows
    self.variances = variances
  }

  /// q
  var order: Int { functions.count }

  /// U: [q × q], with zeros below the diagonal.
  func upper() -> Matrix<Double> {
    var result = Matrix<Double>(rows: order, columns: order)
    var place = 0
    for row in 0..<order {
      for column in row..<order {
        result[row, column] = triangle[place]
        place += 1
      }
    }
    return result
  }
}

extension CenteredEquations {
  /// The covariance with one λ for each penalty, shared by the outputs.
  func covariance(_ pool: ThreadPool) throws(LinearAlgebraError) -> LastLayerCovariance {
    let lambda = try searchLambda(0..<outputs, pool)
    let factor = try factor(lambda, pool)
    let inverse = factor.inverse(pool)
    let freedom = freedom(lambda, traces(inverse))
    let variances = (0..<outputs).map { output in
      SmoothingSearch.variance(residual(coefficients(factor, output), output), rows, freedom)
    }
    var triangle: [Double] = []
    triangle.reserveCapacity(order * (order + 1) / 2)
    for row in 0..<order { for column in row..<order { triangle.append(inverse.view[row, column]) } }
    withExtendedLifetime(inverse) {}
    guard
      let result = LastLayerCovariance(
        functions: columns, means: means, triangle: triangle, rows: max(1, rows), variances: variances)
    else { throw .notConverged(routine: "potrf") }
    return result
  }
}

extension Network {
  /// Rows that the covariance is taken from, at most, evenly spaced: more would change little of it.
  private static var covarianceRows: Int { 16384 }
  /// Rows by which functions are selected.
  private static var selectionRows: Int { 512 }

  /// The covariance of the last layer on the rows of a training.
  func lastLayerCovariance(
    on data: Dataset<Element>, pool: ThreadPool
  ) throws(ExplanationError) -> LastLayerCovariance {
    let layer = layers[layers.count - 1]
    let rows = data.evenlySpaced(Self.covarianceRows)
    do {
      let bounded = layer.functions - layer.basis.baseFunctions
      if layer.inputs * bounded <= LastLayerCovariance.mostFunctions {
        return try additiveSystem(on: TrainingRows(rows), pool: pool).centered().covariance(pool)
      }
      let selected = try selectFunctions(of: data.evenlySpaced(Self.selectionRows), pool)
      let sums = SelectedSums(
        layer, selected, LayerTargets(layer: layers.count - 1, scaling: outputScaling), outputs: outputs, pool: pool)
      return try reduce(
        TrainingRows(rows), sums, reading: [.targets, .weights], layers: layers.count - 1, pool: pool
      ).equations.covariance(pool)
    } catch let error as LinearAlgebraError {
      throw .leastSquares("\(error)")
    } catch {
      throw .rows("\(error)")
    }
  }

  /// The functions of the last layer that determine the others best on some rows: each time the one of which those
  /// before leave the most (Cholesky factorisation with complete pivoting, Higham 2002, section 10.3).
  private func selectFunctions(of data: Dataset<Element>, _ pool: ThreadPool) throws(RowSourceError) -> [Int] {
    let last = layers.count - 1
    let layer = layers[last]
    let candidates = (0..<layer.inputs * layer.functions).filter {
      $0 % layer.functions < layer.functions - layer.basis.baseFunctions
    }
    // Φ̃ᵀ: [candidates × rows]
    var values = Matrix<Double>(rows: candidates.count, columns: data.rows)
    let to = values.mutableView()
    try forEachChunk(of: TrainingRows(unweighted: data), layers: last, pool: pool) { chunk in
      let own = Matrix<Double>(layerValues: chunk.input(last), of: layer.basis)
      for (place, function) in candidates.enumerated() {
        for row in 0..<own.rows { to[place, chunk.range.lowerBound + row] = own.view[row, function] }
      }
      withExtendedLifetime(own) {}
    }
    return pivots(to, most: LastLayerCovariance.mostFunctions / 2).map { candidates[$0] }.sorted()
  }
}

/// Lines of a matrix [lines × rows], centred first, each farthest from the span of those chosen before.
private func pivots(_ values: MutableMatrixView<Double>, most: Int) -> [Int] {
  let (lines, rows) = (values.rows, values.columns)
  var rest = [Double](repeating: 0, count: lines)
  for line in 0..<lines {
    let own = values.base + line * rows
    var mean = 0.0
    for row in 0..<rows { mean += own[row] }
    mean /= Double(max(1, rows))
    for row in 0..<rows {
      own[row] -= mean
      rest[line] += own[row] * own[row]
    }
  }
  let least = 1e-10 * (rest.max() ?? 0)
  var result: [Int] = []
  // Orthonormal directions: [chosen × rows]
  var directions: [[Double]] = []
  while result.count < min(most, rows - 1), let next = rest.indices.max(by: { rest[$0] < rest[$1] }), rest[next] > least
  {
    var direction = (0..<rows).map { values[next, $0] }
    for other in directions {
      var dot = 0.0
      for row in 0..<rows { dot += direction[row] * other[row] }
      for row in 0..<rows { direction[row] -= dot * other[row] }
    }
    let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    result.append(next)
    rest[next] = 0
    if !(length > 0) { continue }
    for row in 0..<rows { direction[row] /= length }
    direction.withUnsafeBufferPointer { direction in
      let direction = direction.baseAddress!
      for line in 0..<lines where rest[line] > 0 {
        let own = values.base + line * rows
        var dot = 0.0
        for row in 0..<rows { dot += own[row] * direction[row] }
        rest[line] = max(0, rest[line] - dot * dot)
      }
    }
    directions.append(direction)
  }
  return result
}

/// Centred equations of selected functions of the last layer, with one penalty ‖c‖².
private struct SelectedSums<Element: Scalar>: Reduction {
  let layer: Layer<Element>
  let functions: [Int]
  let targets: LayerTargets<Element>
  let pool: ThreadPool
  /// Sums of (φ, t, 1)ᵀω(φ, t, 1): [q + out + 1 square], of which the lower triangle is formed.
  var products: Matrix<Double>
  var count = 0.0

  init(
    _ layer: Layer<Element>, _ functions: [Int], _ targets: LayerTargets<Element>, outputs: Int, pool: ThreadPool
  ) {
    (self.layer, self.functions, self.targets, self.pool) = (layer, functions, targets, pool)
    let size = functions.count + outputs + 1
    products = Matrix(rows: size, columns: size)
  }

  mutating func add(_ chunk: NetworkChunk<Element>) {
    let values = Matrix<Double>(layerValues: chunk.input(targets.layer), of: layer.basis)
    let t = targets.scaled(chunk)
    let (q, outputs) = (functions.count, t.columns)
    var rows = Matrix<Double>(rows: values.rows, columns: products.columns)
    let to = rows.mutableView()
    for row in 0..<to.rows {
      let weight = chunk.weights.map { Double($0[row]) } ?? 1
      if weight > 0 { count += 1 }
      let root = weight.squareRoot()
      for place in 0..<q { to[row, place] = root * values.view[row, functions[place]] }
      for output in 0..<outputs { to[row, q + output] = root * t.view[row, output] }
      to[row, q + outputs] = root
    }
    SquareLoop(a: to.readOnly, to: products.mutableView()).run(on: pool)
    withExtendedLifetime((values, t, rows)) {}
  }

  mutating func merge(_ other: SelectedSums) {
    for place in products.elements.indices { products.elements[place] += other.products.elements[place] }
    count += other.count
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&products.elements)
    coder.code(&count)
  }

  var equations: CenteredEquations {
    let (q, all) = (functions.count, products.columns - 1)
    let outputs = all - q
    let weight = products[all, all]
    let unit = weight > 0 ? count / weight : 0
    let means = (0..<all).map { weight > 0 ? products[all, $0] / weight : 0 }
    func element(_ i: Int, _ j: Int) -> Double { unit * (products[i, j] - weight * means[i] * means[j]) }
    var gram = Matrix<Double>(rows: q, columns: q)
    for i in 0..<q { for j in 0...i { gram[i, j] = element(i, j) } }
    var sides = Matrix<Double>(rows: outputs, columns: q)
    for output in 0..<outputs { for i in 0..<q { sides[output, i] = element(q + output, i) } }
    let trace = (0..<q).reduce(0.0) { $0 + gram[$1, $1] }
    return CenteredEquations(
      columns: functions, rows: count, gram: gram, sides: sides,
      squares: (0..<outputs).map { max(0, element(q + $0, q + $0)) }, means: Array(means[..<q]),
      targetMeans: Array(means[q...]), penalties: [PlacedPenalty(.identity(q, of: q)) { $0 }], constants: [],
      scale: trace > 0 ? trace / Double(max(1, q)) : 1)
  }
}

extension Dataset {
  /// Some rows, evenly spaced, or all if there are no more.
  func evenlySpaced(_ most: Int) -> Dataset {
    rows <= most ? self : selecting(rows: (0..<most).map { $0 * rows / most })
  }
}
