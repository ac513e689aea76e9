import KAN
import KANFiles
import Synchronization

/// Saves an automatic training from time to time: the best network so far, with the parts that are done or on their way.
final class AutomaticCheckpointFile<Element: Scalar>: Sendable {
  private let path: String
  private let pause: Duration
  private let terms: [String: String]
  private let encoding: TableEncoding?
  private let store: AutomaticStore<Element>
  private let last = Mutex(ContinuousClock.now)

  /// Nil for a pipe or a device, where one model would follow the other.
  init?(
    _ path: String, every seconds: Double, _ terms: [String: String], _ encoding: TableEncoding?,
    _ store: AutomaticStore<Element>
  ) {
    guard isReplaceable(path) else { return nil }
    (self.path, pause) = (path, .seconds(seconds))
    (self.terms, self.encoding, self.store) = (terms, encoding, store)
  }

  /// Saves if it is time to and all parts on their way have told where they are.
  func saveIfDue() {
    last.withLock { last in
      guard last.duration(to: .now) >= pause, store.collect() else { return }
      let (network, parts) = store.contents
      if var network {
        network.take(encoding)
        network.terms = terms
        do throws(FileError) { try network.save(to: path, with: parts) } catch { CheckpointFile.warn(error) }
      }
      store.endCollecting()
      last = .now
    }
  }
}

extension TrainCommand {
  /// The parts of an earlier run, with --resume, and its commands.
  func automaticStore<Element: Scalar>(
    _ effort: Effort, _ parts: Parts<Element>
  ) throws -> (store: AutomaticStore<Element>, commands: [CommandRecord]) {
    guard resume, let save else { return (AutomaticStore(), []) }
    let file = try ModelFile(path: save)
    let own = file.isDouble ? Precision.double : .float
    if own != precision {
      throw ToolError.usage(
        "\(save) has --precision \(own.rawValue), so --resume cannot go on with --precision \(precision.rawValue)")
    }
    guard file.isAutomatic else {
      throw ToolError.usage("\(save) has a described training, so --resume cannot go on with --auto \(effort.rawValue)")
    }
    let network = try Network<Element>(file)
    try requireSameColumns(save, network, parts.training)
    try requireSameTerms(save, network.terms, automaticTerms(effort, parts))
    guard let earlier = try file.automaticParts(Element.self) else {
      throw ToolError.usage("\(save) is finished: leave out --resume, or go on with --start \(save)")
    }
    return (AutomaticStore(earlier), network.commands)
  }
}
