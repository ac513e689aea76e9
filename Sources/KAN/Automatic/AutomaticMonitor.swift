import Synchronization

/// Reports the progress of an automatic training, whose networks run on several threads, and keeps its decision to stop.
final class AutomaticMonitor: Sendable {
  private struct State {
    var progress = AutomaticProgress(part: .lines, done: 0, count: 1, loss: .nan, secondsLeft: .nan)
    /// How much of each fit of the part is done, 0 to 1.
    var shares: [Double] = [0]
    var start = ContinuousClock.now
    var lastReport = ContinuousClock.now
    var isStopped = false
  }

  private let state = Mutex(State())
  private let report: AutomaticReport
  /// Between reports of one part.
  private static var pause: Duration { .milliseconds(200) }

  init(_ report: @escaping AutomaticReport) { self.report = report }

  /// Whether to go on. Once it is false, it stays so.
  var isRunning: Bool { !state.withLock(\.isStopped) }

  /// A part begins, of `count` fits; reported always.
  func begin(_ part: AutomaticProgress.Part, count: Int = 1) {
    state.withLock { state in
      state.progress.part = part
      (state.progress.done, state.progress.count, state.progress.secondsLeft) = (0, count, .nan)
      state.shares = [Double](repeating: 0, count: count)
      state.start = .now
      tell(&state)
    }
  }

  /// A member has been judged.
  func judge(_ loss: Double) {
    state.withLock { state in
      if !(state.progress.loss <= loss) { state.progress.loss = loss }
    }
  }

  /// A share of one of the part's fits is done, 1 for all of it; reported if a report is due.
  ///
  /// - Returns: whether to go on.
  func advance(_ fit: Int, to share: Double) -> TrainingDecision {
    state.withLock { state in
      state.shares[fit] = share
      if share >= 1 { state.progress.done += 1 }
      let now = ContinuousClock.now
      if !state.isStopped && state.lastReport.duration(to: now) > Self.pause {
        let (done, seconds) = (state.shares.reduce(0, +), state.start.duration(to: now).seconds)
        state.progress.secondsLeft = done > 0 ? seconds / done * (Double(state.shares.count) - done) : .nan
        tell(&state)
      }
      return state.isStopped ? .stop : .continue
    }
  }

  private func tell(_ state: inout State) {
    if state.isStopped { return }
    state.lastReport = .now
    if Task.isCancelled || report(state.progress) == .stop { state.isStopped = true }
  }
}
