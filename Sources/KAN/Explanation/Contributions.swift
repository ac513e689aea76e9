/// What each column adds to each prediction of a network of one layer: with the constant, exactly the prediction.
///
///     prediction[row, out] = constant[out] + Σ values[row, out, column]
///
/// In the units of the targets, and of a table where the network was trained on one. Where the objective has a link,
/// the sum is what the link applies to: the logits of classes, the logarithm of a rate.
public struct Contributions: Sendable, Equatable {
  /// The table's columns, or the names of inputs, or `x0`, `x1`, …
  public let columns: [String]
  /// [out]
  public let constant: [Double]
  /// [rows × out × columns]
  public let values: MatrixBatch<Double>

  /// The sums, which are the predictions before the link: [rows × out]
  public var sums: Matrix<Double> {
    var result = Matrix<Double>(rows: values.count, columns: values.rows)
    for row in 0..<values.count {
      for output in 0..<values.rows {
        result[row, output] = (0..<values.columns).reduce(constant[output]) { $0 + values[row, output, $1] }
      }
    }
    return result
  }
}

/// Why a network cannot be explained in some way.
public enum ExplanationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The outputs are no sum of functions of one input each.
  case notAdditive(layers: Int, node: String)
  /// A row cannot be read, or the numbers of rows do not fit.
  case rows(String)
  /// A least-squares problem without a solution.
  case leastSquares(String)

  public var description: String {
    switch self {
    case .notAdditive(let layers, let node):
      layers > 1
        ? "a network of \(layers) layers is no sum of a function of each column"
        : "the outputs (\(node)) are no sum of a function of each column"
    case .rows(let reason): reason
    case .leastSquares(let reason): "least squares: \(reason)"
    }
  }
}

extension Network {
  /// Whether each output is a constant and a function of each input: one layer, whose node function is the identity.
  public var isAdditive: Bool { layers.count == 1 && layers[0].activation == .identity }

  /// What each column adds to the predictions of some rows. Several inputs of one column of a table, such as its
  /// numbers and its gaps, count together.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit.
  ///   - reference: rows whose mean contributions become part of the constant, so that each contribution is a
  ///     deviation from them; by default none, and contributions are the values of the curves.
  /// - Throws: ``ExplanationError/notAdditive(layers:node:)`` for a network of several layers.
  public func contributions(
    at rows: Matrix<Element>, around reference: Matrix<Element>? = nil, pool: ThreadPool = .shared
  ) throws(ExplanationError) -> Contributions {
    if !isAdditive { throw .notAdditive(layers: layers.count, node: layers[0].nodeText) }
    return contributions(at: rows, around: reference, of: columnInputs, pool)
  }

  /// The same of given groups of inputs, for an additive network.
  func contributions(
    at rows: Matrix<Element>, around reference: Matrix<Element>?, of columns: [(name: String, inputs: [Int])],
    _ pool: ThreadPool
  ) -> Contributions {
    requireColumns(of: rows)
    requireParameterCount()
    var values = curveValues(at: rows, columns, pool)
    let bias = bias(ofLayer: 0)
    var constant = (0..<outputs).map { Double(bias[$0]) / outputUnit($0) + Double(outputScaling.shift[$0]) }
    if let reference, reference.rows > 0 {
      requireColumns(of: reference)
      let means = Self.means(of: curveValues(at: reference, columns, pool))
      let to = values.elements.mutablePointer()
      for (place, mean) in means.enumerated() {
        constant[place / columns.count] += mean
        for row in 0..<values.count { to[row * means.count + place] -= mean }
      }
    }
    let shift = restoring(values: &values, constant)
    return Contributions(columns: columns.map(\.name), constant: shift, values: values)
  }

  /// The table's columns or the inputs by name, and the inputs of each.
  package var columnInputs: [(name: String, inputs: [Int])] {
    guard let encoding else {
      return (0..<inputs).map { (names.inputs.isEmpty ? "x\($0)" : names.inputs[$0], [$0]) }
    }
    var result: [(name: String, inputs: [Int])] = []
    var places: [String: Int] = [:]
    for (input, own) in encoding.inputs.enumerated() {
      if let place = places[own.column] {
        result[place].inputs.append(input)
      } else {
        places[own.column] = result.count
        result.append((own.column, [input]))
      }
    }
    return result
  }

  /// What the last layer's units are divided by for the data's.
  func outputUnit(_ output: Int) -> Double { Double(outputScaling.factor[output]) }

