/// The loss of all rows of a data set and its gradient, chunk by chunk in bounded memory.
///
/// Bound to one data set. Results are bit-identical for any number of threads; evaluations allocate nothing.
package final class FullBatch<Element: Scalar> {
  private let data: TrainingRows<Element>
  private let step: TrainingStep<Element>
  private let chunk: Int
  private let vectors: VectorOperations<Element>
  /// The rows of a chunk.
  private var rows: [Int]
  /// Whether all rows fit one chunk and are in it already.
  private var holdsAll = false
  /// Called before each chunk; returns whether to continue.
  private let continues: () -> Bool
  /// Whether an evaluation was interrupted by `continues`; results since then are meaningless.
  private(set) var isInterrupted = false

  /// Traps if there are no rows, or a chunk has none.
  package init(
    _ network: Network<Element>, _ data: TrainingRows<Element>, chunk: Int? = nil, pool: ThreadPool,
    continues: @escaping () -> Bool = { true }
  ) {
    self.data = data
    self.continues = continues
    self.chunk = min(data.rows, chunk ?? Self.chunk(for: network))
    step = TrainingStep(network, on: data, batch: self.chunk, pool: pool)
    rows = [Int](repeating: 0, count: self.chunk)
    vectors = VectorOperations(count: network.parameterCount, pool: pool)
  }

  /// Σ w·L / Σ w over all rows, and its gradient: [parameters].
  package func lossAndGradient(of network: Network<Element>, gradient: inout AlignedArray<Element>) -> Double {
    if isInterrupted || !continues() {
      isInterrupted = true
      return .nan
    }
    if data.rows == chunk {
      if !holdsAll { gather(0..<chunk, for: network) }
      holdsAll = true
      let loss = step.lossAndGradient(of: network)
      gradient.copyElements(from: step.gradients)
      return loss
    }
    let sum = gradient.mutablePointer()
    var total = 0.0
    for start in stride(from: 0, to: data.rows, by: chunk) {
      if start > 0 && !continues() {
        isInterrupted = true
        return .nan
      }
      let end = min(start + chunk, data.rows)
      gather(start..<end, for: network)
      let share = Double(end - start) / Double(data.rows)
      total += share * step.lossAndGradient(of: network)
      if start == 0 { gradient.fill(with: 0) }
      vectors.add(sum, share, step.gradients.pointer, to: sum)
    }
    return total
  }

  private func gather(_ range: Range<Int>, for network: Network<Element>) {
    for row in range { rows[row - range.lowerBound] = row }
    rows.withUnsafeBufferPointer {
      step.gather(UnsafeBufferPointer(rebasing: $0[..<range.count]), for: network)
    }
  }

  /// Why rows could not be read: losses are NaN since then.
  var failure: RowSourceError? { step.failure }

  /// The first layer, from 0, whose output on the last rows is not finite.
  func firstNonFiniteLayer(of network: Network<Element>) -> Int? {
    step.firstNonFiniteLayer(of: network)
  }

  // MARK: Memory

  /// Rows whose activations and gradients take no more than 32 MiB, and at most 8192.
  private static func chunk(for network: Network<Element>) -> Int {
    min(8192, max(64, (32 << 20) / (rowElements(network) * MemoryLayout<Element>.stride)))
  }

  /// Inputs, targets, and each layer's Y, dY, Z and, if separate, dZ.
  private static func rowElements(_ network: Network<Element>) -> Int {
    network.inputs + network.outputs
      + network.layers.reduce(0) {
        $0 + 2 * $1.outputs + ($1.separatesSums ? 2 : 1) * $1.sums
      }
  }

  /// Approximate memory in bytes for `rows` rows, in chunks, beyond the parameters' gradient.
  static func workspaceBytes(_ network: Network<Element>, rows: Int) -> Int {
    let chunk = min(max(rows, 1), chunk(for: network))
    let tile = network.layers.map { Tiling.largestTile($0, capacity: chunk, network.contraction) }.max()!
    let panels = network.layers.map { Tiling.panelElements($0, rows: chunk, network.contraction) }.max()!
    let elements = chunk * rowElements(network) + panels + 2 * ThreadPool.availableCores * tile
    return elements * MemoryLayout<Element>.stride
  }
}

extension AlignedArray {
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  fileprivate mutating func fill(with value: Element) { mutablePointer().update(repeating: value, count: count) }
}

/// The loss of all rows as a function of the parameters, and the penalties λ/2·‖p‖² and ``Sparsity``.
struct FullBatchFunction<Element: Scalar>: DifferentiableFunction {
  /// The network with the parameters of the last point.
  private(set) var network: Network<Element>
  let batch: FullBatch<Element>
  private let weightDecay: Double
  private var vectors: VectorOperations<Element>
  private let sparsity: SparsityPenalty<Element>?
  /// Parameters whose gradient is set to 0.
  let frozen: FrozenParameters<Element>?

  init(
    _ network: Network<Element>, _ data: TrainingRows<Element>, weightDecay: Double = 0,
    sparsity: Sparsity = Sparsity(), frozen: FrozenParameters<Element>? = nil, pool: ThreadPool,
    continues: @escaping () -> Bool = { true }
  ) {
    self.network = network
    self.frozen = frozen
    self.weightDecay = weightDecay
    self.sparsity = SparsityPenalty(sparsity, of: network)
    batch = FullBatch(network, data, pool: pool, continues: continues)
    vectors = VectorOperations(count: network.parameterCount, pool: pool)
  }

  mutating func value(at x: AlignedArray<Element>, gradient: inout AlignedArray<Element>) -> Double {
    network.parameters.copyElements(from: x)
    let loss = batch.lossAndGradient(of: network, gradient: &gradient)
    let to = gradient.mutablePointer()
    if weightDecay != 0 { vectors.add(to, weightDecay, x.pointer, to: to) }
    let sparse = sparsity?.add(at: x.pointer, to: to, pool: vectors.pool) ?? 0
    frozen?.clear(to)
    return loss + decay(at: x) + sparse
  }

  /// What ``value(at:gradient:)`` adds to the loss.
  mutating func penalty(at x: AlignedArray<Element>) -> Double {
    decay(at: x) + (sparsity?.value(at: x.pointer, pool: vectors.pool) ?? 0)
  }

  /// λ/2·‖p‖²
  private mutating func decay(at x: AlignedArray<Element>) -> Double {
    weightDecay == 0 ? 0 : weightDecay / 2 * vectors.dot(x, x)
  }
}
