import ArgumentParser
import KAN
import KANFiles

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network and save it.",
    discussion: """
      EXAMPLES
        kan train houses.csv --target price --hidden 8 --save houses.safetensors
        kan train iris.csv --hidden 5 --epochs 100 --json
        kan train /usr/share/datasets/fashion-mnist --hidden 64 --epochs 5 --save fashion.safetensors
        kan train x.npy --target y.npy --edge linear --hidden 64,64 --precision double

      An interrupted training (Ctrl-C) is saved; the same command with --resume goes on where it stopped.
      """)

  @OptionGroup var data: DataArguments
  @OptionGroup var threads: ThreadArguments

  @Option(help: "regression or classification (default: classification for text or images).")
  var task: Task?
  @Option(help: "Data to judge the network by; without it some rows are held out.", completion: .file())
  var test: String?
  @Option(help: "Fraction of the rows held out for the test.")
  var holdout = 0.2
  @Option(help: "Widths of hidden layers, 64,32 for example (default: none, one layer).")
  var hidden: Widths?
  @Option(help: "Functions on the edges; linear makes a multilayer perceptron.")
  var edge = Edge.spline
  @Option(help: "Activation of hidden layers (default: identity, and silu for linear edges).")
  var activation: Activation?
  @Option(help: "Intervals of the grid (spline, gaussian).")
  var grid = 5
  @Option(help: "Degree of the splines, 1 to 5, or of the polynomials (chebyshev).")
  var degree = 3
  @Option(help: "Optimiser.")
  var optimizer = OptimizerName.adam
  @Option(
    help: """
      Largest learning rate (default: 0.5 over the widest layer's inputs, but 0.001 to 0.05, and for linear edges \
      0.003 to 0.02).
      """)
  var learningRate: Double?
  @Option(help: "How the rate goes over the steps.")
  var schedule = Schedule.oneCycle
  @Option(help: "How strongly parameters are pulled to 0.")
  var weightDecay = 0.0
  @Option(help: "Rows of a step.")
  var batch = 256
  @Option(help: "Times that all rows are gone through.")
  var epochs = 20
  @Option(help: "Stop after this many epochs that do not get better on a tenth of the rows, and keep the best.")
  var patience: Int?
  @Option(help: "Decides the start, the order of rows and the rows held out.")
  var seed: UInt64 = 0
  @Option(help: "Precision to compute in.")
  var precision = Precision.float
  @Option(help: "File for the model.", completion: .file(extensions: ["safetensors"]))
  var save: String?
  @Flag(help: "Go on with the training of the model that --save names.")
  var resume = false
  @Option(help: "File for a line of JSON for each epoch.", completion: .file(extensions: ["jsonl"]))
  var log: String?
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    try require(holdout > 0 && holdout < 1, "--holdout has to be between 0 and 1")
    try require((1...100_000).contains(grid), "--grid has to be 1 to 100000")
    try require(
      edge == .chebyshev ? (1...1000).contains(degree) : (1...5).contains(degree),
      "--degree has to be 1 to \(edge == .chebyshev ? 1000 : 5)")
    try require(learningRate.map { $0 > 0 && $0.isFinite } ?? true, "--learning-rate has to be positive")
    try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay must not be negative")
    try require((1...1 << 30).contains(batch), "--batch has to be at least 1")
    try require((0...1_000_000_000).contains(epochs), "--epochs must not be negative")
    try require(patience.map { $0 > 0 } ?? true, "--patience has to be at least 1")
    try require(!resume || save != nil, "--resume needs --save, which names the model to go on with")
  }

  func run() throws {
    switch precision {
    case .float: try train(Float.self)
    case .double: try train(Double.self)
    }
  }
}