  /// Σ φ of the inputs of each column, in the data's units: [rows × out × columns]
  private func curveValues(
    at rows: Matrix<Element>, _ columns: [(name: String, inputs: [Int])], _ pool: ThreadPool
  ) -> MatrixBatch<Double> {
    var result = MatrixBatch<Double>(count: rows.rows, rows: outputs, columns: columns.count)
    var place = [Int](repeating: 0, count: inputs)
    for (column, entry) in columns.enumerated() { for input in entry.inputs { place[input] = column } }
    let loop = CurveLoop(
      layer: layers[0], weights: layers[0].weights(at: parameters.pointer), scaling: inputScaling, x: rows.view,
      columns: columns.count, place: place, units: (0..<outputs).map { outputUnit($0) },
      to: result.elements.mutablePointer())
    withExtendedLifetime((self, rows)) {
      pool.run(loop.count, work: rows.rows * inputs * layers[0].functions * outputs, loop)
    }
    return result
  }

  private static func means(of values: MatrixBatch<Double>) -> [Double] {
    let size = values.rows * values.columns
    var sums = [Double](repeating: 0, count: size)
    let from = values.elements.pointer
    for row in 0..<values.count { for place in 0..<size { sums[place] += from[row * size + place] } }
    withExtendedLifetime(values) {}
    return sums.map { $0 / Double(values.count) }
  }

  /// Takes contributions and constant to the units of the table.
  private func restoring(values: inout MatrixBatch<Double>, _ constant: [Double]) -> [Double] {
    guard let encoding, encoding.targets.count == outputs else { return constant }
    var result = constant
    let to = values.elements.mutablePointer()
    for (output, target) in encoding.targets.enumerated() {
      guard let number = target.number else { continue }
      result[output] = constant[output] / number.scale + number.shift
      for row in 0..<values.count {
        let line = to + (row * outputs + output) * values.columns
        for column in 0..<values.columns { line[column] /= number.scale }
      }
    }
    return result
  }
}

/// The curves of a layer at a tile of rows in each iteration.
private struct CurveLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let weights: MatrixView<Element>  // W: [in·K × out]
  let scaling: Scaling<Element>
  let x: MatrixView<Element>  // [rows × in], in the data's units
  let columns: Int
  /// The column of each input.
  let place: [Int]
  let units: [Double]
  let to: UnsafeMutablePointer<Double>  // [rows × out × columns]

  private static var tile: Int { 32 }
  var count: Int { (x.rows + Self.tile - 1) / Self.tile }

  func iterate(_ index: Int, worker: Int) {
    let start = index * Self.tile
    let rows = min(Self.tile, x.rows - start)
    var scaled = Matrix<Element>(rows: rows, columns: x.columns)
    var values = Matrix<Element>(rows: rows, columns: layer.functions)
    let (own, functions) = (scaled.mutableView(), values.mutableView())
    for row in 0..<rows {
      Element.Kernels.scaleColumns(
        1, x.columns, x.base + (start + row) * x.stride, scaling.shift.pointer, scaling.factor.pointer,
        own.base + row * x.columns)
    }
    for input in 0..<x.columns {
      let column = own.readOnly.slice(rows: rows, column: input, columns: 1)
      if layer.isIdentity {
        for row in 0..<rows { functions[row, 0] = column[row, 0] }
      } else {
        layer.basis.writeValues(of: column, first: input, to: functions)
      }
      addCurves(
        functions.readOnly,
        weights.slice(row: input * layer.functions, rows: layer.functions, columns: weights.columns), units,
        columns: columns, to: to + start * units.count * columns + place[input])
    }
    withExtendedLifetime((scaled, values)) {}
  }
}

/// Adds Φ·W of one input, in double precision, to a column of [rows × out × columns].
@specialized(where Element == Float)
@specialized(where Element == Double)
private func addCurves<Element: Scalar>(
  _ values: MatrixView<Element>, _ weights: MatrixView<Element>, _ units: [Double], columns: Int,
  to: UnsafeMutablePointer<Double>
) {
  for row in 0..<values.rows {
    for output in 0..<weights.columns {
      var sum = 0.0
      for k in 0..<weights.rows { sum += Double(values[row, k]) * Double(weights[k, output]) }
      to[(row * weights.columns + output) * columns] += sum / units[output]
    }
  }
}
