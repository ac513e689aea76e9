// Derivatives of a network's outputs by its inputs and parameters, in the data's units. The outputs of a classifier are
// its logits. All of these allocate; ``Session`` does not.

extension Network {
  /// The derivatives of every output by every input, at each row: [rows × out × in].
  ///
  ///     J[row, m, i] = ∂yₘ/∂xᵢ
  ///
  /// In the data's units; for a classifier, of the logits. Exact up to rounding, and a one-sided derivative at a kink,
  /// such as those of ReLU and splines of degree 1. Takes a backward pass for each output, or a forward pass for each
  /// input if there are fewer inputs. Traps with both shapes if the columns do not fit.
  ///
  /// - Parameter rows: [rows × in], in the data's units.
  public func jacobian(at rows: Matrix<Element>, pool: ThreadPool = .shared) -> MatrixBatch<Element> {
    requireColumns(of: rows)
    var result = MatrixBatch<Element>(count: rows.rows, rows: outputs, columns: inputs)
    if inputs < outputs {
      let to = result.elements.mutablePointer()
      let directions = (0..<inputs).map { Tangents<Element>.Direction.unit($0) }
      let places = (0..<inputs).map {
        TangentResult(base: to + $0, rowStride: outputs * inputs, outputStride: inputs)
      }
      runTangents(Tangents(directions: directions), at: rows, to: [nil] + places, pool)
    } else {
      writeRowsOfJacobian(at: rows, to: &result, pool)
    }
    return result
  }

  /// The outputs and their derivatives along a direction: ẏ = J·ẋ, a Jacobian-vector product by forward mode.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units.
  ///   - tangent: ẋ, a direction for each row: [rows × in]; traps unless the shapes are the same.
  /// - Returns: y and ẏ: [rows × out] each, in the data's units, logits for a classifier.
  public func jvp(
    at rows: Matrix<Element>, tangent: Matrix<Element>, pool: ThreadPool = .shared
  ) -> (values: Matrix<Element>, tangents: Matrix<Element>) {
    requireColumns(of: rows)
    requireShape(of: tangent, rows, "a tangent")
    var values = Matrix<Element>(rows: rows.rows, columns: outputs)
    var tangents = values
    let places = [values.mutableView(), tangents.mutableView()].map { TangentResult($0) }
    withExtendedLifetime(tangent) {
      runTangents(Tangents(directions: [.rows(tangent.view)]), at: rows, to: places, pool)
    }
    return (values, tangents)
  }

  /// The gradient of Σ dy·y by the inputs, and by every parameter: a vector-Jacobian product by reverse mode.
  ///
  /// For dL/dy of any loss, these are dL/dx and dL/dp.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units.
  ///   - outputGradient: dy for each row: [rows × out], by outputs in the data's units; traps unless the shapes fit.
  /// - Returns: dX: [rows × in], and the gradient laid out as ``parameters``, summed over the rows.
  public func vjp(
    at rows: Matrix<Element>, outputGradient: Matrix<Element>, pool: ThreadPool = .shared
  ) -> (inputs: Matrix<Element>, parameters: AlignedArray<Element>) {
    requireColumns(of: rows)
    require(
      outputGradient.rows == rows.rows && outputGradient.columns == outputs,
      "Network: dY of shape [\(outputGradient.rows) × \(outputGradient.columns)] for \(rows.rows) rows of "
        + "\(outputs) outputs")
    outputGradient.requireElements()
    var dx = Matrix<Element>(rows: rows.rows, columns: inputs)
    var sum = AlignedArray<Element>(zeros: parameterCount)
    if rows.rows == 0 { return (dx, sum) }
    let session = Session(self, rows: min(rows.rows, Self.predictionRows), pool: pool)
    let to = dx.mutableView()
    let vectors = VectorOperations<Element>(count: parameterCount, pool: pool)
    withExtendedLifetime((rows, outputGradient)) {
      for start in stride(from: 0, to: rows.rows, by: session.capacity) {
        let count = min(session.capacity, rows.rows - start)
        session.forward(rows.view.slice(row: start, rows: count, columns: inputs))
        session.backward(
          outputGradient.view.slice(row: start, rows: count, columns: outputs), includingInputs: true)
        to.slice(row: start, rows: count, columns: inputs).copyElements(from: session.inputGradient)
        let total = sum.mutablePointer()
        vectors.add(total, 1, session.gradient.pointer, to: total)
      }
    }
    return (dx, sum)
  }

