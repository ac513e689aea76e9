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
  let effort: Effort
  /// By how much a node of the formula may raise the error, relatively.
  var nodeCost: Double

  /// How much is tried, by the size of the network.
  struct Effort {
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
      let steps = Double(
        network.openEdges.count * (edges * (shortlist + 2) * trialSteps + 4 * longSteps))
      if steps * step > 3e11 { (shortlist, edges, trialSteps, longSteps) = (3, 1, 3, 6) }
    }
  }

  init(_ network: EdgeNetwork, _ rows: EdgeRows, keeping kept: Set<NetworkEdge>, pool: ThreadPool) {
    self.rows = rows
    self.kept = kept
    self.pool = pool
    nodeCost = Self.chance(rows)
    effort = Effort(network, rows: rows.rows)
    var fit = EdgeFit(network, rows)
    let before = fit.squares
    // A hundred steps end earlier for a network that was trained well.
    fit.step(100, pool: pool)
    // What p parameters learn of n values of noise is no gain, and leaves curves that no function looks like.
    let learned = Double(network.parameterCount) / Double(max(1, rows.targets.count))
    let isBetter = fit.squares < before * max(0, 1 - 2 * learned)
    if !isBetter { fit = EdgeFit(network, rows) }
    self.network = fit.network
    error = fit.error
  }

  /// What a node may cost if errors are noise: a quarter of a parameter in the Bayesian information criterion.
  static func chance(_ rows: EdgeRows) -> Double {
    let count = Double(max(2, rows.rows))
    return Elementary.log(count) / (8 * count)
  }

  /// What a node may cost if errors are those of curves that approximate: functions with more constants than the right
  /// one then make up for other edges' errors, up to some times better than it. Flat from 0.1 to 0.3.
  static let approximation = 0.2

  /// The edges that a search decides.
  var open: [NetworkEdge] { network.openEdges.filter { !kept.contains($0) } }

  /// More steps with everything decided.
  mutating func polish() {
    var fit = EdgeFit(network, rows)
    fit.step(3 * effort.longSteps, tolerance: 1e-4, pool: pool)
    network = fit.network
    error = fit.error
  }

  // MARK: Trials

  struct Trial {
    var network: EdgeNetwork
    var error: Double
    var complexity: Int
  }

  mutating func take(_ trial: Trial) {
    var fit = EdgeFit(trial.network, rows)
    fit.step(effort.longSteps, pool: pool)
    network = fit.network
    error = fit.error
  }

  func trial(_ candidate: EdgeMatch.Candidate, on edge: NetworkEdge, steps: Int) -> Trial {
    var changed = network
    changed[edge] = candidate.form
    changed.layers[edge.layer].bias[edge.output] += candidate.constant
    var fit = EdgeFit(changed, rows)
    fit.step(steps, pool: pool)
    return Trial(network: fit.network, error: fit.error, complexity: candidate.form.complexity)
  }

  /// ln of an error with what the nodes may cost; 1e-13 is rounding.
  func cost(_ error: Double, _ complexity: Int) -> Double {
    Elementary.log(max(error, 1e-13)) + Double(complexity) * Elementary.logOnePlus(nodeCost)
  }

  func match(
    _ edge: NetworkEdge, _ passes: EdgePasses, _ functions: [NamedFunction] = EdgeMatch.searched,
    line: Bool = false
  ) -> [EdgeMatch.Candidate] {
    let inputs = passes.inputs[edge.layer][edge.input * rows.rows..<(edge.input + 1) * rows.rows]
    return EdgeMatch(inputs: Array(inputs), curve: passes.curve(of: edge, in: network))
      .candidates(functions, line: line)
  }

  // MARK: By hand

  /// Sets an edge to a function, whatever that costs; false if the function is not finite on the data.
  mutating func fix(_ edge: NetworkEdge, to function: NamedFunction) -> Bool {
    let passes = EdgePasses(network, at: rows, slopes: false)
    let found = match(edge, passes, [function]).first { $0.function == function }
    guard let found else { return false }
    take(trial(found, on: edge, steps: effort.longSteps))
    return true
  }

  /// All functions that are finite on an edge's data, with the network's error with each, the best first.
  func candidates(of edge: NetworkEdge) -> [EdgeCandidate] {
    let passes = EdgePasses(network, at: rows, slopes: false)
    let matches = match(edge, passes, NamedFunction.allCases)
    let trials = pool.map(matches) { trial($0, on: edge, steps: effort.longSteps) }
    return zip(matches, trials).map { match, trial in
      EdgeCandidate(function: match.function, curveError: match.error, networkError: trial.error)
    }.sorted { ($0.networkError, $0.function.rawValue) < ($1.networkError, $1.function.rawValue) }
  }
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
