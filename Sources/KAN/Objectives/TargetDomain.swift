/// The targets that an ``Objective`` takes.
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

  /// Numbers with a property.
  ///
  /// - Parameter requirement: in words, as in "positive numbers"
  public static func numbers(
    _ requirement: String, where contains: @escaping @Sendable (Double) -> Bool
  ) -> TargetDomain {
    TargetDomain(requirement, .numbers, where: contains)
  }

  /// Any finite number.
  public static let numbers = numbers("numbers") { $0.isFinite }
  /// From 0 on, whole or not: a rate is a mean of counts.
  public static let counts = numbers("counts, which are not negative") { $0 >= 0 && $0.isFinite }
  /// 0 or 1.
  public static let binary = TargetDomain("targets of 0 and 1", .binary) { $0 == 0 || $0 == 1 }
  /// The index of a class.
  public static let classes = TargetDomain("classes", .classes) { $0 >= 0 }

  public var task: LearningTask { kind == .classes ? .classification : .regression }

  /// The first element of a matrix that is no such target; rows and columns from 0.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func firstViolation<Element: Scalar>(in values: MatrixView<Element>) -> (row: Int, column: Int)? {
    for row in 0..<values.rows {
      for column in 0..<values.columns where !contains(Double(values[row, column])) { return (row, column) }
    }
    return nil
  }
}
