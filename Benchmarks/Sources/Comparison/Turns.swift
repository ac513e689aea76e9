/// Which of the two programs.
public enum Side: Sendable { case old, new }

/// How two programs take turns, after FINUFFT's `perftest`: many short rounds instead of one long run of each, so that
/// what else the machine does meets both alike.
public struct Turns: Sendable {
  public var rounds: Int
  /// Starts of each program in a round, of which the fastest counts.
  public var starts: Int

  /// - Precondition: both at least 1.
  public init(rounds: Int, starts: Int) {
    precondition(rounds >= 1 && starts >= 1, "\(rounds) rounds of \(starts) starts")
    self.rounds = rounds
    self.starts = starts
  }

  /// Old and new by turns; the new one begins every second round, since the first start after a pause may be slower.
  func order(inRound round: Int) -> [Side] {
    let pair: [Side] = round.isMultiple(of: 2) ? [.old, .new] : [.new, .old]
    return Array(repeating: pair, count: starts).flatMap(\.self)
  }

  /// The rounds of every subject. A round times all subjects, so that a slow minute of the machine falls on all of them.
  ///
  /// - Parameter time: starts a program once and returns its milliseconds.
  public func measure<Subject>(_ subjects: [Subject], time: (Side, Subject) throws -> Double) rethrows -> [[Round]] {
    var measured = subjects.map { _ in [Round]() }
    for round in 0..<rounds {
      for (index, subject) in subjects.enumerated() {
        var fastest: [Side: Double] = [:]
        for side in order(inRound: round) {
          fastest[side] = min(fastest[side] ?? .infinity, try time(side, subject))
        }
        measured[index].append(Round(old: fastest[.old] ?? .nan, new: fastest[.new] ?? .nan))
      }
    }
    return measured
  }
}
