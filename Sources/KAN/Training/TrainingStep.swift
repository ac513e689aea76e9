/// One step of training: a batch's inputs and targets, forward, loss, backward to the gradient of every parameter.
///
/// Made once; a step allocates nothing.
package final class TrainingStep<Element: Scalar> {
  /// dL/dp, laid out as the network's parameters.
  package private(set) var gradients: AlignedArray<Element>
  package let pool: ThreadPool
  let workspace: Workspace<Element>
  private var targetValues: AlignedArray<Element>
  private var targetClasses: [Int32]
  /// 1 on average over the data set; only where the data has weights.
  private var rowWeights: AlignedArray<Element>

  /// - Parameter batch: the largest number of rows of a step.
  package init(_ network: Network<Element>, batch: Int, pool: ThreadPool) {
    self.pool = pool
    gradients = AlignedArray(zeros: network.parameterCount)
    workspace = Workspace(network, capacity: batch, workers: pool.threads, training: true)
    targetValues = AlignedArray(zeros: network.task == .regression ? batch * network.outputs : 0)
    targetClasses = [Int32](repeating: 0, count: network.task == .classification ? batch : 0)
    rowWeights = AlignedArray(zeros: batch)
  }

  /// The mean loss of the given rows, and in ``gradients`` its gradient.
  package func lossAndGradient(
    of network: Network<Element>, on data: Dataset<Element>, rows: UnsafeBufferPointer<Int>
  ) -> Double {
    gather(rows, of: data, for: network)
    return lossAndGradient(of: network, on: data, rows: rows.count)
  }

  /// The same for the rows that are already gathered.
  package func lossAndGradient(of network: Network<Element>, on data: Dataset<Element>, rows: Int) -> Double {
    forward(network, rows: rows)
    let loss = loss(of: data, rows: rows, network)
    network.backward(rows: rows, in: workspace, on: pool, gradients: gradients.mutablePointer())
    return loss
  }

  func clearGradients(_ frozen: FrozenParameters<Element>) { frozen.clear(gradients.mutablePointer()) }

  /// Y of every layer for the rows that are already gathered.
  package func forward(_ network: Network<Element>, rows: Int) {
    network.forward(rows: rows, in: workspace, on: pool)
  }

  /// The first layer whose output on the last batch is not finite, from 0.
  func firstNonFiniteLayer(of network: Network<Element>, rows: Int) -> Int? {
    network.layers.indices.first { layer in
      Element._firstNonFinite(
        rows * network.layers[layer].outputs, UnsafePointer(workspace.output(layer, rows: rows).base)) >= 0
    }
  }

  /// Copies a batch's rows together, scaled.
  package func gather(_ rows: UnsafeBufferPointer<Int>, of data: Dataset<Element>, for network: Network<Element>) {
    let loop = GatherLoop(
      rows: rows, source: data.inputs.view, scaling: network.inputScaling, to: workspace.input(rows: rows.count))
    pool.run(
      (rows.count + GatherLoop<Element>.chunk - 1) / GatherLoop<Element>.chunk, work: rows.count * data.inputs.columns,
      loop)
    switch data.targets {
    case .values(let matrix):
      let to = MutableMatrixView(
        base: targetValues.mutablePointer(), rows: rows.count, columns: matrix.columns, stride: matrix.columns)
      GatherLoop(rows: rows, source: matrix.view, scaling: network.outputScaling, to: to).all()
    case .classes(let labels, _):
      for place in 0..<rows.count { targetClasses[place] = labels[rows[place]] }
    }
    if let weights = data.weights {
      gatherWeights(rows, of: weights.pointer, mean: data.meanWeight, to: rowWeights.mutablePointer())
    }
  }

  private func loss(of data: Dataset<Element>, rows: Int, _ network: Network<Element>) -> Double {
    let last = network.layers.count - 1
    let outputs = workspace.output(last, rows: rows).readOnly
    let gradient = workspace.gradient(last, rows: rows)
    let weights = data.weights == nil ? nil : rowWeights.pointer
    switch data.targets {
    case .values(let matrix):
      let targets = MatrixView(
        base: targetValues.pointer, rows: rows, columns: matrix.columns, stride: matrix.columns)
      return Loss.evaluate(outputs, .values(targets), weights: weights, gradient: gradient)
    case .classes:
      return targetClasses.withUnsafeBufferPointer {
        Loss.evaluate(outputs, .classes($0.baseAddress!), weights: weights, gradient: gradient)
      }
    }
  }
}

/// Weights from all over a data set, over their mean.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func gatherWeights<Element: Scalar>(
  _ rows: UnsafeBufferPointer<Int>, of weights: UnsafePointer<Element>, mean: Double, to: UnsafeMutablePointer<Element>
) {
  for place in 0..<rows.count { to[place] = Element(Double(weights[rows[place]]) / mean) }
}

/// Rows from all over a matrix, scaled, one after another.
private struct GatherLoop<Element: Scalar>: ParallelLoop {
  static var chunk: Int { 64 }
  let rows: UnsafeBufferPointer<Int>
  let source: MatrixView<Element>
  let scaling: Scaling<Element>
  let to: MutableMatrixView<Element>

  func iterate(_ index: Int, worker: Int) {
    copy(index * Self.chunk..<min((index + 1) * Self.chunk, rows.count))
  }

  func all() { copy(0..<rows.count) }

  private func copy(_ places: Range<Int>) {
    for place in places {
      Element._scaleColumns(
        1, source.columns, source.base + rows[place] * source.stride, scaling.shift.pointer, scaling.factor.pointer,
        to.base + place * to.stride)
    }
  }
}
