private import CKANKernels

/// A loop whose iterations write to disjoint memory, so that they can run in any order on any number of threads with
/// bit-identical results.
///
/// A protocol rather than a closure: a closure called from C needs a heap allocation, and a training step allocates
/// nothing.
package protocol ParallelLoop {
  /// Runs one iteration. `worker` is less than the pool's number of threads, and concurrent iterations have different
  /// ones.
  func iterate(_ index: Int, worker: Int)
}

/// The engine's threads. A pool may be shared: while it is busy with one caller's loop, another caller's loop runs on
/// the calling thread.
public final class ThreadPool: Sendable {
  /// The number of threads, the calling one included.
  public let threads: Int
  // The C pool protects itself with a lock and atomic counters.
  private nonisolated(unsafe) let pool: OpaquePointer

  /// A pool of as many threads as this process may use (``MachineLimits/threads``).
  public static let shared = ThreadPool()

  /// A pool of `threads` threads, or as many as this process may use (``MachineLimits/threads``); ``threads`` says how
  /// many it has.
  ///
  /// The number is clamped to 1 … ``mostThreads``, and reduced if a limit on address space leaves too little room for
  /// OpenBLAS's buffers.
  public init(threads: Int? = nil) {
    let wanted = Self.threads(wanted: threads ?? MachineLimits.current.threads)
    BLAS.prepare()
    let threads = BLAS.takingBuffers(for: min(wanted, max(1, BLAS.threadsWithRoom())))
    pool = kan_pool_create(Int64(threads))
    self.threads = Int(kan_pool_threads(pool))
  }

  deinit { kan_pool_destroy(pool) }

  /// Multiply-adds that take about as long as waking a thread.
  package static var smallWork: Int { 100_000 }

  /// Runs all iterations 0 ..< count and returns when they have finished.
  ///
  /// - Parameters:
  ///   - last: the number of trailing iterations that are small and start after all others have started.
  ///   - work: approximate multiply-adds of all iterations; a small loop runs on the calling thread alone.
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

  /// Throws if a limit on address space leaves no room for even one thread. Call it before making the first pool.
  public static func checkAddressSpace() throws(LinearAlgebraError) { try BLAS.checkAddressSpace() }

  /// The most threads of a pool: more than the cores of any machine, and far fewer than a system refuses to start.
  public static var mostThreads: Int { 1024 }

  package static func threads(wanted: Int) -> Int { min(max(1, wanted), mostThreads) }

  /// The cores available to this process (``MachineLimits/cores``).
  public static var availableCores: Int { MachineLimits.current.cores }
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
  /// Address space that OpenBLAS maps for each multiplying thread; a product never returns if that fails.
  package static let bufferBytes = Int(KAN_OPENBLAS_BUFFER_BYTES)

  /// Throws if a limit on address space leaves no room for even one thread's buffer.
  fileprivate static func checkAddressSpace() throws(LinearAlgebraError) {
    guard threadsWithRoom() > 0 else {
      throw .addressSpace(
        availableBytes: MachineLimits.current.addressSpace ?? 0, neededBytes: bufferBytes)
    }
  }

  /// The threads whose buffers fit half of the address space; the other half is for data.
  fileprivate static func threadsWithRoom() -> Int {
    guard let available = MachineLimits.current.addressSpace else { return .max }
    let taken = Int(kan_openblas_buffers())
    if available < bufferBytes { return taken }
    return max(1, taken, available / 2 / bufferBytes)
  }

  /// Takes the buffers of some threads where a limit on address space could refuse them later, when data has filled it,
  /// and returns how many threads have one, at least 1: what a pool without room for one computes needs no product.
  fileprivate static func takingBuffers(for threads: Int) -> Int {
    if MachineLimits.current.addressSpace == nil { return threads }
    return max(1, Int(kan_openblas_take_buffers(Int64(threads))))
  }
}
