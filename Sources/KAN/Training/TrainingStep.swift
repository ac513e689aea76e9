/// One step of training: a batch's inputs and targets, forward, loss, backward to the gradient of every parameter.
///
/// A step allocates nothing.
package final class TrainingStep<Element: Scalar> {
  private let passes: GradientPasses<Element>
  /// dL/dp, laid out as the network's parameters.
  package var gradients: AlignedArray<Element> { passes.gradient }
  package var pool: ThreadPool { passes.pool }
  var workspace: Workspace<Element> { passes.workspace }
  /// Targets of this batch and of the next.
  private let targetValues: [UnsafeMutablePointer<Element>]
  private let targetClasses: [UnsafeMutablePointer<Int32>]
  /// Weights, 1 on average over the data set; only if the data has weights.
  private let rowWeights: [UnsafeMutablePointer<Element>]
  private let lossSums: UnsafeMutablePointer<Double>
  /// The scaling of targets for an objective that does not scale them.
  private let identity: Scaling<Element>
  private var current = 0
  /// Whether the current batch was gathered during the previous step.
  private var isGathered = false

  /// - Parameters:
  ///   - batch: the largest number of rows of a step.
  ///   - ahead: whether a step may gather the next batch, which needs memory for a second batch.
  ///   - targets: columns of numeric targets, if not one per output.
  package init(_ network: Network<Element>, batch: Int, pool: ThreadPool, ahead: Bool = false, targets: Int? = nil) {
    passes = GradientPasses(network, capacity: batch, pool: pool, ahead: ahead)
    identity = Scaling(identity: targets ?? network.outputs)
    let values = network.task == .regression ? batch * (targets ?? network.outputs) : 0
    let classes = network.task == .classification ? batch : 0
    targetValues = (0..<(ahead ? 2 : 1)).map { _ in .allocate(capacity: values) }
    targetClasses = (0..<(ahead ? 2 : 1)).map { _ in .allocate(capacity: classes) }
    rowWeights = (0..<(ahead ? 2 : 1)).map { _ in .allocate(capacity: batch) }
    lossSums = .allocate(capacity: ObjectiveLoop<Element>.count(rows: batch))
  }

  deinit {
    for pointer in targetValues { pointer.deallocate() }
    for pointer in targetClasses { pointer.deallocate() }
    for pointer in rowWeights { pointer.deallocate() }
    lossSums.deallocate()
  }

  /// The mean loss of the given rows, and in ``gradients`` its gradient.
  ///
  /// - Parameter next: the rows of the next call on the same data, gathered while this step computes if the step was
  ///   made with `ahead`.
  package func lossAndGradient(
    of network: Network<Element>, on data: Dataset<Element>, rows: UnsafeBufferPointer<Int>,
    next: UnsafeBufferPointer<Int>? = nil
  ) -> Double {
    if !isGathered { gather(rows, of: data, for: network) }
    isGathered = false
    guard let next else { return lossAndGradient(of: network, on: data, rows: rows.count) }
    require(targetValues.count == 2, "TrainingStep: a next batch without memory for it")
    let gather = batchGather(
      next, of: data, for: network, to: workspace.nextInput(rows: next.count), buffer: 1 - current)
    let loss = lossAndGradient(of: network, on: data, rows: rows.count, gather: gather)
    workspace.advance()
    current = 1 - current
    isGathered = true
    return loss
  }

  /// The same for the rows that are already gathered.
  package func lossAndGradient(of network: Network<Element>, on data: Dataset<Element>, rows: Int) -> Double {
    lossAndGradient(of: network, on: data, rows: rows, gather: nil)
  }

  private func lossAndGradient(
    of network: Network<Element>, on data: Dataset<Element>, rows: Int, gather: BatchGather<Element>?
  ) -> Double {
    forward(network, rows: rows)
    let loss = loss(of: data, rows: rows, network)
    passes.backward(network, rows: rows, gather: gather)
    return loss
  }

  /// Discards the batch gathered ahead: other rows come next.
  func discardNext() { isGathered = false }

  func clearGradients(_ frozen: FrozenParameters<Element>) { frozen.clear(passes.mutableGradient()) }

  /// Y of every layer for the rows that are already gathered.
  package func forward(_ network: Network<Element>, rows: Int) { passes.forward(network, rows: rows) }

  /// The first layer, from 0, whose output on the last batch is not finite.
  func firstNonFiniteLayer(of network: Network<Element>, rows: Int) -> Int? {
    network.layers.indices.first { layer in
      Element._firstNonFinite(
        rows * network.layers[layer].outputs, UnsafePointer(workspace.output(layer, rows: rows).base)) >= 0
    }
  }

  /// Gathers and scales a batch's rows.
  package func gather(_ rows: UnsafeBufferPointer<Int>, of data: Dataset<Element>, for network: Network<Element>) {
    let loop = batchGather(rows, of: data, for: network, to: workspace.input(rows: rows.count), buffer: current)
    pool.run(loop.count, work: rows.count * data.inputs.columns, loop)
  }

  private func batchGather(
    _ rows: UnsafeBufferPointer<Int>, of data: Dataset<Element>, for network: Network<Element>,
    to inputs: MutableMatrixView<Element>, buffer: Int
  ) -> BatchGather<Element> {
    BatchGather(
      rows: rows, inputs: data.inputs.view, inputScaling: network.inputScaling, to: inputs, targets: data.targets,
      targetScaling: network.objective.scalesTargets ? network.outputScaling : identity,
      targetValues: targetValues[buffer], targetClasses: targetClasses[buffer],
      weights: data.weights, meanWeight: data.meanWeight, rowWeights: rowWeights[buffer])
  }

  private func loss(of data: Dataset<Element>, rows: Int, _ network: Network<Element>) -> Double {
    let last = network.layers.count - 1
    let targets: TargetView<Element> =
      switch data.targets {
      case .values(let matrix):
        .values(
          MatrixView(base: targetValues[current], rows: rows, columns: matrix.columns, stride: matrix.columns))
      case .classes: .classes(targetClasses[current])
      }
    let batch = ObjectiveTile(
      outputs: workspace.output(last, rows: rows).readOnly, targets: targets,
      weights: data.weights == nil ? nil : UnsafePointer(rowWeights[current]))
    return ObjectiveLoop(
      objective: network.objective, batch: batch, gradient: workspace.gradient(last, rows: rows), sums: lossSums
    ).run(on: pool)
  }
}
