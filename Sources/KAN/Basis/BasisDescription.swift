/// A basis as a model file holds it: its kind, plain settings, and arrays such as knots.
///
/// ``Basis/init(_:)`` reads it with ``integer(_:in:)``, ``choice(_:_:)``, ``range(_:)`` and ``array(_:rows:columns:)``,
/// which throw an error that names the setting.
public struct BasisDescription<Element: Scalar>: Sendable, Equatable {
  /// ``Basis/kind`` of the type that made it.
  public var kind: String
  /// Inputs of the layer.
  public var inputs: Int
  /// Numbers and names as text.
  public var settings: [String: String]
  /// Matrices by name, such as knots: [inputs × knots].
  public var arrays: [String: Matrix<Element>]

  /// A description from its parts; nothing is checked before ``Basis/init(_:)`` reads it.
  ///
  /// - Parameters:
  ///   - kind: ``Basis/kind`` of the type.
  ///   - inputs: inputs of the layer.
  public init(
    kind: String, inputs: Int, settings: [String: String] = [:], arrays: [String: Matrix<Element>] = [:]
  ) {
    self.kind = kind
    self.inputs = inputs
    self.settings = settings
    self.arrays = arrays
  }

  /// The whole number that `settings` holds under a name.
  /// - Throws: ``BasisError`` where it is missing, no number or out of range.
  public func integer(_ name: String, in range: ClosedRange<Int>) throws(BasisError) -> Int {
    guard let text = settings[name], let value = Int(text), range.contains(value) else {
      throw BasisError(
        "\(kind): setting \"\(name)\" has to be a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// The case of an enumeration that `settings` holds under a name.
  /// - Throws: ``BasisError`` where it is missing or not one of the cases.
  public func choice<Choice: RawRepresentable<String>>(_ name: String, _: Choice.Type) throws(BasisError) -> Choice {
    guard let text = settings[name], let value = Choice(rawValue: text) else {
      throw BasisError("\(kind): setting \"\(name)\" is missing or unknown")
    }
    return value
  }

  /// The matrix that `arrays` holds under a name.
  /// - Parameter columns: its columns; nil for any number.
  /// - Throws: ``BasisError`` where it is missing, of another shape, or not finite.
  public func array(_ name: String, rows: Int, columns: Int? = nil) throws(BasisError) -> Matrix<Element> {
    guard let array = arrays[name], array.rows == rows else {
      throw BasisError("\(kind): array \"\(name)\" is missing or does not have \(rows) rows")
    }
    if let columns, array.columns != columns {
      throw BasisError("\(kind): array \"\(name)\" has \(array.columns) columns, not \(columns)")
    }
    guard Element.Kernels.firstNonFinite(array.elements.count, array.elements.pointer) < 0 else {
      throw BasisError("\(kind): array \"\(name)\" is not finite")
    }
    return array
  }

  /// The range that `arrays` holds under a name: [1 × 2].
  /// - Throws: ``BasisError`` where it is missing, of another shape, not finite or without a finite width.
  public func range(_ name: String) throws(BasisError) -> ClosedRange<Element> {
    let ends = try array(name, rows: 1, columns: 2)
    guard ends[0, 0] < ends[0, 1], (ends[0, 1] - ends[0, 0]).isFinite else {
      throw BasisError("\(kind): array \"\(name)\" does not hold two rising ends")
    }
    return ends[0, 0]...ends[0, 1]
  }

  /// A range in the form that ``range(_:)`` reads.
  public static func array(of range: ClosedRange<Element>) -> Matrix<Element> {
    Matrix(rows: 1, columns: 2, elements: [range.lowerBound, range.upperBound])
  }

  /// The description with its arrays in another precision.
  public func converted<Other: Scalar>(to _: Other.Type) -> BasisDescription<Other> {
    BasisDescription<Other>(
      kind: kind, inputs: inputs, settings: settings,
      arrays: arrays.mapValues { array in
        Matrix(rows: array.rows, columns: array.columns, elements: AlignedArray(array.elements.map { Other($0) }))
      })
  }
}

/// Why a basis cannot be made: knots that fall, a degree out of range, an incomplete description. Messages count inputs
/// and layers from 1.
public struct BasisError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason in words.
  public let description: String
  /// An error with its reason: lower case, without a full stop, such as `"input 2: the knots fall"`.
  public init(_ description: String) { self.description = description }
}
