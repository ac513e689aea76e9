private import CKANKernels

/// A loop whose iterations write to disjoint places, so that they may run on several threads in any order and give
/// the same bits.
///
/// A type of its own rather than a closure: a closure that C is to call has to be put on the heap, and a training step
/// allocates nothing.
package protocol ParallelLoop {
  /// `worker` is below the pool's number of threads, and no two iterations that run at the same time share it.
  func iterate(_ index: Int, worker: Int)
}

/// The engine's threads. Values of it may be shared: a pool that is busy with one caller's loop runs another's on the
/// thread that asks.
public final class ThreadPool: Sendable {
  /// The calling thread is one of them.
  public let threads: Int
  // C's pool guards itself by a lock and atomic counters.
  private nonisolated(unsafe) let pool: OpaquePointer

  /// A pool on all cores that this process may use (``availableCores``).
  public static let shared = ThreadPool()

  /// A pool of `threads` threads, or one for each core; ``threads`` says how many it has.
  ///
  /// Fewer than 1 give one, and more than ``mostThreads`` that many. A limit on address space that leaves too little
  /// room for OpenBLAS's buffers gives fewer threads.
  public init(threads: Int? = nil) {
    let wanted = Self.threads(wanted: threads ?? ThreadPool.availableCores)
    BLAS.prepare()
    let room = BLAS.threadsWithRoom()
    pool = kan_pool_create(Int64(min(wanted, max(1, room))))
    self.threads = Int(kan_pool_threads(pool))
  }

  deinit { kan_pool_destroy(pool) }

  /// Multiply-adds that take about as long as waking a thread.
  package static var smallWork: Int { 100_000 }

  /// Runs all iterations 0 ..< count and returns when they have ended.
  ///
  /// - Parameters:
  ///   - last: how many of them, the last ones, are small and begin when all others have.
  ///   - work: about how many multiply-adds all of it takes; a little is done by the calling thread alone.
  package func run<Loop: ParallelLoop>(_ count: Int, last: Int = 0, work: Int = .max, _ loop: Loop) {
    if work < Self.smallWork {
      for index in 0..<count { loop.iterate(index, worker: 0) }
      return
    }
    withUnsafePointer(to: loop) { pointer in
      var erased = ErasedLoop(pointer: UnsafeRawPointer(pointer), type: Loop.self)
      withUnsafeMutablePointer(to: &erased) { context in
        kan_pool_run(pool, Int64(count), Int64(last), UnsafeMutableRawPointer(context)) { context, index, worker in
          let erased = context!.assumingMemoryBound(to: ErasedLoop.self).pointee
          erased.type.iterate(at: erased.pointer, Int(index), worker: Int(worker))
        }
      }
    }
  }

  /// Throws where a limit on address space leaves no room for even one thread: call it before the first pool is made.
  public static func checkAddressSpace() throws(LinearAlgebraError) { try BLAS.checkAddressSpace() }

  /// Threads of a pool at most: above every machine's number of cores, and far below the number at which a system
  /// refuses to start more.
  public static var mostThreads: Int { 1024 }

  package static func threads(wanted: Int) -> Int { min(max(1, wanted), mostThreads) }

  /// The cores that this process may run on: those of its affinity, and no more than the control groups of a container
  /// grant (`cpu.max`), rounded down.
  public static var availableCores: Int { availableCores(root: "") }

  /// The same with another folder in the place of the one that has `proc` and `sys`.
  package static func availableCores(root: String) -> Int { Int(min(kan_available_cores(), kan_quota_cores(root))) }
}

private struct ErasedLoop {
  let pointer: UnsafeRawPointer
  let type: any ParallelLoop.Type
}

extension ParallelLoop {
  fileprivate static func iterate(at pointer: UnsafeRawPointer, _ index: Int, worker: Int) {
    pointer.assumingMemoryBound(to: Self.self).pointee.iterate(index, worker: worker)
  }
}

extension BLAS {
  /// Address space that OpenBLAS maps for each thread that multiplies; without it, a product never returns.
  package static let bufferBytes = Int(KAN_OPENBLAS_BUFFER_BYTES)

  /// Throws where a limit on address space leaves no room for even one thread's buffer.
  fileprivate static func checkAddressSpace() throws(LinearAlgebraError) {
    guard threadsWithRoom() > 0 else {
      throw .addressSpace(availableBytes: availableAddressSpace() ?? 0, neededBytes: bufferBytes)
    }
  }

  /// How many threads' buffers fit the limit on address space, half of which is left to data.
  fileprivate static func threadsWithRoom() -> Int {
    guard let available = availableAddressSpace() else { return .max }
    if available < bufferBytes { return 0 }
    return max(1, available / 2 / bufferBytes)
  }

  /// The limit less what is in use, or nil without a limit.
  private static func availableAddressSpace() -> Int? {
    let bytes = Int(kan_available_address_space())
    return bytes < 0 ? nil : bytes
  }
}
