import CKANInterface
import Glibc
import KAN
import Synchronization

/// This process's pools of threads, one for each number of threads that was asked for.
final class Pools: Sendable {
  private let standard: ThreadPool
  private let others = Mutex<[Int: ThreadPool]>([:])

  private init() { standard = ThreadPool(threads: Self.standardThreads) }

  /// The pool of so many threads; 0 for the standard one.
  static func pool(_ threads: Int64) throws -> ThreadPool {
    try ThreadPool.checkAddressSpace()
    guard threads >= 0 else { throw Failure.usage("\(threads) threads") }
    let pools = current
    let count = Int(threads)
    if count == 0 || count == pools.standard.threads { return pools.standard }
    return pools.others.withLock { pools in
      if let pool = pools[count] { return pool }
      let pool = ThreadPool(threads: count)
      pools[count] = pool
      return pool
    }
  }

  /// The child of a fork gets its own: it has none of its parent's threads.
  private static var current: Pools {
    if let state = kan_process_state() { return Unmanaged<Pools>.fromOpaque(state).takeUnretainedValue() }
    let made = Unmanaged.passRetained(Pools())
    let found = kan_set_process_state(made.toOpaque())!
    if found != made.toOpaque() { made.release() }
    return Unmanaged<Pools>.fromOpaque(found).takeUnretainedValue()
  }

  /// The cores available, or fewer by OMP_NUM_THREADS, which may be a list for nested loops.
  static var standardThreads: Int {
    let cores = ThreadPool.availableCores
    guard let text = getenv("OMP_NUM_THREADS"),
      let wanted = String(cString: text).split(separator: ",").first.flatMap({ Int($0) }), wanted > 0
    else { return cores }
    return min(cores, wanted)
  }
}
