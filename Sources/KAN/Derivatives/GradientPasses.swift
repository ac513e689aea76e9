/// The memory of forward and backward passes and the resulting gradient, shared by ``Session`` and the training step. A
/// pass allocates nothing.
final class GradientPasses<Element: Scalar> {
  /// dL/dp, laid out as the network's parameters.
  private(set) var gradient: AlignedArray<Element>
  let workspace: Workspace<Element>
  let pool: ThreadPool

  /// - Parameters:
  ///   - capacity: the largest number of rows of a pass.
  ///   - ahead: whether the next input is written while this one is read.
  init(_ network: Network<Element>, capacity: Int, pool: ThreadPool, ahead: Bool = false) {
    self.pool = pool
    gradient = AlignedArray(zeros: network.parameterCount)
    workspace = Workspace(network, capacity: capacity, workers: pool.threads, training: true, ahead: ahead)
  }

  /// Y of every layer, from the rows in the workspace.
  func forward(_ network: borrowing Network<Element>, rows: Int) {
    network.forward(rows: rows, in: workspace, on: pool)
  }

  /// ``gradient``, from dY of the last layer in the workspace.
  func backward(
    _ network: borrowing Network<Element>, rows: Int, inputGradient: MutableMatrixView<Element>? = nil,
    gather: BatchGather<Element>? = nil
  ) {
    network.backward(
      rows: rows, in: workspace, on: pool, gradients: gradient.mutablePointer(), inputGradient: inputGradient,
      gather: gather)
  }

  /// For overwriting the gradient of a pass.
  func mutableGradient() -> UnsafeMutablePointer<Element> { gradient.mutablePointer() }
}
