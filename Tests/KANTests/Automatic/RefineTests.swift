import Testing

@testable import KAN

/// A pass over all rows after a choice on some of them.
@Suite struct RefineTests {
  private func data(_ rows: Int, seed: UInt64) -> Dataset<Float> {
    var generator = RandomGenerator(seed: seed)
    let inputs = (0..<rows).map { _ in (0..<3).map { _ in Float(2 * generator.uniform() - 1) } }
    return Dataset(inputs: inputs, targets: inputs.map { $0[0] * $0[1] + $0[2] * $0[2] })
  }

  @Test func theBetterNetworkIsKept() throws {
    let (all, judges) = (data(6000, seed: 1), data(1000, seed: 2))
    var fit = try Network.fit(all.selecting(rows: 0..<300), options: AutomaticOptions(seed: 1))
    let before = fit
    let order = EpochOrder.blocks(RowBlocks(size: 64, group: 8))
    let losses = try fit.refine(on: all, judges: judges, order: order, pool: ThreadPool(threads: 2))
    #expect(losses.before == before.network.evaluate(on: judges).loss)
    let kept = fit.network.evaluate(on: judges).loss
    #expect(kept == min(losses.before, losses.after))
    #expect(losses.after < losses.before && fit.rows == 6000)
    // It stays a network that was chosen, which nothing resumes.
    #expect(fit.network.record?.optimizer == "auto" && fit.network.trainingState == nil)

    // A pass over nonsense is not kept.
    let nonsense = Dataset(inputs: all.inputs, targets: .values(Matrix(rows: 6000, columns: 1)))
    let good = fit.network
    let worse = try fit.refine(on: nonsense, judges: judges, order: order, passes: 3, pool: .shared)
    #expect(worse.after > worse.before && fit.network.parameters == good.parameters)
  }
}
