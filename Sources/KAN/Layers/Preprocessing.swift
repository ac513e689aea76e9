/// The link between the data's columns and the layers: scalings, names and the task.
public struct Preprocessing<Element: Scalar>: Sendable {
  /// What the outputs mean.
  public package(set) var task: LearningTask = .regression
  /// The objective of training, if it is not the task's default.
  package var chosenObjective: (any Objective)?
  /// Maps inputs to the grids.
  public package(set) var inputScaling: Scaling<Element>
  /// Maps targets to unit spread.
  public package(set) var outputScaling: Scaling<Element>
  package var inputScalingOrigin = ScalingOrigin.none
  package var outputScalingOrigin = ScalingOrigin.none
  /// What became of a table's columns; nil if the network was trained on numbers as they are.
  public package(set) var encoding: TableEncoding?
  /// The inputs, from 0, that predictions follow in one direction; every training keeps to it.
  package var monotone: [Int: Monotonicity] = [:]
  /// What intervals around predictions are made of; only for the parameters that it was made with.
  package var intervals: IntervalCalibration?
  /// How the inputs of the training were distributed, for checkups; see ``Network/noteTrainingData(_:)``.
  package var distributions: [InputDistribution]?
  /// Names of columns and classes; empty lists if the data has none.
  public package(set) var names = Names()

  /// The identity.
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
