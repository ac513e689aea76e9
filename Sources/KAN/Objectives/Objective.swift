/// The function that training minimises: the mean over rows of a loss of each row's outputs and targets.
///
///     L = Σᵣ wᵣ·Lᵣ(yᵣ, tᵣ) / rows
///
/// An objective is a value with settings, chosen by ``TrainingOptions/objective`` and stored with the network. It
/// defines the valid targets, how outputs become predictions, and the loss and its gradient by the outputs. If the loss
/// of a row is a mean over its outputs, conform to ``PointwiseObjective`` instead, which needs only a function of two
/// numbers and works with ``LevenbergMarquardt`` too.
///
/// - Note: Y is the last layer's output, before ``link``. Y and T are in units of the targets' spread if
///   ``scalesTargets`` is true.
public protocol Objective: Sendable {
  /// The name in model files and for `kan train --loss`; unique.
  static var name: String { get }
  /// The numbers from which a model file recreates this objective; none by default.
  var settings: [String: Double] { get }
  /// The inverse of `settings`.
  init(_ description: ObjectiveDescription) throws(ObjectiveError)

  /// The valid targets; any numbers by default.
  var targetDomain: TargetDomain { get }
  /// The map from outputs to predictions; the identity by default.
  var link: OutputLink { get }
  /// Whether the first training scales targets to mean 0 and standard deviation 1, which predictions undo.
  ///
  /// If true, there must be as many outputs as targets, and `link` must be the identity.
  var scalesTargets: Bool { get }
  /// The best constant output for targets of the given mean. The first training starts from it: it becomes the bias of
  /// a last layer whose biases are all 0. Not used if targets are scaled; 0 by default.
  func startingOutput(meanTarget: Double) -> Double
  /// The outputs that a network needs for `count` target columns or classes; as many by default.
  func outputs(forTargets count: Int) -> Int
  /// q if predictions estimate the q-quantile of their target; ``Evaluation/coverage`` should then be about q. Nil by
  /// default.
  var predictedQuantile: Double? { get }

  /// A tile's contribution to the mean loss of its batch, Σᵣ wᵣ·Lᵣ / tile.total, and with `gradient` its derivative by
  /// each output.
  ///
  /// The engine calls this for tiles of 128 rows and adds their contributions in order, so that results are
  /// bit-identical for any number of threads. It must not allocate.
  ///
  /// - Parameter gradient: dY: [rows × out], to be written in full; nil if only the loss is needed
  func loss<Element: Scalar>(of tile: ObjectiveTile<Element>, gradient: MutableMatrixView<Element>?) -> Double

  /// Lᵣ of each row of a tile, without its weight: [rows]. By default ``loss(of:gradient:)`` of one row at a time.
  func writeRowLosses<Element: Scalar>(of tile: ObjectiveTile<Element>, to losses: UnsafeMutablePointer<Double>)
}

extension Objective {
  public var settings: [String: Double] { [:] }
  public var targetDomain: TargetDomain { .numbers }
  public var link: OutputLink { .identity }
  public var predictedQuantile: Double? { nil }

  public func startingOutput(meanTarget: Double) -> Double { 0 }
  public func outputs(forTargets count: Int) -> Int { count }

  public func writeRowLosses<Element: Scalar>(
    of tile: ObjectiveTile<Element>, to losses: UnsafeMutablePointer<Double>
  ) {
    for row in 0..<tile.rows { losses[row] = loss(of: tile.row(row), gradient: nil) }
  }
}

/// An objective as a model file holds it: its name and settings.
public struct ObjectiveDescription: Sendable, Equatable, Codable {
  /// ``Objective/name`` of its type.
  public var name: String
  /// ``Objective/settings``, such as `quantile` for ``QuantileLoss``.
  public var settings: [String: Double]

  /// A description from its parts; nothing is checked before ``Objective/init(_:)`` reads it.
  public init(name: String, settings: [String: Double] = [:]) {
    self.name = name
    self.settings = settings
  }

  /// The name and settings of an objective.
  public init(_ objective: any Objective) {
    self.init(name: type(of: objective).name, settings: objective.settings)
  }

  /// A required setting that satisfies a condition.
  ///
  /// - Throws: ``ObjectiveError`` that names the setting.
  public func setting(
    _ key: String, _ requirement: String, where isValid: (Double) -> Bool
  ) throws(ObjectiveError) -> Double {
    guard let value = settings[key], value.isFinite, isValid(value) else {
      throw ObjectiveError("\(name): setting \"\(key)\" has to be \(requirement)")
    }
    return value
  }
}

extension ObjectiveDescription: CustomStringConvertible {
  /// The name and settings, such as `mse` or `quantile (quantile 0.9)`.
  public var description: String {
    if settings.isEmpty { return name }
    return "\(name) (" + settings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
      + ")"
  }
}

/// Why an objective cannot be made: an unknown name, a setting that is missing or out of range.
public struct ObjectiveError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The reason in words.
  public let description: String
  /// An error with its reason: lower case, without a full stop.
  public init(_ description: String) { self.description = description }
}
