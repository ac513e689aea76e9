import KAN

/// The JSON under `network` in a model file's metadata; the numbers are tensors:
///
///     layers.I.weight       W: [in × K × sums]       layers.I.bias      b: [sums]
///     layers.I.edges        of a pruned layer, 1 for edges that are left, else 0: [in × sums]
///     layers.I.basis.NAME   arrays of the basis, such as knots
///     scaling.inputs        shift and factor: [2 × in]
///     scaling.outputs       shift and factor: [2 × out]
///     intervals.means       m: [q]                    intervals.triangle U by rows: [q·(q + 1)/2]
///     intervals.scores      of rows held out: [out × scores], with the other two in double precision
///     columns.bins          of each input: bins, and 1 for categories, else 0: [in × 2]
///     columns.edges         between the bins of numbers, input by input; columns.counts  rows of all bins
///     training.moments.J    what the optimiser remembers: [parameters]
///     training.parameters   the last ones, where the network has the best: [parameters]
///     training.epoch.parameters, .moments.J   where the unfinished epoch began, if it may begin again: [parameters]
///     training.numbers.NAME             what else the method remembers, in double precision
///     training.networks.NAME.…          networks that it remembers: layers.I.ARRAY and parameters
///     training.grid.losses, .network.…  losses by row on the grid kept so far, and the network on it
struct ModelTopology: Codable, Equatable {
  static let format = "swift-kan"
  /// The version of models with their task's default objective, and of models with another, which readers that ignore
  /// objectives would misinterpret.
  static let version = "1"
  static let versionWithObjective = "2"
  /// The version of models whose inputs or targets are not a table's own numbers.
  static let versionWithEncoding = "3"
  /// The version of models with pruned layers, whose removed edges readers that ignore them would train again.
  static let versionWithEdges = "4"
  /// All that are read, the newest last.
  static let versions = [version, versionWithObjective, versionWithEncoding, versionWithEdges]

  var task: LearningTask
  /// Missing for the task's default.
  var objective: ObjectiveDescription? = nil
  var layers: [LayerTopology]
  var names: Names
  var record: TrainingRecord?
  var state: State?
  /// Missing in files of earlier releases.
  var scalings: Scalings?
  /// What became of a table's columns.
  var encoding: TableEncoding? = nil
  /// Missing without monotone inputs. Readers that ignore it predict the same, and do not keep to it in a training.
  var monotone: [Int: Monotonicity]?
  /// Missing without any. What a program that resumes the training compares; readers pass it on.
  var terms: [String: String]? = nil
  /// Missing without intervals. Readers that ignore it predict the same.
  var intervals: Intervals? = nil
  /// Missing but for an unfinished automatic training.
  var automatic: [AutomaticPart]? = nil

  struct LayerTopology: Codable, Equatable {
    var basis: String
    var inputs: Int
    var outputs: Int
    /// The node function if it is an activation.
    var activation: Activation?
    /// Any other node function.
    var node: NodeTopology?
    var settings: [String: String]
    /// Names of the basis's arrays.
    var arrays: [String]
  }

  struct NodeTopology: Codable, Equatable {
    var kind: String
    var settings: [String: String]
  }

  /// The origins of the scalings, which decide whether a later training sets them.
  struct Scalings: Codable, Equatable {
    var inputs: ScalingOrigin
    var outputs: ScalingOrigin
  }

  /// A basis of a layer at some moment of a training.
  struct BasisTopology: Codable, Equatable {
    var kind: String
    var inputs: Int
    var settings: [String: String]
    /// Names of its arrays, and their shapes.
    var arrays: [String: [Int]]
  }

  /// What intervals around predictions are made of, beside the tensors.
  struct Intervals: Codable, Equatable {
    /// The last layer's functions in the covariance: [q]
    var functions: [Int]
    /// Rows of the covariance, and rows held out.
    var rows: Double
    var heldOut: Int
    /// [out]
    var variances: [Double]
  }

  struct State: Codable, Equatable {
    var epochsDone: Int
    var optimizerSteps: Int
    var moments: Int
    var bestEpoch: Int
    /// Missing before the first evaluation.
    var bestLoss: Double?
    /// For an interrupted epoch: the steps done, and the sum over rows of their losses.
    var stepsDone: Int?
    var lossSum: Double?
    /// ``TrainingState/rateFactor``, unless it is 1.
    var rateFactor: Double?
    /// ``TrainingState/startLoss``
    var startLoss: Double?
    /// ``TrainingState/epochStart``: the optimiser's steps before it, and how many moments it then had.
    var epochStart: EpochStart?
    /// Names of the numbers and networks that the method remembers.
    var numbers: [String]?
    var networks: [String: [BasisTopology]]?
    /// Of a training on several grids in turn: G of the present one, whether one has been kept so far, and its layers.
    var grid: Int?
    var keptGrid: [BasisTopology]?

    struct EpochStart: Codable, Equatable {
      var optimizerSteps: Int
      var moments: Int
    }

    var isPlausible: Bool {
      (0...1_000_000_000).contains(epochsDone) && (0...epochsDone).contains(bestEpoch)
        && (0...Int.max / 2).contains(optimizerSteps) && (0...200).contains(moments)
        && (0...1_000_000_000).contains(stepsDone ?? 0) && (lossSum ?? 0).isFinite
        && (0...Int.max / 2).contains(epochStart?.optimizerSteps ?? 0) && (0...200).contains(epochStart?.moments ?? 0)
        && (rateFactor.map { $0 > 0 && $0 <= 1 } ?? true) && (startLoss ?? 0).isFinite
        && (1...1_000_000_000).contains(grid ?? 1) && (numbers?.count ?? 0) <= 100 && (networks?.count ?? 0) <= 100
    }
  }
}
