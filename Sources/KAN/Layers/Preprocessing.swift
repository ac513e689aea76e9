/// What lies between a user's columns and the layers: scalings, names, and what the outputs mean.
public struct Preprocessing<Element: Scalar>: Sendable {
  /// What the outputs mean.
  public package(set) var task: LearningTask = .regression
  /// The objective of training, where it is not the task's own.
  package var chosenObjective: (any Objective)?
  /// Takes inputs to the grids.
  public package(set) var inputScaling: Scaling<Element>
  /// Takes targets to unit spread.
  public package(set) var outputScaling: Scaling<Element>
  package var inputScalingOrigin = ScalingOrigin.none
  package var outputScalingOrigin = ScalingOrigin.none
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
