import ArgumentParser
import CPeak
import KAN
import KANBenchmarking

/// KAN against MLP: time of a forward pass and of a training step.
@main
struct ThroughputTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "throughput",
    abstract: "Time a KAN, an MLP of the same widths and one of the same number of parameters.",
    discussion: """
      A step is forward, mean squared error, and backward to the gradient of every parameter; no optimiser. Times are \
      medians over several rounds in which the networks take turns. The share of the peak is that of a step's products \
      in the rate of fused multiply-adds that this run measures on as many threads.

      EXAMPLES
        throughput
        throughput --widths 784,64,10 --batch 4096 --grid 5 --threads 2 --json
        throughput --widths 64,64,64 --batch 1024 --grid 5,10,20,50,100 --csv
        throughput --figures
        throughput --check-contraction
      """)

  @Option(help: "Widths of the KAN; without them, five shapes are timed.")
  var widths: Numbers?
  @Option(help: "Rows of a step.")
  var batch: Numbers?
  @Option(help: "Intervals of the grid.")
  var grid: Numbers?
  @Option(help: "Degree of the splines, 1 to 5.")
  var degree = 3
  @Option(help: "Threads (default: all cores).")
  var threads: Numbers?
  @Option(help: "How the KAN's products are formed: \(Choices.names).")
  var contraction = Choices(values: [.auto])
  @Option(
    help: "Activation of the MLPs' hidden layers: \(Activation.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: parseActivation)
  var activation = Activation.relu
  @Option(help: "Rounds in which the networks take turns.")
  var rounds = 10
  @Option(help: "Seconds of a network's turn, forward and step each.")
  var seconds = 0.05
  @Flag(help: "Time KANs alone.")
  var kanOnly = false
  @Flag(exclusivity: .exclusive, help: "Form of the result on standard output (default: a table).")
  var form: Form?
  @Flag(help: "Memory of a step, one row's latency, and the ratios between grids and between threads instead.")
  var figures = false
  @Flag(help: "Time both contractions over a spread of layers; fails where the cost model's choice loses too much.")
  var checkContraction = false
  @Flag(help: "Print the contractions that can be forced, with commas between them.")
  var contractions = false
  @Flag(help: "Print a name for this processor and the instruction set of the kernels.")
  var machine = false
  @Flag(help: .hidden)
  var memory = false

  enum Form: EnumerableFlag { case json, csv }

  func validate() throws {
    func require(_ condition: Bool, _ message: String) throws { if !condition { throw ValidationError(message) } }
    try require((widths?.values.count ?? 2) >= 2, "--widths are at least two")
    try require(memory || widths != nil || batch == nil && grid == nil, "--batch and --grid need --widths")
    try require((1...5).contains(degree), "--degree has to be 1 to 5")
    try require((1...1_000_000).contains(rounds), "--rounds has to be at least 1")
    try require(seconds >= 0 && seconds.isFinite, "--seconds must not be negative")
    try require((threads?.values ?? []).allSatisfy { $0 <= 1024 }, "--threads has to be 1 to 1024")
  }

  func run() throws {
    if memory { return try printStepMemory() }
    if contractions {
      return Swift.print(Contraction.allCases.filter { $0 != .auto }.map(\.rawValue).joined(separator: ","))
    }
    if machine { return Swift.print(machineName) }
    note(machineText(threads: threadCounts))
    if figures { return try printFigures() }
    if checkContraction { return try reportContraction() }
    var peaks = Peaks()
    var rows: [Row] = []
    for threads in threadCounts {
      let pool = ThreadPool(threads: threads)
      for shape in shapes { rows += time(shape, pool, &peaks) }
    }
    for index in rows.indices { rows[index].compare(with: peaks[rows[index].threads]) }
    try print(rows, peaks)
  }

  var effort: Effort { Effort(rounds: rounds, secondsPerTurn: seconds) }
  var threadCounts: [Int] { threads?.values ?? [ThreadPool.availableCores] }

  private var shapes: [Shape] {
    guard let widths = widths?.values else {
      return Shape.defaults.map { Shape(widths: $0.widths, batch: $0.batch, grid: $0.grid, degree: degree) }
    }
    return (batch?.values ?? [1024]).flatMap { batch in
      (grid?.values ?? [5]).map { Shape(widths: widths, batch: batch, grid: $0, degree: degree) }
    }
  }

  /// The rows of one shape: its KAN by each contraction asked for, and its MLPs.
  func time(_ shape: Shape, _ pool: ThreadPool, _ peaks: inout Peaks) -> [Row] {
    var timed = contraction.values.map { choice in
      (partner: "", network: TimedNetwork(shape.kan(), batch: shape.batch, contraction: choice, pool: pool))
    }
    func add(_ partner: String, _ widths: [Int]) {
      let mlp = Shape.mlp(widths, activation)
      timed.append((partner, TimedNetwork(mlp, batch: shape.batch, contraction: .gemm, pool: pool)))
    }
    if !kanOnly {
      add("widths", shape.widths)
      if let widths = shape.widthsOfSameParameters { add("parameters", widths) }
    }
    let samples = measure(timed.map(\.network), effort, peaks: &peaks)
    return zip(timed, samples).map { entry, sample in
      Row(entry.network, shape, partner: entry.partner, activation, sample.forward, sample.step)
    }
  }

  private func print(_ rows: [Row], _ peaks: Peaks) throws {
    switch form {
    case .json: Swift.print(try encodeJSON(rows))
    case .csv: Swift.print(([Row.csvHeader] + rows.map(\.csv)).joined(separator: "\n"))
    case nil:
      Swift.print(table([Row.tableHeader] + rows.map(\.cells)))
      for threads in threadCounts {
        Swift.print(
          "\nPeak of fused multiply-adds, \(kan_peak_lanes()) lanes, \(threads) threads: "
            + "\(significant(peaks[threads], 3)) GFLOP/s", terminator: "")
      }
      Swift.print(
        "\nMedians of \(rounds) rounds and more; between the numbers of \"middle half\" lie half of the steps.")
    }
  }
}
