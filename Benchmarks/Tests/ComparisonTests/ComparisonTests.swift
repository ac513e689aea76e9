import Testing

@testable import Comparison

/// Whether a comparison sees what is slower, and only that, on machines that are noisy in several ways.
@Suite struct ComparisonTests {
  /// Steps on a machine whose noise only ever adds time: 0 to `noise` of a step, and a fifth of all starts meets
  /// something else that doubles it.
  private struct Machine {
    var factor: Double
    var noise = 0.2
    var drift = 0.0
    /// Share of a step that the first start of a round takes longer.
    var firstStart = 0.0
    private var state: UInt64 = 1
    private var starts = 0

    init(factor: Double, noise: Double = 0.2, drift: Double = 0, firstStart: Double = 0) {
      (self.factor, self.noise, self.drift, self.firstStart) = (factor, noise, drift, firstStart)
    }

    /// SplitMix64, from 0 to 1.
    private mutating func uniform() -> Double {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
    }

    mutating func time(_ side: Side, starts startsOfRound: Int) -> Double {
      defer { starts += 1 }
      var time = (side == .new ? factor : 1) * (1 + noise * uniform())
      if uniform() < 0.2 { time *= 2 }
      if starts.isMultiple(of: startsOfRound) { time *= 1 + firstStart }
      return time * (1 + drift * Double(starts))
    }
  }

  private func ratio(_ machine: Machine, rounds: Int = 11, starts: Int = 3) -> Ratio {
    var machine = machine
    let measured = Turns(rounds: rounds, starts: starts).measure([0]) { side, _ in
      machine.time(side, starts: 2 * starts)
    }
    return Ratio(measured[0])
  }

  @Test func equalProgramsPass() {
    let ratio = ratio(Machine(factor: 1))
    #expect(ratio.verdict == .same && !ratio.exceeds(1.1))
  }

  @Test func aFifthMoreTimeFails() {
    let ratio = ratio(Machine(factor: 1.25))
    #expect(ratio.verdict == .slower && ratio.exceeds(1.1))
    #expect(abs(ratio.median - 1.25) < 0.08)
  }

  @Test func threePercentAreSeenWhereItIsQuietButPass() {
    let ratio = ratio(Machine(factor: 1.03, noise: 0.002))
    #expect(ratio.verdict == .slower && !ratio.exceeds(1.1))
  }

  @Test func lessTimeIsFaster() {
    #expect(ratio(Machine(factor: 0.7)).verdict == .faster)
  }

  @Test func aMachineThatSlowsDownMeetsBothAlike() {
    let ratio = ratio(Machine(factor: 1, noise: 0, drift: 0.02))
    #expect(ratio.lower <= 1 && ratio.upper >= 1)
  }

  /// With one start a round nothing else makes up for the first one, so that only the alternation does.
  @Test func theFirstStartOfARoundFallsOnBothAlike() {
    let ratio = ratio(Machine(factor: 1, noise: 0, firstStart: 0.5), rounds: 10, starts: 1)
    #expect(ratio.lower < 1 && ratio.upper > 1)
  }

  @Test func theBandLeavesOutTheOutermostRounds() {
    let news = [1.3, 9, 1.05, 1.2, 1.1, 0.1, 1.15, 1.25, 1.3]
    let ratio = Ratio(news.map { Round(old: 2, new: 2 * $0) })
    #expect(ratio.median == 1.2 && ratio.lower == 1.05 && ratio.upper == 1.3)
    #expect(ratio.verdict == .slower && !ratio.exceeds(1.1))
    #expect(Ratio([Round(old: 1, new: 1), Round(old: 1, new: 2)]).median == 1.5)
  }

  /// The largest k with scipy.stats.binom.cdf(k, n, 0.5) <= 0.025, and 0 where there is none.
  @Test(arguments: [(1, 0), (5, 0), (7, 0), (9, 1), (11, 1), (15, 3), (21, 5), (51, 18), (101, 40)])
  func bandsAreConfidenceIntervals(rounds: Int, outside: Int) {
    #expect(ranksOutside(of: rounds) == outside)
  }

