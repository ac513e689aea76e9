import KAN
import KANLinearAlgebra

/// Named functions for the edges of a network, each tried within the network with all other constants free to move
/// (arXiv 2603.15250), from the surest edge to the least sure.
///
/// What an edge alone looks like decides only which functions are tried. A function counts by the network's error with
/// it after some Levenberg-Marquardt steps, since other edges can make up for what it changes, and a function that is
/// only similar on its own costs the network its accuracy.
struct NetworkSearch {
  private(set) var network: EdgeNetwork
  let rows: EdgeRows
  let pool: ThreadPool
  /// Edges that keep their curves.
  let kept: Set<NetworkEdge>
  /// The network's relative error.
  private(set) var error: Double

  private let effort: Effort

  /// How much is tried, by the size of the network.
  private struct Effort {
    /// Functions tried for an edge: the right one is among the nearest few, and its rivals show how sure it is.
    var shortlist = 7
    /// Edges tried before one is decided.
    var edges = 3
    /// Steps of a trial: the first ones tell right from wrong by decades.
    var trialSteps = 6
    /// Steps after a decision, and of the most promising functions.
    var longSteps = 15

    /// The full search, or a lean one where that would take more than a minute or so: 2·rows·parameters² operations a
    /// step at 10⁹ to 10¹⁰ of them a second.
    init(_ network: EdgeNetwork, rows: Int) {
      let size = Double(network.parameterCount)
      let step = 2 * Double(rows) * size * size
      let steps = Double(network.openEdges.count * (edges * (shortlist + 2) * trialSteps + 4 * longSteps))
      if steps * step > 3e11 { (shortlist, edges, trialSteps, longSteps) = (3, 1, 3, 6) }
    }
  }

  /// What a node of the formula may cost: 5 % of the error, which is beyond chance on a hundred rows and more.
  private static let nodeCost = 0.05

  init(_ network: EdgeNetwork, _ rows: EdgeRows, keeping kept: Set<NetworkEdge>, pool: ThreadPool) {
    self.rows = rows
    self.kept = kept
    self.pool = pool
    effort = Effort(network, rows: rows.rows)
    var fit = EdgeFit(network, rows)
    fit.step(2 * effort.longSteps, pool: pool)
    self.network = fit.network
    error = fit.error
  }

  /// The edges that a search decides.
  private var open: [NetworkEdge] { network.openEdges.filter { !kept.contains($0) } }

  // MARK: Steps

