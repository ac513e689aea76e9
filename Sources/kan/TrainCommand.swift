import ArgumentParser
import KAN
import KANFiles

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network and save it.",
    discussion: """
      EXAMPLES
        kan train houses.csv
        kan train houses.csv --target price --ignore street --save houses.safetensors
        kan train houses.csv --target price --auto best --json
        kan train visits.csv --loss poisson
        kan train rents.csv --loss quantile --quantile 0.9 --save upper.safetensors
        kan train iris.csv --hidden 5 --epochs 100 --save iris.safetensors
        kan train new.csv --start iris.safetensors --save iris.safetensors
        kan train /usr/share/datasets/fashion-mnist --hidden 64 --json
        kan train x.npy --target y.npy --test u.npy --test-target v.npy
        kan train smooth.csv --hidden 1 --optimizer lm --precision double

      A table may hold numbers, texts, times, and gaps. Texts become categories, gaps are learned as such, and columns \
      that can tell nothing are left out, which is said. Predictions treat other tables alike.

      Without options that describe layers or a training, the data choose both: straight lines, additive splines and \
      small networks are fitted with some rows left out, weighed by how they predict these, and become one network. \
      The defaults below are those of a network that is described.

      With --save, a checkpoint is written every --checkpoint-every seconds, and when the training is interrupted \
      (Ctrl-C, SIGTERM or SIGHUP; a second one ends it at once). The same command with --resume goes on from there, to \
      the bit as if it had not stopped, also after a crash; with more --epochs it goes on after the end. A training that \
      diverges is saved as it was after its last good epoch, and may go on with a smaller --learning-rate.
      """)

  @OptionGroup var data: DataArguments
  @OptionGroup var columns: ColumnArguments

  @Option(help: "regression or classification (default: classification for text or images).")
  var task: LearningTask?
  @OptionGroup var objectives: ObjectiveArguments
  @Option(
    help: """
      How layers and training are chosen by the data: fast takes about a second for 10,000 rows, best up to ten \
      (default: fast, and off once layers or a training are described).
      """)
  var auto: AutomaticChoice?
  @Option(
    help: "Data to judge the network by; without it, the test part of images, or rows that are held out.",
    completion: .file())
  var test: String?
  @Option(help: "y.npy for a --test that is an array.", completion: .file(extensions: ["npy"]))
  var testTarget: String?
  @Option(parsing: .unconditional, help: "Fraction of the rows held out for the test (default: 0.2).")
  var holdout: Double?
  @Option(
    parsing: .unconditional,
    help: """
      Widths of hidden layers, 64,32 for example (default: none, one layer); 3+2 is three sums and two products of \
      two sums each.
      """,
    transform: parseWidths)
  var hidden: [HiddenWidth] = []
  @Option(
    name: .customLong("edge"), help: "Functions on the edges; linear makes a multilayer perceptron (default: spline).")
  var givenEdge: Edge?
  @Option(help: "Activation of the sums of hidden layers (default: identity, and silu for linear edges).")
  var activation: Activation?
  @Option(
    parsing: .unconditional,
    help: """
      Intervals of the grid (\(Edge.names { $0.grids != nil }); default: 5, or with --auto by the number of rows).
      """)
  var grid: Int?
  @Option(
    name: .customLong("degree"), parsing: .unconditional,
    help: """
      Degree of splines, 1 to 5, or of polynomials, or order of harmonics (\(Edge.names { $0.degrees != nil }); \
      default: 3).
      """)
  var givenDegree: Int?
  @Option(
    parsing: .unconditional,
    help: """
      Grids to train on in turn, 5,10,20 for example, with --epochs on each; a finer one is kept if it fits \
      significantly better.
      """,
    transform: parseGrids)
  var extend: [Int] = []
  @Option(
    name: .customLong("optimizer"),
    help: """
      Optimiser (default: adam). lbfgs and lm take all rows at every iteration, which counts as an epoch, and need no \
      rate, schedule or batch; lm (Levenberg-Marquardt) is for regressions with up to some thousands of parameters, \
      and the one for accuracy, with --precision double and --extend; it takes any --loss but cross-entropy.
      """)
  var givenOptimizer: OptimizerName?
  @Option(
    parsing: .unconditional,
    help: """
      Largest learning rate (default: 0.5 over the widest layer's inputs, but 0.001 to 0.05, and for linear edges \
      0.003 to 0.02).
      """)
  var learningRate: Double?
  @Option(name: .customLong("schedule"), help: "Learning-rate schedule (default: one-cycle).")
  var givenSchedule: Schedule?
  @Option(
    name: .customLong("weight-decay"), parsing: .unconditional,
    help: "Strength of weight decay, which pulls parameters to 0 (default: 0).")
  var givenWeightDecay: Double?
  @Option(
    parsing: .unconditional,
    help: """
      Strength of a penalty on every edge, 0.03 for example, which pulls those to 0 that do not matter, so that kan \
      prune can remove them (adam, sgd, lbfgs; default: 0).
      """)
  var sparsity: Double?
  @Option(
    parsing: .unconditional,
    help:
      "Strength of a penalty on the entropy of edges, which favours few strong ones over many weak ones (default: 0)."
  )
  var entropy: Double?
  @Option(
    parsing: .unconditional,
    help: """
      Strength of a penalty on the roughness of curves in training, 0.01 for example: on second differences of the \
      coefficients of layers on a grid (adam, sgd, lbfgs; default: 0).
      """)
  var roughness: Double?
  @Option(name: .customLong("batch"), parsing: .unconditional, help: "Rows of a batch (default: 256).")
  var givenBatch: Int?
  @Option(name: .customLong("epochs"), parsing: .unconditional, help: "Passes over all rows (default: 20).")
  var givenEpochs: Int?
  @Option(
    parsing: .unconditional,
    help: "Stop after this many epochs without improvement on a tenth of the rows, and keep the best.")
  var patience: Int?
  @Option(
    help: """
      What a missing cell of a table is: fit learns what it means, and leaves out rows without a target; error ends with \
      its row and column.
      """)
  var missing = MissingCells.fit
  @Option(
    parsing: .unconditional,
    help: """
      Networks whose outputs are averaged, trained from different seeds, saved as one network; without a description of \
      layers or training, random starts of each part.
      """)
  var ensemble: Int?
  @Option(
    help: """
      Weights of classes: balanced makes every class count the same, whatever its rows; it multiplies --weights.
      """)
  var classWeight = ClassWeight.none
  @Option(
    name: .customLong("init"),
    help: "Initial coefficients; least-squares fits the last layer, or the only one, to the data (regression).")
  var givenInitialization: Initialization?
  @Option(
    name: .customLong("smoothness"),
    help: """
      Smoothing of --init least-squares: auto, or a number from 0 (none) on for all functions alike (default: auto).
      """)
  var givenSmoothness: Smoothing?
  @Option(
    help: """
      Knots of the first layer: data puts them at quantiles, in a described network only where evenly spaced ones \
      would leave intervals nearly empty; even never does (default: data).
      """)
  var knots: Knots?
  @Option(
    parsing: .unconditional,
    help: "LOW,HIGH of all inputs, or of each, that the first layer's grid covers (default: those of the data).",
    transform: parseRanges)
  var range: [ClosedRange<Double>] = []
  @Option(
    help: "Start from this model, with its layers and units; --hidden, --edge, --grid and the like are not used.",
    completion: .file(extensions: ["safetensors"]))
  var start: String?
  @Option(
    help:
      "Columns that predictions are to follow in one direction, whatever the others are: price=-,size=+ (regression).",
    transform: parseDirections)
  var monotone: [Direction] = []
  @Flag(help: "Change only splines with data in their support, so that what was learned elsewhere stays unchanged.")
  var keepLearned = false
  @Option(
    parsing: .unconditional, help: "Seed of the start, the order of rows and the rows held out.", transform: parseSeed)
  var seed: UInt64 = 0
  @Option(help: "Precision to compute in.")
  var precision = Precision.float
  @Option(
    name: .customLong("contraction"),
    help: "How products with splines are formed; auto goes by a cost model (default: auto).")
  var givenContraction: Contraction?
  @OptionGroup var threads: ThreadArguments
  @OptionGroup var memory: MemoryArguments
  @Option(help: "File for the model.", completion: .file(extensions: ["safetensors"]))
  var save: String?
  @Option(
    name: .customLong("checkpoint-every"), parsing: .unconditional,
    help: ArgumentHelp(
      "Time between checkpoints, from which --resume goes on, in the file of --save (default: 30).",
      valueName: "seconds"))
  var givenCheckpointEvery: Double?
  @Flag(help: "Resume the training of the model that --save names, with the same data and options.")
  var resume = false
  @Option(
    name: .customLong("on-divergence"),
    help: """
      What follows numbers that are not finite: stop ends the training with its last good parameters, recover goes back \
      to them and on at half the rate (default: stop).
      """)
  var givenOnDivergence: DivergenceChoice?
  @Option(
    help: "File for a line of JSON for each epoch, or each kind of model that was tried.",
    completion: .file(extensions: ["jsonl"]))
  var log: String?
  @Option(help: "File for a page of pictures about the network and its test.", completion: .file(extensions: ["html"]))
  var report: String?
  @Flag(help: "Print the result as JSON.")
  var json = false

  var edge: Edge { givenEdge ?? .spline }
  var degree: Int { givenDegree ?? 3 }
  var optimizer: OptimizerName { givenOptimizer ?? .adam }
  var schedule: Schedule { givenSchedule ?? .oneCycle }
  var weightDecay: Double { givenWeightDecay ?? 0 }
  var batch: Int { givenBatch ?? 256 }
  var epochs: Int { givenEpochs ?? 20 }
  var initialization: Initialization { givenInitialization ?? .random }
  var smoothness: Smoothing { givenSmoothness ?? .auto }
  var contraction: Contraction { givenContraction ?? .auto }
  var onDivergence: DivergenceChoice { givenOnDivergence ?? .stop }
  var checkpointEvery: Double { givenCheckpointEvery ?? 30 }

  /// The grid that the network starts on.
  var firstGrid: Int { extend.first ?? grid ?? 5 }

  func run() throws {
    switch precision {
    case .float: try train(Float.self)
    case .double: try train(Double.self)
    }
  }

  /// The options given that describe layers or a training, which leave nothing to choose.
  var descriptions: [String] {
    let given: [(String, Bool)] = [
      ("--hidden", !hidden.isEmpty), ("--edge", givenEdge != nil), ("--activation", activation != nil),
      ("--degree", givenDegree != nil), ("--extend", !extend.isEmpty),
      ("--optimizer", givenOptimizer != nil), ("--learning-rate", learningRate != nil),
      ("--schedule", givenSchedule != nil), ("--weight-decay", givenWeightDecay != nil),
      ("--sparsity", sparsity != nil), ("--entropy", entropy != nil), ("--roughness", roughness != nil),
      ("--batch", givenBatch != nil), ("--epochs", givenEpochs != nil), ("--patience", patience != nil),
      ("--init", givenInitialization != nil), ("--range", !range.isEmpty), ("--start", start != nil),
      ("--keep-learned", keepLearned), ("--contraction", givenContraction != nil),
      ("--on-divergence", givenOnDivergence != nil), ("--smoothness", givenSmoothness != nil),
    ]
    return given.filter(\.1).map(\.0)
  }

  /// Whether the options describe layers or a training.
  var isDescribed: Bool { auto == .off || auto == nil && !descriptions.isEmpty }

  /// How much work the choice takes on; nil if layers and training are described, by options or by the model to resume.
  func effort() throws -> Effort? {
    switch auto {
    case .fast: return .fast
    case .best: return .best
    case .off: return nil
    case nil:
      if !descriptions.isEmpty { return nil }
      guard resume, let save, try !ModelFile(path: save).isAutomatic else { return .fast }
      if ensemble ?? 1 > 1 {
        throw ToolError.usage("\(save) is one network, so --resume cannot go on with --ensemble")
      }
      return nil
    }
  }
}
