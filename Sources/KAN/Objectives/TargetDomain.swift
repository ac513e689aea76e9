/// The valid targets of an ``Objective``.
public struct TargetDomain: Sendable {
  /// In words, to follow "takes": `numbers`, `counts that are not negative`.
  public let requirement: String
  let kind: Kind
  private let contains: @Sendable (Double) -> Bool

  enum Kind: Sendable { case numbers, binary, classes }

  private init(_ requirement: String, _ kind: Kind, where contains: @escaping @Sendable (Double) -> Bool) {
    self.requirement = requirement
    self.kind = kind
    self.contains = contains
  }

  /// Numbers that satisfy a condition.
  ///
  /// - Parameter requirement: in words, as in "positive numbers"
  public static func numbers(
    _ requirement: String, where contains: @escaping @Sendable (Double) -> Bool
  ) -> TargetDomain {
    TargetDomain(requirement, .numbers, where: contains)
  }

  /// Any finite number.
  public static let numbers = numbers("numbers") { $0.isFinite }
  /// Finite numbers from 0 on, whole or not: a rate is a mean of counts.
  public static let counts = numbers("counts, which are not negative") { $0 >= 0 && $0.isFinite }
  /// 0 or 1.
  public static let binary = TargetDomain("targets of 0 and 1", .binary) { $0 == 0 || $0 == 1 }
  /// The index of a class.
  public static let classes = TargetDomain("classes", .classes) { $0 >= 0 }

  /// A classification for classes; a regression for numbers, targets of 0 and 1 included.
  public var task: LearningTask { kind == .classes ? .classification : .regression }

  /// The first invalid element of a matrix; rows and columns from 0.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func firstViolation<Element: Scalar>(in values: MatrixView<Element>) -> (row: Int, column: Int)? {
    for row in 0..<values.rows {
      for column in 0..<values.columns where !contains(Double(values[row, column])) { return (row, column) }
    }
    return nil
  }
}
