/// What a user should know of data, network and training: plain sentences, one of each kind, at most seven.
///
///     var warnings = Warnings()
///     warnings.add(.constantTarget, Warnings.constantTargets(in: training))
///     warnings.add(.parameters, Warnings.parameters(of: network, rows: training.rows))
///     warnings.texts.forEach { print($0) }
public struct Warnings: Sendable, Equatable {
  /// What a warning is of, the most important first: what makes results worthless comes before what makes them doubtful.
  public enum Kind: Int, Sendable, CaseIterable, Comparable {
    /// Training diverged or got stuck.
    case training
    /// A target without variation.
    case constantTarget
    /// Digits that the precision loses.
    case precision
    /// Columns most of whose rows share an interval of the grid.
    case skewed
    /// A test set unlike the training set.
    case unlike
    /// Inputs outside the grid.
    case outside
    /// More parameters than rows.
    case parameters
    /// Classes of very few rows.
    case fewOfClass
    /// Targets that another objective is made for.
    case objective
    /// Anything else.
    case other

    /// Whether `a` is more important.
    public static func < (a: Kind, b: Kind) -> Bool { a.rawValue < b.rawValue }
  }

  /// Warnings that anyone reads.
  public static var most: Int { 7 }

  private var entries: [(kind: Kind, text: String)] = []

  /// No warnings.
  public init() {}

  /// Adds a sentence, if there is one, after others as important. A text that is there already is not repeated.
  public mutating func add(_ kind: Kind, _ text: String?) {
    guard let text, !entries.contains(where: { $0.text == text }) else { return }
    let place = entries.firstIndex { $0.kind > kind } ?? entries.count
    entries.insert((kind, text), at: place)
  }

  /// The most important ones, in order.
  public var texts: [String] { entries.prefix(Self.most).map(\.text) }

  /// Whether both have the same warnings in the same order.
  public static func == (a: Warnings, b: Warnings) -> Bool {
    a.entries.elementsEqual(b.entries) { $0.kind == $1.kind && $0.text == $1.text }
  }
}

extension Warnings {
  /// `column "a"`, `columns "a" and "b"`, `columns "a", "b" and 3 others`; inputs without names by their numbers from 1.
  static func columns(_ indices: [Int], _ names: [String]) -> String {
    let shown = indices.count <= 3 ? indices.count : 2
    var parts = indices.prefix(shown).map { names.indices.contains($0) ? "\"\(names[$0])\"" : "\($0 + 1)" }
    if indices.count > shown { parts.append("\(indices.count - shown) others") }
    let last = parts.removeLast()
    return (indices.count == 1 ? "column " : "columns ")
      + (parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last)
  }

  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  /// The sentence with a capital letter.
  static func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() + "." }
}
