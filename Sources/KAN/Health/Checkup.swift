/// What is the matter with a network on some data: <doc:CheckingAModel>.
///
///     let checkup = network.checkup(on: rows)
///     print(checkup.verdict)
///     for finding in checkup.findings { print(finding.text) }
public struct Checkup: Sendable, Equatable, Codable {
  /// Rows of the data.
  public internal(set) var rows: Int
  /// One for each input.
  public internal(set) var columns: [ColumnHealth]
  /// One for each layer; empty if parameters are not finite, or no row is.
  public internal(set) var layers: [LayerHealth] = []
  /// Whether the model knows how the inputs of its training were distributed.
  public internal(set) var hasTrainingData: Bool
  /// The loss here and in the training; nil without targets.
  public internal(set) var loss: LossHealth?
  /// The first parameter or output that is not finite, and where; nil without one.
  public internal(set) var nonFinite: String?
  /// The most severe ones first.
  public internal(set) var findings: [Finding] = []

  /// In a word.
  public var verdict: Verdict {
    guard let worst = findings.map(\.severity).max() else { return .healthy }
    switch worst {
    case .note: return .healthy
    case .attention: return .needsAttention
    case .problem: return .broken
    }
  }

  /// What a checkup comes to.
  public enum Verdict: String, Sendable, Codable {
    /// Nothing but notes.
    case healthy
    /// Predictions may be worse than they seem.
    case needsAttention = "needs attention"
    /// Predictions are no numbers.
    case broken
  }

  /// One thing to know, and what to do about it.
  public struct Finding: Sendable, Equatable, Codable {
    /// How much it matters.
    public var severity: Severity
    /// What it is about.
    public var kind: Kind
    /// A sentence or two.
    public var text: String
  }

  /// How much a finding matters.
  public enum Severity: String, Sendable, Codable, Comparable {
    /// Worth knowing.
    case note
    /// Predictions may be worse than they seem.
    case attention
    /// Predictions are no numbers.
    case problem

    private var rank: Int { self == .note ? 0 : self == .attention ? 1 : 2 }
    /// Whether `a` matters less.
    public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
  }

  /// What a finding is about.
  public enum Kind: String, Sendable, Codable {
    /// Parameters or outputs that are not finite.
    case nonFinite
    /// The loss.
    case loss
    /// Values beyond what functions cover.
    case outside
    /// Empty cells.
    case empty
    /// Categories that the training does not have.
    case unknown
    /// Inputs that are distributed otherwise than in training.
    case drift
    /// Edges and nodes without effect.
    case dead
    /// Functions without rows.
    case unused
    /// Coefficients that the rows do not determine.
    case condition
    /// What the training left.
    case training
    /// What could not be examined.
    case missing
  }
}

/// One input of a network on some data.
public struct ColumnHealth: Sendable, Equatable, Codable {
  /// The input's name, or its number from 1.
  public internal(set) var name: String
  /// Rows below and above what the first layer's functions cover; 0 for categories.
  public internal(set) var below = 0, above = 0
  /// Rows without a value: gaps of the table, or NaN.
  public internal(set) var empty = 0
  /// Rows with a text that the training has hardly or not at all.
  public internal(set) var unknown = 0
  /// How far the column is from that of the training; nil where nothing can be said.
  public internal(set) var drift: DistributionShift?
  /// Whether the training had no empty cells here, so that a gap counts as a value that was never learned for it.
  public internal(set) var hasLearnedGaps = true
}

/// One layer of a network on some data.
public struct LayerHealth: Sendable, Equatable, Codable {
  /// From 1.
  public internal(set) var layer: Int
  /// Edges that pruning has left.
  public internal(set) var edges: Int
  /// Of them, those whose curves do not vary on the rows.
  public internal(set) var deadEdges = 0
  /// Outputs, and the numbers from 1 of those through which nothing passes to the network's outputs.
  public internal(set) var nodes: Int
  /// See ``nodes``.
  public internal(set) var deadNodes: [Int] = []
  /// Functions with bounded support, of all inputs, and those that are 0 on all rows.
  public internal(set) var functions = 0, unusedFunctions = 0
  /// The largest condition number of an input's functions on the rows, and the input's number from 1: σ₁/σₘ of the
  /// singular values of its Φ without base functions and functions that are 0 everywhere. Nil where rows are too few, and
  /// for a layer without bounded functions.
  public internal(set) var condition: Double?
  /// See ``condition``.
  public internal(set) var conditionInput: Int?
  /// Values outside the grid, of all rows and inputs; nil for a layer without one.
  public internal(set) var outside: Int?
  /// Values seen, of all rows and inputs.
  public internal(set) var values = 0
}

/// The loss on some data and in the training.
public struct LossHealth: Sendable, Equatable, Codable {
  /// The mean of the rows.
  public internal(set) var here: Double
  /// The standard error of that mean.
  public internal(set) var standardError: Double
  /// At the end of the training, on its validation rows if it had any; nil if the record does not have it.
  public internal(set) var training: Double?
  /// The coefficient of determination here, of numbers.
  public internal(set) var r2: Double?
}

/// Cells of a table that hold no value, or none that a model knows, by column.
public struct CellCounts: Sendable, Equatable {
  /// Gaps.
  public var empty: [String: Int]
  /// Texts that the training has hardly or not at all.
  public var unknown: [String: Int]

  /// From counts by column; columns without are left out.
  public init(empty: [String: Int] = [:], unknown: [String: Int] = [:]) {
    self.empty = empty
    self.unknown = unknown
  }
}
