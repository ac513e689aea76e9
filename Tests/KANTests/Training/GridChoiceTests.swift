import Foundation
import Testing

@testable import KAN

/// Which of several grids is kept.
@Suite struct GridChoiceTests {
  /// 100 rows off by 1 on average, and by `gain` less than that, with a standard error of `error`.
  private func losses(_ gain: Double, error: Double) -> [Double] {
    // ±d in turn has the variance d²·n/(n - 1), and the mean the standard error d/√(n - 1).
    (0..<100).map { 1 - gain + ($0 % 2 == 0 ? 1 : -1) * error * 99.0.squareRoot() }
  }

  /// The choice after these grids, and whether each was kept in its turn.
  private func judged(_ grids: [(intervals: Int, losses: [Double])]) -> (choice: GridChoice, kept: [Bool]) {
    var judge = GridJudge(.validation)
    let kept = grids.map { judge.keeps($0.intervals, $0.losses) }
    return (judge.choice, kept)
  }

  /// Scores of any size, as a model file may hold them, are described and trap nowhere.
  @Test(arguments: [
    (1, 1, "no better"), (1, 1.25, "25.0 % worse"), (1, 0.75, "25.0 % better, which may be chance"),
    (1, 1e300, "far worse"),
    (1e-300, 1e300, "far worse"), (0, 0, "far worse"), (0, 1, "far worse"), (1, .nan, "far worse"),
    (1, -1e300, "far better, which may be chance"), (.infinity, .infinity, "far worse"),
  ])
  func scoresOfAnySize(kept: Double, next: Double, comparison: String) {
    var choice = GridChoice(.validation)
    choice.judgements = [.init(intervals: 5, score: kept), .init(intervals: 10, score: next)]
    choice.kept = 0
    #expect(choice.description == "kept grid 5: by validation grid 10 is \(comparison)")
  }

  @Test func onlyWhatIsClearlyBetter() {
    let none = judged([]).choice
    #expect(!none.isExhausted && none.intervals == nil && none.description == "no grid was judged")
    var grids = [(5, losses(0, error: 0)), (10, losses(0.149, error: 0.05))]
    #expect(judged(grids).kept == [true, false] && judged(grids).choice.intervals == 5)
    #expect(judged(grids).choice.description.hasSuffix("% better, which may be chance"))
    grids.append((20, losses(0.151, error: 0.05)))
    #expect(judged(grids).kept == [true, false, true])
    #expect(
      judged(grids).choice.description == "kept grid 20, the finest: better by validation than those before")
    // Each row differs by as much from grid 20: there is no doubt which is better.
    grids.append((40, losses(0.152, error: 0.05)))
    grids.append((80, losses(0.102, error: 0.05)))
    let (choice, kept) = judged(grids)
    #expect(kept == [true, false, true, true, false] && !choice.isExhausted && choice.intervals == 40)
    #expect(choice.description == "kept grid 40: by validation grid 80 is 5.8 % worse")
    grids.append((160, losses(.nan, error: 0)))
    #expect(judged(grids).choice.isExhausted && judged(grids).choice.kept == 3)
    #expect(judged(grids).choice.judgements.map(\.intervals) == [5, 10, 20, 40, 80, 160])
  }

  /// One row that is far off: its standard error is all of the gain, which is half of the score or more. That counts where
  /// most of the others are better too, by however little.
  @Test func halvedByOneRow() {
    func losses(_ far: Double, better: Int = 0) -> [Double] { (0..<20).map { $0 < better ? 0.99 : 1 } + [far] }
    #expect(judged([(5, losses(30)), (10, losses(4)), (20, losses(4, better: 16))]).kept == [true, false, false])
    #expect(judged([(5, losses(30)), (10, losses(4, better: 17))]).kept == [true, true])
    #expect(judged([(5, losses(30)), (10, losses(6, better: 20))]).kept == [true, false])
  }

  @Test func savedAndRead() throws {
    let choice = judged([(3, [0.3]), (6, [0.2])]).choice
    let read = try JSONDecoder().decode(GridChoice.self, from: JSONEncoder().encode(choice))
    #expect(read == choice && read.intervals == 6)
  }

  /// The mean of all rows' losses is the loss.
  @Test(arguments: [false, true], [false, true])
  func lossesOfRows(classes: Bool, isWeighted: Bool) throws {
    var generator = RandomGenerator(seed: 3)
    let inputs: Matrix<Double> = generator.matrix(300, 2)
    let targets: Targets<Double> =
      classes
      ? .classes((0..<300).map { Int32($0 % 3) }, count: 3)
      : .values(generator.matrix(300, 3))
    let weights = isWeighted ? AlignedArray((0..<300).map { 0.5 + Double($0 % 4) }) : nil
    let data = Dataset(inputs: inputs, targets: targets, weights: weights)
    var network = Network<Double>(.spline(2, 3, grid: 4), seed: 2)
    network.prepare(for: data, data.targets.task.objective)
    let losses = try network.losses(on: TrainingRows(data), pool: ThreadPool(threads: 2))
    let loss = network.evaluate(on: data).loss
    #expect(losses.count == 300 && abs(losses.reduce(0, +) / 300 - loss) <= 1e-12 * loss)
  }
}
