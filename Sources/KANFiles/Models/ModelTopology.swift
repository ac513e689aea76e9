import KAN

/// What a model file says in JSON under `network` in its metadata; the numbers themselves are tensors beside it.
///
///     layers.I.weight       W: [in × K × out]        layers.I.bias      b: [out]
///     layers.I.basis.NAME   arrays of the basis, such as knots
///     scaling.inputs        shift and factor: [2 × in]
///     scaling.outputs       shift and factor: [2 × out]
///     training.moments.J    what the optimiser remembers: [parameters]
///     training.parameters   the last ones, where the network has the best: [parameters]
struct ModelTopology: Codable, Equatable {
  static let format = "swift-kan"
  /// Of a model with the objective of its task, and of one with another, which programs that know none would take for
  /// that.
  static let version = "1"
  static let versionWithObjective = "2"

  var task: LearningTask
  /// Missing where it is the task's own.
  var objective: ObjectiveDescription? = nil
  var layers: [LayerTopology]
  var names: Names
  var record: TrainingRecord?
  var state: State?
  /// Missing in files of earlier releases.
  var scalings: Scalings?

  struct LayerTopology: Codable, Equatable {
    var basis: String
    var inputs: Int
    var outputs: Int
    var activation: Activation
    var settings: [String: String]
    /// Names of the basis's arrays.
    var arrays: [String]
  }

  /// Where the scalings come from, which decides whether a later training sets them.
  struct Scalings: Codable, Equatable {
    var inputs: ScalingOrigin
    var outputs: ScalingOrigin
  }

  struct State: Codable, Equatable {
    var epochsDone: Int
    var optimizerSteps: Int
    var moments: Int
    var bestEpoch: Int
    /// Missing where nothing has been judged yet.
    var bestLoss: Double?
    /// Of an epoch that was broken off: its steps done, and the sum of their losses over rows.
    var stepsDone: Int?
    var lossSum: Double?

    var isPlausible: Bool {
      (0...1_000_000_000).contains(epochsDone) && (0...epochsDone).contains(bestEpoch)
        && (0...Int.max / 2).contains(optimizerSteps) && (0...200).contains(moments)
        && (0...1_000_000_000).contains(stepsDone ?? 0) && (lossSum ?? 0).isFinite
    }
  }
}
