import KAN
import KANFiles

/// Saves a training from time to time, so that a crash costs no more than that.
struct CheckpointFile {
  private let path: String
  private let pause: Duration
  private var last = ContinuousClock.now

  /// Nil for a pipe or a device, where one model would follow the other.
  init?(_ path: String, every seconds: Double) {
    guard isReplaceable(path) else { return nil }
    self.path = path
    pause = .seconds(seconds)
  }

  /// Saves the network if it is time to, and can be resumed from; returns whether it is time, but cannot.
  mutating func isDue<Element: Scalar>(_ progress: TrainingProgress, _ network: borrowing Network<Element>) -> Bool {
    guard last.duration(to: .now) >= pause else { return false }
    guard progress.isResumable else { return true }
    do {
      try network.save(to: path)
    } catch {
      Self.warn(error)
    }
    last = .now
    return false
  }

  /// A disk that is full now may not be at the end, and the checkpoint before is still there.
  static func warn(_ error: FileError) { Console.note("warning: no checkpoint: \(error)") }
}
