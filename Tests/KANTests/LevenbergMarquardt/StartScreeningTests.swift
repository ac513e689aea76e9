import KANLinearAlgebra
import Synchronization
import Testing

@testable import KAN

/// Random starts that are interrupted count for nothing, and then come to what they come to without.
@Suite struct StartScreeningTests {
  private final class Calls: Sendable { let count = Atomic(0) }

  private func screening() -> StartScreening {
    let rows = 60
    let x = (0..<rows).map { row in [Elementary.sin(37 * Double(row)), Elementary.sin(11 + 91 * Double(row))] }
    let data = Dataset<Double>(
      inputs: Matrix(x),
      targets: .values(
        Matrix(rows: rows, columns: 1, elements: AlignedArray(x.map { Elementary.sin(3 * $0[0]) + $0[1] * $0[1] }))))
    return StartScreening(
      network: Network(.spline(2, 2, grid: 4), .spline(2, 1, grid: 4), seed: 1), data: data, order: 5, starts: 24,
      seed: 0, pool: ThreadPool(threads: 1), tuning: LevenbergMarquardt.Tuning())
  }

  /// In a group, and in the fit on a finer grid that decides whether the best start will do.
  @Test func interruptedAnywhere() throws {
    let screening = screening()
    let calls = Calls()
    var whole = StartScreening.Progress()
    screening.run(&whole, within: { calls.count.wrappingAdd(1, ordering: .relaxed).newValue > 0 })
    let best = try #require(whole.best)
    let all = calls.count.load(ordering: .relaxed)
    // Also the last calls, which are those of the fit on a finer grid.
    for stop in [1, all / 3, 2 * all / 3, all - 2, all - 1, all] {
      calls.count.store(0, ordering: .relaxed)
      var progress = StartScreening.Progress()
      screening.run(&progress, within: { calls.count.wrappingAdd(1, ordering: .relaxed).newValue < stop })
      #expect(!progress.isFinished, "interrupted at call \(stop) of \(all)")
      screening.run(&progress)
      #expect(progress.done == whole.done && progress.agreeing == whole.agreeing)
      #expect(progress.best?.network.parameters == best.network.parameters, "interrupted at call \(stop) of \(all)")
    }
  }
}
