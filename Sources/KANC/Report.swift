import CKANInterface
import KAN
import Synchronization

/// A caller's function for progress.
struct Report: Sendable {
  private let function: swiftkan_report?
  // As a number, which may go to another thread: the caller answers for calls by several of them, one at a time.
  private let address: UInt
  private var context: UnsafeMutableRawPointer? { UnsafeMutableRawPointer(bitPattern: address) }

  init(_ function: swiftkan_report?, _ context: UnsafeMutableRawPointer?) {
    self.function = function
    address = UInt(bitPattern: context)
  }

  var automatic: AutomaticReport {
    guard let function else { return { _ in .continue } }
    return { [self] progress in
      progress.part.rawValue.withCString { part in
        var raw = swiftkan_progress(
          part: part, done: Int64(progress.done), count: Int64(progress.count), loss: progress.loss,
          validation: .nan, seconds_left: progress.secondsLeft, ends_epoch: 0)
        return function(&raw, context) == 0 ? .continue : .stop
      }
    }
  }

  /// Ends an automatic training where its networks would begin; `wasStopped` says whether the caller has ended it.
  func beforeNetworks() -> (report: AutomaticReport, wasStopped: () -> Bool?) {
    let flag = Flag()
    let own = automatic
    let report: AutomaticReport = { progress in
      if own(progress) == .stop {
        flag.isSet.store(true, ordering: .relaxed)
        return .stop
      }
      return progress.part == .lines || progress.part == .additive ? .continue : .stop
    }
    return (report, { flag.isSet.load(ordering: .relaxed) })
  }

  private final class Flag: Sendable {
    let isSet = Atomic(false)
  }

  func epoch(_ progress: TrainingProgress) -> TrainingDecision {
    guard let function else { return .continue }
    let part: StaticString = progress.starts == nil ? "epochs" : "random starts"
    return part.withUTF8Buffer { text in
      var raw = swiftkan_progress(
        part: UnsafeRawPointer(text.baseAddress!).assumingMemoryBound(to: CChar.self),
        done: Int64(progress.starts?.done ?? (progress.isEndOfEpoch ? progress.epoch : max(0, progress.epoch - 1))),
        count: Int64(progress.starts?.count ?? progress.epochs), loss: progress.loss,
        validation: progress.validation?.loss ?? .nan, seconds_left: progress.secondsLeft,
        ends_epoch: progress.isEndOfEpoch ? 1 : 0)
      return function(&raw, context) == 0 ? .continue : .stop
    }
  }
}
