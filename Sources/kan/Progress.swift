import Foundation
import KAN
import Synchronization

/// Shows the progress of a training: a status line on a terminal, else a line per epoch, at most one a second, and one
/// every ten seconds within an epoch that takes longer.
struct ProgressLine {
  private var lastLine = ContinuousClock.now - .seconds(1)
  private static let longest = Duration.seconds(10)

  /// Whether a line is due that says but that something goes on.
  private mutating func isDue() -> Bool {
    let now = ContinuousClock.now
    if lastLine.duration(to: now) < Self.longest { return false }
    lastLine = now
    return true
  }

  mutating func show(_ progress: TrainingProgress) {
    if let starts = progress.starts {
      let line = "random start \(starts.done)/\(starts.count)"
      if Console.isTerminal { Console.progress(line) } else if isDue() { Console.note(line) }
      return
    }
    var line = "epoch \(progress.epoch)/\(progress.epochs)"
    if !progress.isEndOfEpoch { line += " step \(progress.step)/\(progress.steps)" }
    if progress.loss.isFinite || progress.isEndOfEpoch { line += "  loss \(short(progress.loss))" }
    if let validation = progress.validation {
      line += "  validation \(short(validation.loss))"
      if let accuracy = validation.accuracy { line += " accuracy \(short(accuracy))" }
      if let r2 = validation.r2 { line += " r2 \(short(r2))" }
    }
    line += "  \(rate(progress.samplesPerSecond)) samples/s  \(time(progress.secondsLeft)) left"
    if Console.isTerminal {
      Console.progress(line)
    } else if progress.isEndOfEpoch {
      let now = ContinuousClock.now
      if progress.epoch < progress.epochs && lastLine.duration(to: now) < .seconds(1) { return }
      lastLine = now
      Console.note(line)
    } else if isDue() {
      Console.note(line)
    }
  }
}

/// The same for an automatic training: a line for each part, and at most one a second within it.
final class AutomaticProgressLine: Sendable {
  private let last = Mutex<(time: ContinuousClock.Instant, part: AutomaticProgress.Part?)>((.now, nil))

  func show(_ progress: AutomaticProgress) {
    var line = progress.part.rawValue
    if progress.count > 1 { line += " \(progress.done)/\(progress.count)" }
    if progress.loss.isFinite { line += "  best loss so far \(short(progress.loss))" }
    if progress.secondsLeft.isFinite { line += "  \(time(progress.secondsLeft)) left" }
    if Console.isTerminal { return Console.progress(line) }
    last.withLock { last in
      let now = ContinuousClock.now
      if last.part == progress.part && last.time.duration(to: now) < .seconds(1) { return }
      last = (now, progress.part)
      Console.note(line)
    }
  }
}

private func time(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e8 else { return "?" }
  let whole = Int(seconds.rounded(.up))
  return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
}
