import ArgumentParser
import Foundation
import KAN
import KANBenchmarking

/// Fits smooth functions from many seeds and prints, as CSV, the error of every grid on points that were not trained on.
@main
struct Accuracy: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accuracy", abstract: "Errors of fits to smooth functions, by grid and by time of training.",
    discussion: """
      Double precision; a seed decides samples, test points and starts alike. One line for each grid of each seed: the \
      test error of the network as it was at the end of that grid, and the training's seconds until then. The column \
      `kept` marks the grid that the training kept; its seconds are those of the whole training.
      """)

  @Option(help: "Tasks, by name, with commas between them (default: all).")
  var tasks: String?
  @Option(help: "Seeds of each task.")
  var seeds = 20
  @Option(help: "The first of the seeds.")
  var firstSeed: UInt64 = 0
  @Option(help: "Threads (default: all cores).")
  var threads: Int?

  func validate() throws {
    guard seeds > 0, (threads ?? 1) > 0 else { throw ValidationError("numbers have to be positive") }
    let known = SmoothTask.all.map(\.name)
    for name in names ?? [] where !known.contains(name) {
      throw ValidationError("task \(name) is none of \(known.joined(separator: ", "))")
    }
  }

  private var names: [String]? { tasks?.split(separator: ",").map(String.init) }

  func run() throws {
    let pool = ThreadPool(threads: threads)
    note(machineText(threads: [pool.threads]))
    let header = "task,formula,samples,widths,seed,grid,testRMSE,seconds,kept,others,reach,reachSeconds,threads\n"
    try FileHandle.standardOutput.write(contentsOf: Data(header.utf8))
    for task in SmoothTask.all where names?.contains(task.name) ?? true {
      for seed in firstSeed..<firstSeed + UInt64(seeds) {
        let lines = try fit(task, seed: seed, pool).map { $0 + "\n" }.joined()
        try FileHandle.standardOutput.write(contentsOf: Data(lines.utf8))
      }
    }
  }

  /// One training.
  private func fit(_ task: SmoothTask, seed: UInt64, _ pool: ThreadPool) throws -> [String] {
    var generator = RandomGenerator(seed: seed, stream: 1 << 40)
    let data = task.data(task.samples, &generator)
    let test = task.data(1000, &generator)
    var network = task.network(seed: seed)
    // The network as it was last on each grid; copying a value costs nothing until it changes.
    var last: [(grid: Int, network: Network<Double>, seconds: Double)] = []
    let clock = ContinuousClock()
    let started = clock.now
    let history = try network.train(
      on: data, with: LevenbergMarquardt(), options: TrainingOptions(epochs: 150, seed: seed, grids: task.grids),
      pool: pool
    ) { _, network in
      let grid = network.layers.compactMap(\.gridIntervals).max() ?? 0
      let seconds = started.duration(to: clock.now) / .seconds(1)
      if last.last?.grid == grid { last.removeLast() }
      last.append((grid, copy network, seconds))
      return .continue
    }
    let seconds = started.duration(to: clock.now) / .seconds(1)
    return last.map { grid, shown, until in
      let isKept = grid == history.grid?.intervals
      let error = (isKept ? network : shown).evaluate(on: test, pool: pool).rmse ?? .nan
      return [
        task.name, task.formula, "\(task.samples)", task.widths.map(String.init).joined(separator: "-"), "\(seed)",
        "\(grid)", String(format: "%.4g", error), String(format: "%.4f", isKept ? seconds : until), isKept ? "1" : "0",
        task.others.replacingOccurrences(of: ",", with: ";"), "\(task.reach)", task.seconds.map { "\($0)" } ?? "",
        "\(pool.threads)",
      ].joined(separator: ",")
    }
  }
}
