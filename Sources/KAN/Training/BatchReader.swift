/// Brings the batches of a training together: the current one, and while a step computes on it, an announced next one.
///
/// The announced rows are remembered, and a batch that was asked for is made anew unless it is the announced one: a step
/// cannot train on other rows than its caller names. Made once; a batch allocates nothing.
final class BatchReader<Element: Scalar> {
  let data: TrainingRows<Element>
  private let workspace: Workspace<Element>
  private let pool: ThreadPool
  /// Targets and weights of the current batch and of the next.
  private let slots: [RowBuffer<Element>]
  private var current = 0
  /// The rows of the announced batch; none if there is none.
  private let announced: UnsafeMutablePointer<Int>
  private var announcedCount = 0
  /// Of the current batch.
  private(set) var rows = 0
  private let failure = FirstFailure()
  /// That of targets for an objective that does not scale them.
  private let identity: Scaling<Element>

  /// - Parameter ahead: whether batches can be announced; the workspace has to have room for the next one.
  init(_ data: TrainingRows<Element>, workspace: Workspace<Element>, pool: ThreadPool, ahead: Bool) {
    self.data = data
    self.workspace = workspace
    self.pool = pool
    slots = (0..<(ahead ? 2 : 1)).map { _ in
      RowBuffer(data.source, capacity: workspace.capacity, parts: [.targets, .weights])
    }
    announced = .allocate(capacity: ahead ? workspace.capacity : 0)
    identity = Scaling(identity: data.targetShape.outputs)
  }

  deinit { announced.deallocate() }

  /// Makes the given rows the current batch, scaled as the network does it.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func read(_ rows: UnsafeBufferPointer<Int>, for network: Network<Element>) {
    let isAnnounced = announcedCount > 0 && isAnnounced(rows)
    announcedCount = 0
    self.rows = rows.count
    if isAnnounced {
      workspace.advance()
      current = 1 - current
    } else {
      gather(rows, network, current, workspace.input(rows: rows.count)).run(on: pool)
    }
  }

  private func isAnnounced(_ rows: UnsafeBufferPointer<Int>) -> Bool {
    if rows.count != announcedCount { return false }
    for place in 0..<rows.count where rows[place] != announced[place] { return false }
    return true
  }

  /// Announces the rows of the next batch: the loop that reads them, to run before ``read(_:for:)`` asks for them.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func prefetch(_ rows: UnsafeBufferPointer<Int>, for network: Network<Element>) -> BatchGather<Element> {
    require(slots.count == 2, "BatchReader: a next batch without memory for it")
    for place in 0..<rows.count { announced[place] = rows[place] }
    announcedCount = rows.count
    return gather(rows, network, 1 - current, workspace.nextInput(rows: rows.count))
  }

  private func gather(
    _ rows: UnsafeBufferPointer<Int>, _ network: Network<Element>, _ slot: Int, _ inputs: MutableMatrixView<Element>
  ) -> BatchGather<Element> {
    require(rows.count <= workspace.capacity, "BatchReader: \(rows.count) rows, and room for \(workspace.capacity)")
    return BatchGather(
      rows: rows, source: data, inputScaling: network.inputScaling,
      targetScaling: network.objective.scalesTargets ? network.outputScaling : identity,
      to: slots[slot].batch(rows: rows.count, inputs: inputs), failure: failure)
  }

  /// Why a row could not be read, of all batches so far.
  var error: RowSourceError? { failure.error }

  /// The targets of the current batch.
  var targets: TargetView<Element> {
    let batch = slots[current].batch(rows: rows)
    return batch.classes.map { .classes(UnsafePointer($0)) } ?? .values(batch.values!.readOnly)
  }

  /// The weights of the current batch, 1 on average over the data.
  var weights: UnsafePointer<Element>? { slots[current].batch(rows: rows).weights.map { UnsafePointer($0) } }
}
