/// How a table's columns become the inputs and targets of a network, and predictions become the table's again.
///
/// Made from the table of a training and kept in the model, so that any later table is treated alike:
///
///     number         itself, or asinh of it where the column spans magnitudes; its median for a gap, and a second input, 1 for a gap, if the training has gaps
///     true or false  1 or 0, as a number
///     text           the code of its level, 0 for a level that the training has hardly or not at all; a gap is a level
///     time           days since the first one; hour, weekday and day of the year where they vary
///
/// Columns that are constant, that name rows, or that hold hardly any text twice, are left out, with a note.
public struct TableEncoding: Sendable, Equatable, Codable {
  /// One input of the network.
  public struct Input: Sendable, Equatable, Codable {
    /// The table's column.
    public var column: String
    /// What is made of it.
    public var kind: Kind

    /// The name that the input goes by.
    public var name: String {
      switch kind {
      case .number, .magnitude, .levels, .flag: column
      case .level(let level): "\(column)=\(level)"
      case .gap: "\(column) missing"
      case .time(let part, _, _): part == .days ? column : "\(column) \(part.rawValue)"
      }
    }
  }

  /// What an input holds.
  public enum Kind: Sendable, Equatable, Codable {
    /// (x - shift)·scale, and `gap`, in units of x, where there is none.
    case number(shift: Double, scale: Double, gap: Double)
    /// asinh((x - center)/unit) of a column that spans magnitudes: about the number itself near its centre, and its
    /// logarithm far from it.
    case magnitude(center: Double, unit: Double, gap: Double)
    /// 1 where the column has a gap, else 0.
    case gap
    /// 1 for `true` or `yes`, 0 for the other; `gap` where there is none.
    case flag(gap: Double)
    /// 1 + the place among these, 0 for others; `gap` for a gap: one more if the training has gaps, else 0.
    case levels([String], gap: Int)
    /// 1 where the text is this one, else 0.
    case level(String)
    /// A part of a time; `start` in seconds since 1970 is day 0; `gap` in the part's unit.
    case time(TimePart, start: Double, gap: Double)
  }

  /// Parts of a time.
  public enum TimePart: String, Sendable, Equatable, Codable, CaseIterable {
    /// Days since the training's first.
    case days
    /// 0 ..< 24
    case hour
    /// 0 for Monday … 6
    case weekday
    /// 1 … 366
    case yearday
  }

  /// One target of the network.
  public struct Target: Sendable, Equatable, Codable {
    /// The table's column.
    public var column: String
    /// (t - shift)·scale is what the network learns; nil for classes.
    public var number: Shift?
    /// True where t is a time, in seconds since 1970; nil for other numbers.
    public var isTime: Bool?
  }

  /// An affine map whose shift is taken in double precision, before a number is rounded to the network's.
  public struct Shift: Sendable, Equatable, Codable {
    /// What is subtracted.
    public var shift: Double
    /// What it is then multiplied by, a power of two.
    public var scale: Double
  }

  /// From left to right.
  public var inputs: [Input]
  /// In the order asked for.
  public var targets: [Target]
  /// Names of the classes, if the target is one of classes.
  public var classes: [String]
  /// The same with an input of 0 and 1 for each level, in place of codes, for layers whose functions are of numbers.
  public var withIndicators: TableEncoding {
    var result = self
    result.inputs = inputs.flatMap { input in
      guard case .levels(let levels, let gap) = input.kind else { return [input] }
      let gaps = gap > 0 ? [Input(column: input.column, kind: .gap)] : []
      return levels.map { Input(column: input.column, kind: .level($0)) } + gaps
    }
    return result
  }

  /// Whether some input is a code.
  package var hasCodes: Bool {
    inputs.contains { if case .levels = $0.kind { true } else { false } }
  }

  /// Whether inputs and targets are the table's own numbers where it has no gaps, so that it is not needed to predict.
  public var isPlain: Bool {
    let plain = Shift(shift: 0, scale: 1)
    return targets.allSatisfy { $0.number == plain || $0.number == nil }
      && inputs.allSatisfy {
        if case .number(let shift, let scale, _) = $0.kind { shift == 0 && scale == 1 } else { false }
      }
  }

  /// Whether the network's targets are not the table's.
  package var isShifted: Bool {
    targets.contains { ($0.number ?? Shift(shift: 0, scale: 1)) != Shift(shift: 0, scale: 1) }
  }

  /// What each target is multiplied by, 1 for classes.
  var targetScales: [Double] { targets.map { $0.number?.scale ?? 1 } }

  /// Columns of the training that are neither inputs nor targets, and why.
  public var notes: [String]
  /// The column of weights, if there is one.
  public var weights: String?
  /// Words that stand for a gap in any table of the model, beside those that always do, such as `-999`; nil for none.
  public var missingWords: [String]?
}

extension TableEncoding {
  /// Numbers as they are, by the names of columns; there must be no gaps.
  package init(numbersNamed names: Names, inputs count: Int) {
    let columns = names.inputs.isEmpty ? (0..<count).map { "x\($0)" } : names.inputs
    inputs = columns.map { Input(column: $0, kind: .number(shift: 0, scale: 1, gap: .nan)) }
    targets = names.targets.map { Target(column: $0, number: names.classes.isEmpty ? Shift(shift: 0, scale: 1) : nil) }
    (classes, notes) = (names.classes, [])
  }
}

extension TableEncoding.Input {
  /// Whether the column is one of texts.
  package var isText: Bool {
    switch kind {
    case .levels, .level: true
    case .number, .magnitude, .gap, .flag, .time: false
    }
  }

  /// Whether it is not known what a gap means.
  package var needsValues: Bool {
    if case .number(_, _, let gap) = kind { gap.isNaN } else { false }
  }
}

/// Which columns of a table are what.
public struct TableColumns: Sendable, Equatable {
  /// The targets; the last column if none is named.
  public var targets: [String]
  /// The inputs; all other columns if nil.
  public var inputs: [String]?
  /// Columns that are no inputs.
  public var ignored: [String]
  /// Columns whose numbers are names of categories.
  public var categorical: [String]
  /// The column of weights.
  public var weights: String?
  /// What the target is; classes for a text or true and false, else numbers, if nil.
  public var task: LearningTask?

  /// Columns by name; without any, the last is the target and all others are inputs.
  public init(
    targets: [String] = [], inputs: [String]? = nil, ignored: [String] = [], categorical: [String] = [],
    weights: String? = nil, task: LearningTask? = nil
  ) {
    self.targets = targets
    self.inputs = inputs
    self.ignored = ignored
    self.categorical = categorical
    self.weights = weights
    self.task = task
  }
}

/// What is wrong with a table: a missing column, a target that is not what it should be. Rows count from 1.
public struct TableError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason, with column and row.
  public let description: String
  /// - Parameter description: lower case, without a full stop.
  public init(_ description: String) { self.description = description }
}
