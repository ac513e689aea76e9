/// Rows to learn from or to be judged by, wherever they are: in memory (``Dataset``), in a mapped file, or computed when
/// they are asked for.
///
/// Training and evaluation read rows by their indices and keep no more of them than a batch for each thread, so a source
/// may be larger than memory. The same rows give the same results from every source, bit for bit.
///
///     struct Waves: RowSource {
///       let rows = 1_000_000_000
///       let inputColumns = 1
///       let targetShape = TargetShape.values(columns: 1)
///
///       func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Float>) throws(RowSourceError) {
///         for (place, row) in rows.enumerated() {
///           let x = Float(row % 1000) / 1000
///           batch.inputs?[place, 0] = x
///           batch.values?[place, 0] = x * x
///         }
///       }
///     }
public protocol RowSource<Element>: Sendable {
  /// The precision of the rows.
  associatedtype Element: Scalar

  /// Rows there are; the same for as long as the source exists.
  var rows: Int { get }
  /// Columns of the inputs.
  var inputColumns: Int { get }
  /// Columns of the targets, or the number of classes.
  var targetShape: TargetShape { get }
  /// Whether rows have weights (``Dataset/weights``); false by default.
  var hasWeights: Bool { get }
  /// Names of columns and classes; none by default.
  var names: Names { get }

  /// Writes the rows of the given indices, one after another, to those parts of a batch that are not nil.
  ///
  /// Called from several threads at once, in any order of rows, and more than once for a row, which has to be the same
  /// each time. It need not allocate, and a training step allocates only what it does.
  ///
  /// - Parameters:
  ///   - rows: indices from 0, each below ``rows``: as many as `batch` has rows.
  ///   - batch: in the user's units, not initialised.
  /// - Throws: ``RowSourceError`` if a row cannot be read; the training ends with it.
  func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError)

  /// Tells that a range of rows will be read soon, in any order, so that a file can be fetched meanwhile; by default
  /// nothing.
  func willRead(_ rows: Range<Int>)
}

extension RowSource {
  public func willRead(_ rows: Range<Int>) {}
  public var hasWeights: Bool { false }
  public var names: Names { Names() }
}

/// What the targets of a ``RowSource`` are.
public enum TargetShape: Sendable, Equatable {
  /// Numbers: [rows × columns]
  case values(columns: Int)
  /// The index of each row's class, 0 ..< count: [rows]
  case classes(count: Int)

  /// Outputs that a network for them has.
  public var outputs: Int {
    switch self {
    case .values(let columns): columns
    case .classes(let count): count
    }
  }

  /// What a network learns from them.
  public var task: LearningTask {
    switch self {
    case .values: .regression
    case .classes: .classification
    }
  }
}

extension TargetShape {
  /// - Throws: ``RowSourceError`` for the first of some rows whose class is none of them.
  func check(_ classes: UnsafePointer<Int32>, _ rows: UnsafeBufferPointer<Int>) throws(RowSourceError) {
    let count = outputs
    for place in 0..<rows.count where classes[place] < 0 || Int(classes[place]) >= count {
      throw RowSourceError("row \(rows[place] + 1): class \(classes[place]) outside 0 ..< \(count)")
    }
  }
}

/// Places for some rows of a ``RowSource``, in memory that the engine owns. A part that nobody asks for is nil.
public struct RowBatch<Element: Scalar> {
  /// Rows to write.
  public let rows: Int
  /// [rows × ``RowSource/inputColumns``]
  public let inputs: MutableMatrixView<Element>?
  /// [rows × columns]; nil too where the targets are classes.
  public let values: MutableMatrixView<Element>?
  /// The index of each row's class: [rows]; nil too where the targets are numbers.
  public let classes: UnsafeMutablePointer<Int32>?
  /// [rows]; nil too where rows have no weights.
  public let weights: UnsafeMutablePointer<Element>?

  /// A batch in memory of one's own, for calling ``RowSource/read(_:into:)``. Traps unless matrices have `rows` rows.
  public init(
    rows: Int, inputs: MutableMatrixView<Element>? = nil, values: MutableMatrixView<Element>? = nil,
    classes: UnsafeMutablePointer<Int32>? = nil, weights: UnsafeMutablePointer<Element>? = nil
  ) {
    require(
      (inputs?.rows ?? rows) == rows && (values?.rows ?? rows) == rows,
      "RowBatch: \(inputs?.rows ?? rows) rows of inputs and \(values?.rows ?? rows) of targets for \(rows) rows")
    self.rows = rows
    self.inputs = inputs
    self.values = values
    self.classes = classes
    self.weights = weights
  }

  /// Rows from `start` on as a batch of their own.
  func slice(_ start: Int, rows: Int) -> RowBatch {
    RowBatch(
      rows: rows, inputs: inputs.map { $0.slice(row: start, rows: rows, columns: $0.columns) },
      values: values.map { $0.slice(row: start, rows: rows, columns: $0.columns) },
      classes: classes.map { $0 + start }, weights: weights.map { $0 + start })
  }
}

/// Why rows cannot be read from a ``RowSource``.
public struct RowSourceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason, with the path of a file.
  public let description: String
  /// - Parameter description: the reason, with the path of a file.
  public init(_ description: String) { self.description = description }
}
