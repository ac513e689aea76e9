/// One step of training: a batch's inputs and targets, forward, loss, backward to the gradient of every parameter.
///
/// Bound to its rows and made once; a step allocates nothing.
package final class TrainingStep<Element: Scalar> {
  private let passes: GradientPasses<Element>
  /// dL/dp, laid out as the network's parameters.
  package var gradients: AlignedArray<Element> { passes.gradient }
  package var pool: ThreadPool { passes.pool }
  var workspace: Workspace<Element> { passes.workspace }
  private let reader: BatchReader<Element>
  private let lossSums: UnsafeMutablePointer<Double>

  /// - Parameters:
  ///   - batch: the largest number of rows of a step.
  ///   - ahead: whether a step may bring the next batch together, which takes memory for a second one.
  package init(
    _ network: Network<Element>, on data: TrainingRows<Element>, batch: Int, pool: ThreadPool, ahead: Bool = false
  ) {
    passes = GradientPasses(network, capacity: batch, pool: pool, ahead: ahead)
    reader = BatchReader(data, workspace: passes.workspace, pool: pool, ahead: ahead)
    lossSums = .allocate(capacity: ObjectiveLoop<Element>.count(rows: batch))
  }

  /// The same on rows in memory.
  package convenience init(
    _ network: Network<Element>, on data: Dataset<Element>, batch: Int, pool: ThreadPool, ahead: Bool = false
  ) {
    self.init(network, on: TrainingRows(data), batch: batch, pool: pool, ahead: ahead)
  }

  deinit { lossSums.deallocate() }

  /// Why rows could not be read: the loss of the step that asked for them is NaN.
  var failure: RowSourceError? { reader.error }

  /// The mean loss of the given rows, and in ``gradients`` its gradient.
  ///
  /// - Parameter next: rows that a later call will ask for, best the next one. They are brought together while this step
  ///   computes, if the step was made to work ahead.
  package func lossAndGradient(
    of network: Network<Element>, rows: UnsafeBufferPointer<Int>, next: UnsafeBufferPointer<Int>? = nil
  ) -> Double {
    gather(rows, for: network)
    return lossAndGradient(of: network, gather: next.map { reader.prefetch($0, for: network) })
  }

  /// The same for the rows gathered last.
  package func lossAndGradient(of network: Network<Element>) -> Double { lossAndGradient(of: network, gather: nil) }

  private func lossAndGradient(of network: Network<Element>, gather: BatchGather<Element>?) -> Double {
    if failure != nil { return .nan }
    forward(network)
    let loss = loss(network)
    passes.backward(network, rows: reader.rows, gather: gather)
    return loss
  }

  /// Adds the gradient of a penalty at the network's parameters.
  func add(_ penalty: SparsityPenalty<Element>, of network: Network<Element>) {
    penalty.add(at: network.parameters.pointer, to: passes.mutableGradient(), pool: pool)
  }

  /// For what several steps come to.
  func mutableGradients() -> UnsafeMutablePointer<Element> { passes.mutableGradient() }

  func clearGradients(_ frozen: FrozenParameters<Element>) { frozen.clear(passes.mutableGradient()) }

  /// Brings rows together, scaled.
  package func gather(_ rows: UnsafeBufferPointer<Int>, for network: Network<Element>) {
    reader.read(rows, for: network)
  }

  /// Y of every layer for the rows gathered last.
  package func forward(_ network: Network<Element>) { passes.forward(network, rows: reader.rows) }

  /// The first place whose output on the last batch is not finite.
  func firstNonFinitePlace(of network: Network<Element>) -> NetworkPlace? {
    let rows = reader.rows
    for (index, layer) in network.layers.enumerated() {
      let outputs = workspace.output(index, rows: rows)
      let place = Element.Kernels.firstNonFinite(rows * layer.outputs, UnsafePointer(outputs.base))
      if place < 0 { continue }
      let inputs = index == 0 ? workspace.input(rows: rows) : workspace.output(index - 1, rows: rows)
      let row = place / layer.outputs
      return network.overflowingEdge(
        ofLayer: index,
        at: MatrixView(
          base: UnsafePointer(inputs.base + row * inputs.stride), rows: 1, columns: inputs.columns,
          stride: inputs.stride))
    }
    return nil
  }

  private func loss(_ network: Network<Element>) -> Double {
    let (rows, last) = (reader.rows, network.layers.count - 1)
    let batch = ObjectiveTile(
      outputs: workspace.output(last, rows: rows).readOnly, targets: reader.targets, weights: reader.weights)
    return ObjectiveLoop(
      objective: network.objective, batch: batch, gradient: workspace.gradient(last, rows: rows), sums: lossSums
    ).run(on: pool)
  }
}
