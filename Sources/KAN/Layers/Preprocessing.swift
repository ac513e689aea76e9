/// What lies between a user's columns and the layers: scalings, names, and what the outputs mean.
public struct Preprocessing<Element: Scalar>: Sendable {
  public package(set) var task: LearningTask = .regression
  /// Takes inputs to the grids.
  public package(set) var inputScaling: Scaling<Element>
  /// Takes targets to unit spread.
  public package(set) var outputScaling: Scaling<Element>
  /// Whether the scalings have been set, by ``Network/setRanges(inputs:targets:)`` or from data, so that no training sets
  /// them again.
  var hasInputScaling = false
  var hasOutputScaling = false
  /// Names of columns and classes, where the data has them.
  public package(set) var names = Names()

  /// Leaves columns as they are.
  init(inputs: Int, outputs: Int) {
    inputScaling = Scaling(identity: inputs)
    outputScaling = Scaling(identity: outputs)
  }
}

/// What a network's outputs mean.
public enum LearningTask: String, Sendable, Codable {
  /// Numbers in the targets' units.
  case regression
  /// Logits, one for each class.
  case classification
}

/// Names that came with the data.
public struct Names: Sendable, Equatable, Codable {
  public var inputs: [String] = []
  public var targets: [String] = []
  /// Empty unless the task is a classification.
  public var classes: [String] = []

  public init(inputs: [String] = [], targets: [String] = [], classes: [String] = []) {
    self.inputs = inputs
    self.targets = targets
    self.classes = classes
  }
}
