import KAN
import KANLinearAlgebra

extension NetworkSearch {
  /// Sets edges that hardly contribute to 0, from the least on, as long as the error stays below `factor` times the
  /// one before.
  mutating func removeEdges(upTo factor: Double) -> Bool {
    var isChanged = false
    // Of the error at the beginning, so that many small losses do not add up.
    let limit = factor * error
    for edge in edgesByContribution() where network[edge] != .zero && !kept.contains(edge) {
      let passes = EdgePasses(network, at: rows, slopes: false)
      let curve = passes.curve(of: edge, in: network)
      let nothing = EdgeMatch.Candidate(
        form: .zero, constant: curve.reduce(0, +) / Double(max(1, curve.count)), error: 1)
      var trial = self.trial(nothing, on: edge, steps: effort.trialSteps)
      if trial.error > limit { trial = self.trial(nothing, on: edge, steps: effort.longSteps) }
      // Those that follow contribute more.
      guard trial.error <= limit else { break }
      take(trial)
      isChanged = true
    }
    return isChanged
  }

  /// Sets the edge to 0 whose loss costs least; returns whether there was one that is not the last.
  mutating func removeOne() -> Bool {
    let present = network.edges.filter { network[$0] != .zero && !kept.contains($0) }
    if present.count < 2 { return false }
    let passes = EdgePasses(network, at: rows, slopes: false)
    let trials = pool.map(present) { edge in
      let curve = passes.curve(of: edge, in: network)
      let nothing = EdgeMatch.Candidate(
        form: .zero, constant: curve.reduce(0, +) / Double(max(1, curve.count)), error: 1)
      return trial(nothing, on: edge, steps: effort.trialSteps)
    }
    guard let best = trials.min(by: { $0.error < $1.error }), best.error.isFinite else {
      return false
    }
    take(best)
    return true
  }

  /// Edges from the one whose curve moves the outputs least.
  private func edgesByContribution() -> [NetworkEdge] {
    let passes = EdgePasses(network, at: rows, slopes: true)
    var contributions: [NetworkEdge: Double] = [:]
    for output in 0..<rows.outputs {
      let deltas = passes.gradients(ofOutput: output, of: network)
      for edge in network.edges {
        guard network[edge] != .zero, let delta = deltas[edge.layer][edge.output] else { continue }
        let curve = passes.curve(of: edge, in: network)
        let mean = curve.reduce(0, +) / Double(max(1, curve.count))
        contributions[edge, default: 0] += zip(curve, delta).reduce(0) {
          $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 * $1.1
        }
      }
    }
    let edges = network.edges
    return edges.indices.sorted {
      (contributions[edges[$0]] ?? 0, $0) < (contributions[edges[$1]] ?? 0, $1)
    }.map { edges[$0] }
  }
}
