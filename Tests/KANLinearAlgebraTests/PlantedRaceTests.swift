import Foundation
import KANLinearAlgebra
import Testing

/// A race on purpose, only for `scripts/test-sanitized`, which has to see it reported.
@Suite struct PlantedRaceTests {
  static var isWanted: Bool { ProcessInfo.processInfo.environment["KAN_PLANTED_RACE"] != nil }

  private struct Loop: ParallelLoop {
    /// Every iteration writes to it.
    nonisolated(unsafe) let count: UnsafeMutablePointer<Int>

    func iterate(_ index: Int, worker: Int) { count.pointee += index }
  }

  @Test(.enabled(if: isWanted)) func everyIterationWritesTheSamePlace() {
    let count = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    defer { count.deallocate() }
    count.pointee = 0
    let pool = ThreadPool(threads: 4)
    for _ in 0..<100 { pool.run(10_000, Loop(count: count)) }
    #expect(count.pointee >= 0)
  }
}
