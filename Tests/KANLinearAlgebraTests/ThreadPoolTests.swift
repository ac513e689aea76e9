import KANLinearAlgebra
import Synchronization
import Testing

@Suite struct ThreadPoolTests {
  /// Counts how often each iteration runs, and whether two share a worker at the same time.
  private final class Visits: Sendable {
    let counts: [Count]
    let busy: [Count]
    let overlaps = Count()

    init(_ count: Int, workers: Int) {
      counts = (0..<count).map { _ in Count() }
      busy = (0..<workers).map { _ in Count() }
    }

    final class Count: Sendable {
      private let value = Atomic(0)
      @discardableResult func add(_ change: Int) -> Int {
        value.add(change, ordering: .sequentiallyConsistent).newValue
      }
    }
  }

  private struct Loop: ParallelLoop {
    let visits: Visits

    func iterate(_ index: Int, worker: Int) {
      if visits.busy[worker].add(1) != 1 { visits.overlaps.add(1) }
      visits.counts[index].add(1)
      visits.busy[worker].add(-1)
    }
  }

  @Test(arguments: [1, 2, 3, 7], [0, 1, 2, 5, 64, 1000])
  func everyIterationRunsOnce(threads: Int, count: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.threads == threads)
    // Again and again, so that workers come late too.
    for round in 0..<40 {
      let visits = Visits(count, workers: threads)
      pool.run(count, last: [0, 1, 3, 2000][round % 4], Loop(visits: visits))
      #expect(visits.counts.allSatisfy { $0.add(0) == 1 })
      #expect(visits.overlaps.add(0) == 0)
    }
  }

  /// Counts an overlap where an iteration behind `shared` runs before all others have begun, but for those that the other
  /// threads have taken and not begun yet.
  private struct Ordered: ParallelLoop {
    let visits: Visits
    let shared: Int
    let threads: Int

    func iterate(_ index: Int, worker: Int) {
      if index >= shared {
        let begun = visits.counts[..<shared].reduce(0) { $0 + $1.add(0) }
        if begun < shared - (threads - 1) { visits.overlaps.add(1) }
      }
      visits.counts[index].add(1)
    }
  }

  @Test(arguments: [1, 2, 3, 7], [8, 9, 40])
  func lastOnesComeLast(threads: Int, count: Int) {
    let pool = ThreadPool(threads: threads)
    for _ in 0..<200 {
      let visits = Visits(count, workers: threads)
      pool.run(count, last: 7, Ordered(visits: visits, shared: count - 7, threads: threads))
      #expect(visits.counts.allSatisfy { $0.add(0) == 1 } && visits.overlaps.add(0) == 0)
    }
  }

  /// A loop within a loop of the same pool runs on the thread that asks.
  private struct Nested: ParallelLoop {
    let pool: ThreadPool
    let inner: [Visits]

    func iterate(_ index: Int, worker: Int) { pool.run(10, Loop(visits: inner[index])) }
  }

  @Test(arguments: [1, 2, 7])
  func nestedLoops(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let inner = (0..<20).map { _ in Visits(10, workers: threads) }
    pool.run(20, Nested(pool: pool, inner: inner))
    #expect(inner.allSatisfy { $0.counts.allSatisfy { $0.add(0) == 1 } })
  }

  @Test func callersShareAPool() async {
    let pool = ThreadPool(threads: 3)
    let visits = await withTaskGroup(of: Visits.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let visits = Visits(200, workers: 1)
          pool.run(200, AnyWorker(visits: visits))
          return visits
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(visits.count == 8)
    #expect(visits.allSatisfy { $0.counts.allSatisfy { $0.add(0) == 1 } })
  }

  private struct AnyWorker: ParallelLoop {
    let visits: Visits
    func iterate(_ index: Int, worker: Int) { visits.counts[index].add(1) }
  }

  @Test func atLeastOneThread() {
    #expect(ThreadPool(threads: 0).threads == 1)
    #expect(ThreadPool(threads: -3).threads == 1)
    #expect([0, 5, 1025, 100_000, .max].map(ThreadPool.threads(wanted:)) == [1, 5, 1024, 1024, 1024])
    #expect(ThreadPool.availableCores >= 1)
    #expect(ThreadPool.shared.threads >= 1)
  }
}