  /// Equal programs on a noisy machine: about one comparison in 85 of 11 rounds leaves 1.
  @Test func equalProgramsSeldomDiffer() {
    var machine = Machine(factor: 1)
    let measured = Turns(rounds: 11, starts: 2).measure(Array(0..<400)) { side, _ in machine.time(side, starts: 4) }
    let ratios = measured.map { Ratio($0) }
    #expect((1...15).contains(ratios.count { $0.verdict != .same }))
    #expect(ratios.allSatisfy { !$0.exceeds(1.1) })
  }

  @Test func aRoundTakesTheFastestStart() {
    var times: [Side: [Double]] = [.old: [5, 4], .new: [3, 7]]
    let rounds = Turns(rounds: 1, starts: 2).measure([0]) { side, _ in times[side, default: []].removeFirst() }
    #expect(rounds == [[Round(old: 4, new: 3)]])
  }
}

@Suite struct SubjectTests {
  @Test func stepsAreRead() throws {
    let subject = try #require(Subject("784-64-10:4096:5"))
    #expect(subject == .step(.init(widths: [784, 64, 10], batch: 4096, grid: 5, degree: 3)))
    #expect(
      subject.arguments(seconds: 0.1, contraction: "local", images: "") == [
        "--kan-only", "--csv", "--rounds", "1", "--seconds", "0.1", "--contraction", "local", "--widths", "784,64,10",
        "--batch", "4096", "--grid", "5", "--degree", "3",
      ])
    #expect("\(subject)" == "784-64-10:4096:5" && subject.program == "throughput")
    #expect(Subject("4-1:10:5:2").map { "\($0)" } == "4-1:10:5:2")
  }

  @Test func epochsAndFitsAreRead() throws {
    #expect(Subject("epoch") == .epoch)
    #expect(Subject.epoch.arguments(seconds: 1, contraction: "", images: "folder") == ["folder", "--epochs", "3"])
    #expect(Subject("fit:exp-100") == .fit(task: "exp-100"))
    #expect(
      Subject.fit(task: "deep").arguments(seconds: 1, contraction: "", images: "") == [
        "--tasks", "deep", "--seeds", "1",
      ])
  }

  @Test(
    arguments: [
      "", "64:1:1", "64-64:1", "64-64:1:1:1:1", "64--64:1:1", "64-64:x:1", "64-0:1:1", "64-64:1-2:1", "fit:", "epochs",
    ])
  func othersAreNot(text: String) {
    #expect(Subject(text) == nil)
  }

  @Test func timesAreFound() throws {
    let step = try #require(Subject("4-1:10:5"))
    #expect(step.milliseconds(in: "network,stepMilliseconds,steps\nkan,1.25,40\n") == 1.25)
    #expect(step.milliseconds(in: "network,steps\nkan,40\n") == nil)
    #expect(step.milliseconds(in: "network,stepMilliseconds\nkan,nan\n") == nil)
    let epochs = #"{"epoch":1,"epochSeconds":0.5}"# + "\n" + #"{"epoch":2,"epochSeconds":0.25}"# + "\n"
    #expect(Subject.epoch.milliseconds(in: epochs) == 250)
    #expect(Subject.epoch.milliseconds(in: "failed") == nil)
    let fit = "task,seconds,kept\ndeep,1,0\ndeep,3,1\ndeep,2,0\n"
    #expect(Subject.fit(task: "deep").milliseconds(in: fit) == 3000)
  }

  @Test func theTableMarksWhatIsSlower() {
    let subjects = ["4-1:10:5", "4-2:10:5", "4-3:10:5"].compactMap { Subject($0) }
    let rounds = [1.2, 1.0, 0.8].map { new in Array(repeating: Round(old: 1, new: new), count: 3) }
    let lines = comparisonTable(subjects, rounds, limit: 1.1).split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines[2].hasSuffix("| 1 | 1.2 | 1.200 | 1.200–1.200 | **slower, beyond the limit** |"))
    #expect(lines[3].hasSuffix("|  |"))
    #expect(lines[4].hasSuffix("| **faster** |"))
  }
}
