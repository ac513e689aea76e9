import KAN
import Synchronization

/// Predictors that nobody uses at the moment, for any number of threads without a lock: a fork in the midst of a
/// prediction leaves no lock held in the child.
final class IdlePredictors<Element: Scalar> {
  final class Entry {
    let predictor: Predictor<Element>
    let pool: ThreadPool

    init(_ network: Network<Element>, _ pool: ThreadPool) {
      predictor = Predictor(network, rows: 64, pool: pool)
      self.pool = pool
    }
  }

  /// As many as threads commonly predict at once; others make their own.
  private static var count: Int { 16 }
  private let places: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>

  init() {
    places = .allocate(capacity: Self.count)
    for place in 0..<Self.count { (places + place).initialize(to: Atomic(nil)) }
  }

  deinit {
    drop()
    places.deinitialize(count: Self.count)
    places.deallocate()
  }

  /// Runs `body` with a predictor of the network on the pool.
  func use<Result>(
    _ network: Network<Element>, _ pool: ThreadPool, _ body: (Predictor<Element>) throws -> Result
  ) rethrows -> Result {
    let entry = take(pool) ?? Entry(network, pool)
    defer { put(entry) }
    return try body(entry.predictor)
  }

  func drop() {
    for place in 0..<Self.count {
      if let found = places[place].exchange(nil, ordering: .acquiringAndReleasing) {
        Unmanaged<Entry>.fromOpaque(found).release()
      }
    }
  }

  /// One of another pool, or of the parent of a fork, is given up.
  private func take(_ pool: ThreadPool) -> Entry? {
    for place in 0..<Self.count {
      guard let found = places[place].exchange(nil, ordering: .acquiringAndReleasing) else { continue }
      let entry = Unmanaged<Entry>.fromOpaque(found).takeRetainedValue()
      if entry.pool === pool { return entry }
    }
    return nil
  }

  private func put(_ entry: Entry) {
    let own = Unmanaged.passRetained(entry)
    for place in 0..<Self.count {
      let result = places[place].compareExchange(
        expected: nil, desired: own.toOpaque(), ordering: .acquiringAndReleasing)
      if result.exchanged { return }
    }
    own.release()
  }
}
