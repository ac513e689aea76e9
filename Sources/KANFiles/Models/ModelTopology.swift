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
  static let version = "1"

  var task: LearningTask
  var layers: [LayerTopology]
  var names: Names
  var record: TrainingRecord?
  var state: State?

  struct LayerTopology: Codable, Equatable {
    var basis: String
    var inputs: Int
    var outputs: Int
    var activation: Activation
    var settings: [String: String]
    /// Names of the basis's arrays.
    var arrays: [String]
  }

  struct State: Codable, Equatable {
    var epochsDone: Int
    var optimizerSteps: Int
    var moments: Int
    var bestEpoch: Int
    /// Missing where nothing has been judged yet.
    var bestLoss: Double?
  }
}
