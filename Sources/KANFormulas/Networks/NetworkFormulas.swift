import KAN
import KANLinearAlgebra

/// Formulas for a trained network, one front for each target.
public struct NetworkFormulas: Sendable {
  /// The formulas of one target.
  public struct Target: Sendable {
    /// The target's name.
    public var name: String
    /// From simple to accurate, in the table's columns and units.
    public var front: [Formula]
    /// √(Σ (f - network)²/n) of each.
    public var modelErrors: [Double]
    /// The one to take; see ``Formula/choice(of:rows:spread:)``.
    public var chosen: Int

    /// The formula to take.
    public var formula: Formula { front[chosen] }
  }

  /// One for each output.
  public var targets: [Target]
  /// The names of the variables.
  public var names: [String]
  /// The network with named functions on its edges where they serve.
  public var network: Network<Double>
  /// Edges for which no function serves, which keep their curves in ``network``; empty where edges were not searched
  /// (``NetworkFormulaOptions/namesEdges``).
  public var openEdges: [NetworkEdge]
}

/// What a search of formulas is told.
public struct NetworkFormulaOptions: Sendable, Equatable {
  /// Edges whose function is given.
  public var fixed: [NetworkEdge: NamedFunction]
  /// Edges that keep their curves.
  public var free: Set<NetworkEdge>
  /// Whether edges are searched too where the network as a whole shows an exact formula, which takes no part of their
  /// functions; a search takes seconds to minutes.
  public var namesEdges: Bool

  /// By default all edges are searched.
  public init(fixed: [NetworkEdge: NamedFunction] = [:], free: Set<NetworkEdge> = [], namesEdges: Bool = true) {
    (self.fixed, self.free, self.namesEdges) = (fixed, free, namesEdges)
  }
}

extension Network {
  /// Formulas for the network: what sums, products and transforms it shows as a whole, and a named function for each edge
  /// where one serves, tried within the network (arXiv 2603.15250); then all constants fitted to the data, and closed
  /// forms recognised.
  ///
  /// The same for the same network and data on any number of threads. Rows of weight 0 are left out.
  ///
  /// - Parameters:
  ///   - data: rows with targets, which the formulas are fitted to: the training's.
  ///   - options: functions that are given, and edges that keep their curves.
  /// - Throws: ``FormulaError`` for a network of classes or rates, for node functions or columns without a formula, for
  ///   rows that do not fit, and for a function that is not finite on the data.
  public func formulas(
    on data: Dataset<Element>, options: NetworkFormulaOptions = NetworkFormulaOptions(), pool: ThreadPool = .shared
  ) throws(FormulaError) -> NetworkFormulas {
    try FormulaAssembly(self, data, pool).formulas(options)
  }

  /// All functions that are finite on an edge's data, with the network's error with each, the best first.
  ///
  /// - Throws: ``FormulaError`` as ``formulas(on:options:pool:)`` does, and for an edge that does not exist.
  public func formulaCandidates(
    ofEdge edge: NetworkEdge, on data: Dataset<Element>, pool: ThreadPool = .shared
  ) throws(FormulaError) -> [EdgeCandidate] {
    let assembly = try FormulaAssembly(self, data, pool)
    try assembly.requireEdge(edge)
    return assembly.search(keeping: []).candidates(of: edge)
  }
}