  /// Second derivatives of every output along two directions: vᵀ·H·w with the Hessian H of each output by the inputs.
  ///
  /// v = w gives the second derivative along v, as needed for differential equations. Exact up to rounding if the basis
  /// implements second derivatives (``Basis/writeSecondDerivatives(of:first:to:)``), as all of this module's do.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units.
  ///   - v: a direction for each row: [rows × in]
  ///   - w: another: [rows × in]; traps unless the shapes are the same.
  /// - Returns: [rows × out], in the data's units, of logits for a classifier.
  public func secondDerivatives(
    at rows: Matrix<Element>, along v: Matrix<Element>, _ w: Matrix<Element>, pool: ThreadPool = .shared
  ) -> Matrix<Element> {
    requireColumns(of: rows)
    requireShape(of: v, rows, "a direction")
    requireShape(of: w, rows, "a direction")
    var result = Matrix<Element>(rows: rows.rows, columns: outputs)
    let place = TangentResult(result.mutableView())
    withExtendedLifetime((v, w)) {
      let tangents = Tangents<Element>(directions: [.rows(v.view), .rows(w.view)], pairs: [(0, 1)])
      runTangents(tangents, at: rows, to: [nil, nil, nil, place], pool)
    }
    return result
  }

  /// The second derivatives of one output by the inputs, at each row: [rows × in × in], symmetric to the bit.
  ///
  ///     H[row, i, j] = ∂²y/∂xᵢ∂xⱼ
  ///
  /// Computed by nested forward mode; time grows with in², memory with in. ``secondDerivatives(at:along:_:pool:)``
  /// describes the accuracy.
  ///
  /// - Parameters:
  ///   - output: traps unless it is one of the outputs.
  ///   - rows: [rows × in], in the data's units.
  public func hessian(
    ofOutput output: Int = 0, at rows: Matrix<Element>, pool: ThreadPool = .shared
  ) -> MatrixBatch<Element> {
    requireColumns(of: rows)
    require((0..<outputs).contains(output), "Network: output \(output) of \(outputs)")
    var result = MatrixBatch<Element>(count: rows.rows, rows: inputs, columns: inputs)
    let to = result.elements.mutablePointer()
    // Row i of the upper triangle at a time: directions i, …, in - 1, and the pairs (i, j).
    var second = Matrix<Element>(rows: rows.rows, columns: inputs * outputs)
    let all = second.mutableView()
    for i in 0..<inputs {
      let count = inputs - i
      let tangents = Tangents<Element>(
        directions: (i..<inputs).map { .unit($0) }, pairs: (0..<count).map { (0, $0) })
      let places = (i..<inputs).map {
        TangentResult(base: all.base + $0 * outputs, rowStride: all.stride, outputStride: 1)
      }
      runTangents(tangents, at: rows, to: Array(repeating: nil, count: 1 + count) + places, pool)
      for row in 0..<rows.rows {
        for j in i..<inputs {
          let value = all[row, j * outputs + output]
          to[(row * inputs + i) * inputs + j] = value
          to[(row * inputs + j) * inputs + i] = value
        }
      }
    }
    withExtendedLifetime(second) {}
    return result
  }

  private func requireShape(of matrix: Matrix<Element>, _ rows: Matrix<Element>, _ what: String) {
    require(
      matrix.rows == rows.rows && matrix.columns == rows.columns,
      "Network: \(what) of shape [\(matrix.rows) × \(matrix.columns)] for rows of shape "
        + "[\(rows.rows) × \(rows.columns)]")
    matrix.requireElements()
  }

  private func runTangents(
    _ tangents: Tangents<Element>, at rows: Matrix<Element>, to results: [TangentResult<Element>?], _ pool: ThreadPool
  ) {
    requireParameterCount()
    if rows.rows == 0 { return }
    withExtendedLifetime((self, rows)) {
      let loop = TangentLoop(self, tangents, at: rows.view, to: results, workers: pool.threads)
      pool.run(loop.count, work: loop.work, loop)
      loop.deallocate()
    }
  }

  /// A backward pass for each output.
  private func writeRowsOfJacobian(
    at rows: Matrix<Element>, to result: inout MatrixBatch<Element>, _ pool: ThreadPool
  ) {
    if rows.rows == 0 { return }
    let capacity = min(rows.rows, Self.predictionRows)
    let workspace = Workspace(self, capacity: capacity, workers: pool.threads, training: true)
    var dx = Matrix<Element>(rows: capacity, columns: inputs)
    let gradient = dx.mutableView()
    let to = result.elements.mutablePointer()
    let (factor, outputFactor) = (inputScaling.factor, outputScaling.factor)
    forEachChunk(of: rows.view, in: workspace, pool: pool) { start, chunk in
      for output in 0..<outputs {
        let dy = workspace.gradient(layers.count - 1, rows: chunk.rows)
        dy.base.update(repeating: 0, count: chunk.rows * outputs)
        for row in 0..<chunk.rows { dy[row, output] = 1 / outputFactor[output] }
        deltas(
          rows: chunk.rows, in: workspace, on: pool,
          inputGradient: gradient.slice(rows: chunk.rows, columns: inputs))
        for row in 0..<chunk.rows {
          let place = to + ((start + row) * outputs + output) * inputs
          for input in 0..<inputs { place[input] = gradient[row, input] * factor[input] }
        }
      }
    }
    withExtendedLifetime((dx, rows)) {}
  }
}

extension TangentResult {
  fileprivate init(_ view: MutableMatrixView<Element>) {
    self.init(base: view.base, rowStride: view.stride, outputStride: 1)
  }
}
