/// What stands between a training process and whoever waits for it: reports progress a few times a second, and knows
/// whether to go on.
///
/// A training stops when a report is answered by ``TrainingDecision/stop`` or when Swift's task that runs it is cancelled.
/// For the thread that trains alone.
public final class TrainingMonitor<Element: Scalar> {
  private let report: TrainingReport<Element>
  private let clock = ContinuousClock()
  private var lastReport: ContinuousClock.Instant
  private let started: ContinuousClock.Instant
  /// Why the training is to end; nil to go on.
  private(set) var end: TrainingHistory.End?

  /// The epoch in progress, and how many there are at most on all grids.
  var epoch = 1
  var epochs = 1
  /// Rows of this call before the epoch in progress.
  var samplesBefore = 0
  /// Epochs of this call on the present grid: those done, and those to do in all.
  var gridEpochsDone = 0
  var gridEpochs = 0
  /// When the first of them began, in seconds since the training did.
  var gridStart = 0.0
  /// Epochs on the grids to come, each counted as often as it takes longer than one on the present grid.
  var laterEpochs = 0.0
  /// What is shown while an evaluation runs that has no network of its own to show.
  var shown: Network<Element>?

  init(_ report: @escaping TrainingReport<Element>) {
    self.report = report
    started = clock.now
    lastReport = started
  }

  /// Wall time since the training began.
  var seconds: Double { started.duration(to: clock.now).seconds }

  /// Whether to go on; to be asked after each step, and reports if the last report is a while ago.
  ///
  /// - Parameters:
  ///   - step: steps done in this epoch
  ///   - loss: the mean loss of this epoch so far
  ///   - samples: rows of this epoch so far
  public func continues(
    step: Int, of steps: Int, loss: Double, samples: Int, _ network: borrowing Network<Element>
  ) -> Bool {
    guard isDue() else { return end == nil }
    let seconds = seconds
    let done = Double(step) / Double(max(1, steps))
    show(
      TrainingProgress(
        epoch: epoch, epochs: epochs, step: step, steps: steps, loss: loss,
        samplesPerSecond: Double(samplesBefore + samples) / seconds, secondsLeft: left(seconds, done)), network)
    return end == nil
  }

  /// The same from within a step that takes long.
  public func continues() -> Bool {
    guard isDue() else { return end == nil }
    guard let shown else { return end == nil }
    let seconds = seconds
    show(
      TrainingProgress(
        epoch: epoch, epochs: epochs, step: 0, steps: 1, loss: .nan, samplesPerSecond: Double(samplesBefore) / seconds,
        secondsLeft: left(seconds, 0)), shown)
    return end == nil
  }

  /// The same between random starts, each of which is reported.
  func continues(starts: TrainingProgress.Starts) -> Bool {
    noteCancellation()
    guard end == nil, let shown else { return end == nil }
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
        samplesPerSecond: Double(samplesBefore) / seconds, secondsLeft: left(seconds, 0), validation: validation),
      network)
  }

  private func show(_ progress: TrainingProgress, _ network: borrowing Network<Element>) {
    lastReport = clock.now
    if report(progress, network) == .stop, end == nil { end = .stopped }
  }

  /// Whether it is time for a report.
  private func isDue() -> Bool {
    noteCancellation()
    return end == nil && lastReport.duration(to: clock.now) > .milliseconds(200)
  }

  private func noteCancellation() {
    if end == nil && Task.isCancelled { end = .cancelled }
  }

  /// - Parameter share: of the epoch in progress that is done.
  private func left(_ seconds: Double, _ share: Double) -> Double {
    let done = Double(gridEpochsDone) + share
    return done > 0 ? (seconds - gridStart) / done * (Double(gridEpochs) - done + laterEpochs) : .nan
  }
}