  /// Replaces curves as long as the error stays below `factor` times the one before; returns whether any was.
  mutating func replaceEdges(upTo factor: Double) -> Bool {
    var isChanged = false
    var refused: Set<NetworkEdge> = []
    while true {
      let left = open.filter { !refused.contains($0) }
      if left.isEmpty { return isChanged }
      let passes = EdgePasses(network, at: rows, slopes: false)
      let matches = parallel(left) { match($0, passes) }
      let surest = left.indices.sorted { (matches[$0][0].error, $0) < (matches[$1][0].error, $1) }
      var best: (edge: NetworkEdge, trial: Trial)?
      for place in surest.prefix(effort.edges) {
        let edge = left[place]
        guard let trial = self.best(for: edge, among: shortlist(matches[place]), upTo: factor) else {
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
    let trials = parallel(present) { edge in
      let curve = passes.curve(of: edge, in: network)
      let nothing = EdgeMatch.Candidate(
        form: .zero, constant: curve.reduce(0, +) / Double(max(1, curve.count)), error: 1)
      return trial(nothing, on: edge, steps: effort.trialSteps)
    }
    guard let best = trials.min(by: { $0.error < $1.error }), best.error.isFinite else { return false }
    take(best)
    return true
  }

  /// Sets an edge to a function, whatever that costs; false if the function is not finite on the data.
  mutating func fix(_ edge: NetworkEdge, to function: NamedFunction) -> Bool {
    let passes = EdgePasses(network, at: rows, slopes: false)
    let found = EdgeMatch(
      inputs: inputs(of: edge, passes), curve: passes.curve(of: edge, in: network)
    ).candidates([function]).first { $0.function == function }
    guard let found else { return false }
    take(trial(found, on: edge, steps: effort.longSteps))
    return true
  }

  /// All functions that are finite on an edge's data, with the network's error with each, the best first.
  func candidates(of edge: NetworkEdge) -> [EdgeCandidate] {
    let passes = EdgePasses(network, at: rows, slopes: false)
    let matches = EdgeMatch(
      inputs: inputs(of: edge, passes), curve: passes.curve(of: edge, in: network)
    ).candidates(NamedFunction.allCases)
    let trials = parallel(matches) { trial($0, on: edge, steps: effort.longSteps) }
    return zip(matches, trials).map { match, trial in
      EdgeCandidate(function: match.function, curveError: match.error, networkError: trial.error)
    }.sorted { ($0.networkError, $0.function.rawValue) < ($1.networkError, $1.function.rawValue) }
  }

  /// More steps with everything decided.
  mutating func polish() {
    var fit = EdgeFit(network, rows)
    fit.step(3 * effort.longSteps, tolerance: 1e-4, pool: pool)
    network = fit.network
    error = fit.error
  }

  // MARK: Trials

  private struct Trial {
    var network: EdgeNetwork
    var error: Double
    var complexity: Int
  }

  private mutating func take(_ trial: Trial) {
    var fit = EdgeFit(trial.network, rows)
    fit.step(effort.longSteps, pool: pool)
    network = fit.network
    error = fit.error
  }

  private func trial(_ candidate: EdgeMatch.Candidate, on edge: NetworkEdge, steps: Int) -> Trial {
    var changed = network
    changed[edge] = candidate.form
    changed.layers[edge.layer].bias[edge.output] += candidate.constant
    var fit = EdgeFit(changed, rows)
    fit.step(steps, pool: pool)
    return Trial(network: fit.network, error: fit.error, complexity: candidate.form.complexity)
  }

  /// The function that serves the network best for its complexity, if the error stays below `factor` times the one
  /// before, or that of the best function.
  private func best(
    for edge: NetworkEdge, among candidates: [EdgeMatch.Candidate], upTo factor: Double
  ) -> Trial? {
    var trials = parallel(candidates) { trial($0, on: edge, steps: effort.trialSteps) }
    let order = trials.indices.sorted { (trials[$0].error, $0) < (trials[$1].error, $1) }
    // The promising ones go on: a right function that has not arrived is within some factor of the best.
    let promising = order.prefix(3).filter { trials[$0].error <= 100 * trials[order[0]].error }
    let longer = parallel(promising) { trial(candidates[$0], on: edge, steps: effort.longSteps) }
    for (place, trial) in zip(promising, longer) { trials[place] = trial }
    let least = trials.map(\.error).min() ?? .infinity
    // 1e-13 is rounding.
    let limit = max(factor * min(error, least), 1e-13)
    func cost(_ trial: Trial) -> Double {
      Elementary.log(max(trial.error, 1e-13)) + Double(trial.complexity) * Elementary.logOnePlus(Self.nodeCost)
    }
    return trials.filter { $0.error <= limit && $0.error.isFinite }.min { cost($0) < cost($1) }
  }

  /// Nothing, a straight line, and the nearest others.
  private func shortlist(_ matches: [EdgeMatch.Candidate]) -> [EdgeMatch.Candidate] {
    let simple = matches.filter { $0.function == .zero || $0.function == .identity }
    let others = matches.filter { $0.function != .zero && $0.function != .identity }
    return simple + others.prefix(effort.shortlist)
  }

  private func match(_ edge: NetworkEdge, _ passes: EdgePasses) -> [EdgeMatch.Candidate] {
    EdgeMatch(inputs: inputs(of: edge, passes), curve: passes.curve(of: edge, in: network)).candidates()
  }

  private func inputs(of edge: NetworkEdge, _ passes: EdgePasses) -> [Double] {
    Array(passes.inputs[edge.layer][edge.input * rows.rows..<(edge.input + 1) * rows.rows])
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

  /// The results for some items, on all threads: each item's is its own, whatever the number of threads.
  private func parallel<Item, Result>(_ items: [Item], _ body: (Item) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: items.count) { buffer, count in
      withoutActuallyEscaping(body) { body in
        pool.run(items.count, ItemLoop(items: items, results: buffer.baseAddress, body: body))
      }
      count = items.count
    }
  }
}

/// One item's result after another.
private struct ItemLoop<Item, Result>: ParallelLoop {
  let items: [Item]
  let results: UnsafeMutablePointer<Result>?
  let body: (Item) -> Result

  func iterate(_ index: Int, worker: Int) { (results! + index).initialize(to: body(items[index])) }
}

/// A function for an edge of a network.
public struct EdgeCandidate: Sendable, Equatable {
  /// f of c·f(a·x + b) + d
  public var function: NamedFunction
  /// √(Σ (φ - f)²/n) relative to the spread of the edge's curve φ, for the edge by itself.
  public var curveError: Double
  /// The network's error relative to the targets' spread, with all else fitted to it.
  public var networkError: Double
}
