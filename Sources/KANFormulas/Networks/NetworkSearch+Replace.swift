import KAN
import KANLinearAlgebra

extension NetworkSearch {
  /// Replaces curves as long as the error stays below `factor` times the one before; returns whether any was.
  mutating func replaceEdges(upTo factor: Double) -> Bool {
    var isChanged = false
    var refused: Set<NetworkEdge> = []
    while true {
      let left = open.filter { !refused.contains($0) }
      if left.isEmpty { return isChanged }
      let passes = EdgePasses(network, at: rows, slopes: false)
      let matches = pool.map(left) { match($0, passes) }
      let surest = left.indices.sorted { (matches[$0][0].error, $0) < (matches[$1][0].error, $1) }
      var best: (edge: NetworkEdge, trial: Trial)?
      for place in surest.prefix(effort.edges) {
        let edge = left[place]
        let found =
          self.best(for: edge, among: shortlist(matches[place]), upTo: factor)
          ?? self.best(
            for: edge, among: Array(match(edge, passes, line: true).prefix(effort.shortlist)),
            upTo: factor)
        guard let trial = found else {
          refused.insert(edge)
          continue
        }
        if trial.error < best?.trial.error ?? .infinity { best = (edge, trial) }
      }
      guard let best else { continue }
      take(best.trial)
      isChanged = true
      // A curve may have found its function now that another has.
      refused = []
    }
  }

  /// Tries other functions for edges that have one, now that the others have theirs: what was chosen while curves could
  /// still make up for it may be a likeness, such as a hyperbolic cosine of small arguments for a square.
  mutating func revisit() -> Bool {
    var isChanged = false
    // A second pass finds what the first one has uncovered.
    for _ in 0..<2 {
      var isBetter = false
      for edge in network.edges where !kept.contains(edge) && error > 1e-11 {
        guard case .term(let term) = network[edge] else { continue }
        let passes = EdgePasses(network, at: rows, slopes: false)
        let others = shortlist(match(edge, passes)).filter { $0.function != term.function }
        // Within the factor that a likeness gains at most by its constants.
        guard let trial = best(for: edge, among: others, upTo: 4),
          cost(trial.error, trial.complexity) < cost(error, network[edge].complexity)
        else { continue }
        take(trial)
        isBetter = true
      }
      if !isBetter { break }
      isChanged = true
    }
    return isChanged
  }

  /// The function that serves the network best for its complexity, if the error stays below `factor` times the one
  /// before, or that of the best function.
  private func best(
    for edge: NetworkEdge, among candidates: [EdgeMatch.Candidate], upTo factor: Double
  ) -> Trial? {
    var trials = pool.map(candidates) { trial($0, on: edge, steps: effort.trialSteps) }
    let order = trials.indices.sorted { (trials[$0].error, $0) < (trials[$1].error, $1) }
    // The promising ones go on: a right function that has not arrived is within some factor of the best.
    let promising = order.prefix(3).filter { trials[$0].error <= 100 * trials[order[0]].error }
    let longer = pool.map(promising) { trial(candidates[$0], on: edge, steps: effort.longSteps) }
    for (place, trial) in zip(promising, longer) { trials[place] = trial }
    let least = trials.map(\.error).min() ?? .infinity
    // 1e-13 is rounding.
    let limit = max(factor * min(error, least), 1e-13)
    return trials.filter { $0.error <= limit && $0.error.isFinite }.min {
      cost($0.error, $0.complexity) < cost($1.error, $1.complexity)
    }
  }

  /// Nothing, a straight line, and the nearest others.
  private func shortlist(_ matches: [EdgeMatch.Candidate]) -> [EdgeMatch.Candidate] {
    let simple = matches.filter { $0.function == .zero || $0.function == .identity }
    let others = matches.filter { $0.function != .zero && $0.function != .identity }
    return simple + others.prefix(effort.shortlist)
  }
}
