import Synchronization

/// The networks of an automatic training that are done or on their way, by names of their own, from which another run of
/// the same training goes on to the same bits.
///
/// All that such a training does follows from its data, options and seed, so that a network which is done need not be
/// trained again, and one on its way resumes as any other.
package struct AutomaticParts<Element: Scalar>: Sendable {
  /// A network, and whether its training has ended; nil for one that broke down.
  package struct Part<Number: Scalar>: Sendable {
    package var network: Network<Number>?
    package var isDone: Bool

    package init(network: Network<Number>?, isDone: Bool) {
      self.network = network
      self.isDone = isDone
    }
  }

  package var networks: [String: Part<Element>] = [:]
  /// Those by ``LevenbergMarquardt``, in double precision.
  package var smooth: [String: Part<Double>] = [:]

  package init() {}
}

/// Collects the parts of a running automatic training for its checkpoints.
package final class AutomaticStore<Element: Scalar>: Sendable {
  private struct State {
    var parts: AutomaticParts<Element>
    /// What predicts best so far, of the parts that are done.
    var shown: Network<Element>?
    /// Parts on their way, and those that have told where they are since a checkpoint was asked for.
    var running: Set<String> = []
    var delivered: Set<String> = []
    var isCollecting = false
  }

  private let state: Mutex<State>

  /// - Parameter parts: those of an earlier run.
  package init(_ parts: AutomaticParts<Element> = AutomaticParts()) { state = Mutex(State(parts: parts)) }

  /// All parts so far, and the network that predicts best; nil before there is one.
  package var contents: (network: Network<Element>?, parts: AutomaticParts<Element>) {
    state.withLock { ($0.shown, $0.parts) }
  }

  /// Asks all parts on their way to tell where they are. Returns whether they have.
  package func collect() -> Bool {
    state.withLock { state in
      state.isCollecting = true
      return state.running.isSubset(of: state.delivered)
    }
  }

  /// Ends what ``collect()`` began.
  package func endCollecting() {
    state.withLock { state in
      state.isCollecting = false
      state.delivered = []
    }
  }

  func show(_ network: Network<Element>) { state.withLock { $0.shown = network } }

  func begin(_ name: String) { state.withLock { _ = $0.running.insert(name) } }

  /// The part of an earlier run, of this or of double precision.
  func stored<Number: Scalar>(_ name: String, _: Number.Type) -> AutomaticParts<Element>.Part<Number>? {
    state.withLock { state in
      (state.parts.networks[name] as? AutomaticParts<Element>.Part<Number>)
        ?? (state.parts.smooth[name] as? AutomaticParts<Element>.Part<Number>)
    }
  }

  func put<Number: Scalar>(_ name: String, _ network: Network<Number>?, isDone: Bool) {
    state.withLock { state in
      if let network = network as? Network<Element>, Number.self == Element.self {
        state.parts.networks[name] = .init(network: network, isDone: isDone)
      } else {
        state.parts.smooth[name] = .init(network: network as? Network<Double>, isDone: isDone)
      }
      state.delivered.insert(name)
      if isDone { state.running.remove(name) }
    }
  }

  /// What a part on its way answers to a progress report: it tells where it is when it is asked to.
  func decide<Number: Scalar>(
    _ name: String, _ progress: TrainingProgress, _ network: borrowing Network<Number>, _ decision: TrainingDecision
  ) -> TrainingDecision {
    let isAsked = state.withLock { $0.isCollecting && !$0.delivered.contains(name) }
    if decision == .stop || !isAsked { return decision }
    if !progress.isResumable { return .checkpoint }
    put(name, copy network, isDone: false)
    return decision
  }
}
