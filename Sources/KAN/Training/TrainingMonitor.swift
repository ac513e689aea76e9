/// Reports the progress of a training a few times a second, and decides whether it continues.
///
/// A training stops when a report returns ``TrainingDecision/stop`` or the Swift task that runs it is cancelled. For
/// use by the training thread only.
public final class TrainingMonitor<Element: Scalar> {
  private let report: TrainingReport<Element>
  /// The ranks that train together, which end together.
  private let communicator: any Communicator
  private let clock = ContinuousClock()
  private var lastReport: ContinuousClock.Instant
  private let started: ContinuousClock.Instant
  /// Why the training ends; nil to continue.
  private(set) var end: TrainingHistory.End?

  /// Whether the epoch is to be broken off for a checkpoint, and then goes on.
  private(set) var isPaused = false

  /// The current epoch, and the most epochs on all grids.
  var epoch = 1
  var epochs = 1
  /// Rows of this call before the current epoch.
  var samplesBefore = 0
  /// Epochs of this call on the present grid: done, and in all.
  var gridEpochsDone = 0
  var gridEpochs = 0
  /// The start of the first of them, in seconds since the training began.
  var gridStart = 0.0
  /// Epochs on later grids, weighted by their duration relative to the present grid.
  var laterEpochs = 0.0
  /// The network for reports from within an evaluation that has none of its own.
  var shown: Network<Element>?

  init(_ report: @escaping TrainingReport<Element>, over communicator: any Communicator = OneProcess()) {
    self.report = report
    self.communicator = communicator
    started = clock.now
    lastReport = started
  }

  /// Wall time since the training began.
  var seconds: Double { started.duration(to: clock.now).seconds }

  /// Whether to continue; if not, the epoch may be broken off for a checkpoint only, and go on when it is run again. To be
  /// called after each step; reports if a report is due.
  ///
  /// - Parameters:
  ///   - step: steps done in this epoch
  ///   - loss: the mean loss of this epoch so far
  ///   - samples: rows of this epoch so far
  public func continues(
    step: Int, of steps: Int, loss: Double, samples: Int, _ network: borrowing Network<Element>
  ) -> Bool {
    if isDue() { report(step: step, of: steps, loss: loss, samples: samples, network) }
    return agree()
  }

  private func report(step: Int, of steps: Int, loss: Double, samples: Int, _ network: borrowing Network<Element>) {
    let seconds = seconds
    let done = Double(step) / Double(max(1, steps))
    let decision = show(
      TrainingProgress(
        epoch: epoch, epochs: epochs, step: step, steps: steps, loss: loss,
        samplesPerSecond: Double(samplesBefore + samples) / seconds, secondsLeft: left(seconds, done)), network)
    isPaused = decision == .checkpoint && end == nil
  }

  /// Reports an epoch broken off for a checkpoint, always.
  func reportCheckpoint(step: Int, of steps: Int, lossSum: Double, rows: Int, _ network: borrowing Network<Element>) {
    isPaused = false
    let seconds = seconds
    show(
      TrainingProgress(
        epoch: epoch, epochs: epochs, step: step, steps: steps, loss: lossSum / Double(max(1, rows)),
        samplesPerSecond: Double(samplesBefore) / seconds,
        secondsLeft: left(seconds, Double(step) / Double(max(1, steps))), isResumable: true), network)
    _ = agree()
  }

  /// The same from within a long step.
  public func continues() -> Bool {
    if isDue(), let shown {
      let seconds = seconds
      show(
        TrainingProgress(
          epoch: epoch, epochs: epochs, step: 0, steps: 1, loss: .nan,
          samplesPerSecond: Double(samplesBefore) / seconds, secondsLeft: left(seconds, 0)), shown)
    }
    return agree()
  }

  /// The same between random starts, each of which is reported.
  func continues(starts: TrainingProgress.Starts) -> Bool {
    noteCancellation()
    if end == nil, let shown {
      let decision = show(
        TrainingProgress(
          epoch: epoch, epochs: epochs, step: 0, steps: 1, loss: .nan, samplesPerSecond: 0,
          secondsLeft: .nan, starts: starts), shown)
      isPaused = decision == .checkpoint && end == nil
    }
    return agree()
  }

  /// The same while some random starts are computed, a few times a second. It asks for no checkpoint, which would throw
  /// these starts away again and again, and nothing of other ranks, which are elsewhere at this time: they agree between
  /// groups of starts.
  func continues(within starts: TrainingProgress.Starts) -> Bool {
    if communicator.ranks > 1 { return true }
    guard isDue(), let shown else { return end == nil }
    show(
      TrainingProgress(
        epoch: epoch, epochs: epochs, step: 0, steps: 1, loss: .nan, samplesPerSecond: 0,
        secondsLeft: .nan, starts: starts), shown)
    return end == nil
  }

  /// Reports the end of an epoch, always.
  func finishEpoch(steps: Int, loss: Double, validation: Evaluation?, _ network: borrowing Network<Element>) {
    noteCancellation()
    let seconds = seconds
    show(
      TrainingProgress(
        epoch: epoch, epochs: epochs, step: steps, steps: steps, loss: loss,
        samplesPerSecond: Double(samplesBefore) / seconds, secondsLeft: left(seconds, 0), validation: validation,
        isResumable: true), network)
    _ = agree()
  }

  /// Whether all ranks continue: what one decides, all do, at the same step.
  private func agree() -> Bool {
    if communicator.ranks > 1 {
      let own = end == .cancelled ? 3 : end == .stopped ? 2 : isPaused ? 1 : 0
      let decided = communicator.largest(own)
      if decided > 1, end == nil { end = decided == 3 ? .cancelled : .stopped }
      isPaused = decided == 1
    }
    return end == nil && !isPaused
  }

  @discardableResult
  private func show(_ progress: TrainingProgress, _ network: borrowing Network<Element>) -> TrainingDecision {
    lastReport = clock.now
    let decision = report(progress, network)
    if decision == .stop, end == nil { end = .stopped }
    return decision
  }

  /// Whether it is time for a report.
  private func isDue() -> Bool {
    noteCancellation()
    return end == nil && lastReport.duration(to: clock.now) > .milliseconds(200)
  }

  private func noteCancellation() {
    if end == nil && Task.isCancelled { end = .cancelled }
  }

  /// - Parameter share: the share of the current epoch that is done.
  private func left(_ seconds: Double, _ share: Double) -> Double {
    let done = Double(gridEpochsDone) + share
    return done > 0 ? (seconds - gridStart) / done * (Double(gridEpochs) - done + laterEpochs) : .nan
  }
}
