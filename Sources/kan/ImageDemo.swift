import Foundation
import KAN
import KANFiles
import KANReport

/// A KAN and two MLPs on the same images.
struct ImageDemo {
  let title: String
  private let training, test: Dataset<Float>
  private let epochs: Int
  private let batch: Int
  /// The better of 0.001, 0.003 and 0.01 for each kind of network on these images.
  private let kanRate, mlpRate: Double
  private let seed: UInt64
  private let pool: ThreadPool

  struct Run {
    var name: String
    var rate: Double
    var parameters: Int
    var accuracies: [Double]
    var seconds: [Double]
    var samplesPerSecond: Double
    var medianSeconds: Double { seconds.sorted()[seconds.count / 2] }
  }

  /// The folder's images, or the built-in digits if there is no such folder.
  init(folder: String, epochs: Int, seed: UInt64, pool: ThreadPool) throws {
    self.epochs = epochs
    self.seed = seed
    self.pool = pool
    if FileManager.default.fileExists(atPath: folder) {
      training = try Dataset(images: folder, part: .training)
      test = try Dataset(images: folder, part: .test)
      let name = folder.split(separator: "/").last.map(String.init) ?? folder
      title = "\(name), \(grouped(training.rows)) images, \(epochs) epochs"
      (batch, kanRate, mlpRate) = (256, 0.001, 0.003)
    } else {
      (training, test) = try Digits.load()
      title = "\(Digits.title), \(grouped(training.rows)) images, \(epochs) epochs"
      (batch, kanRate, mlpRate) = (32, 0.01, 0.01)
      Console.note("\(folder) is not there (apt-get install dataset-fashion-mnist): \(Digits.title) instead")
    }
  }

  func run() throws -> [Run] {
    let (inputs, outputs) = (training.inputs.columns, training.targets.outputs)
    let kan = Network<Float>(.spline(inputs, 64), .spline(64, outputs), seed: seed)
    let functions = kan.layers[0].functions
    return [
      try train("KAN \(inputs)-64-\(outputs)", kan, rate: kanRate),
      try train(
        "MLP \(inputs)-64-\(outputs)",
        Network(.linear(inputs, 64, activation: .silu), .linear(64, outputs), seed: seed),
        rate: mlpRate),
      try train(
        "MLP \(inputs)-\(64 * functions)-\(outputs)",
        Network(.linear(inputs, 64 * functions, activation: .silu), .linear(64 * functions, outputs), seed: seed),
        rate: mlpRate),
    ]
  }

  /// Adam with a cosine rate.
  private func train(_ name: String, _ start: Network<Float>, rate: Double) throws -> Run {
    var network = start
    var run = Run(
      name: name, rate: rate, parameters: network.parameterCount, accuracies: [], seconds: [], samplesPerSecond: 0)
    let history = try network.train(
      on: training, validation: test, with: AdamW(learningRate: rate),
      options: TrainingOptions(epochs: epochs, batch: batch, schedule: .cosine, seed: seed), pool: pool
    ) { progress, _ in
      if let accuracy = progress.validation?.accuracy {
        run.accuracies.append(accuracy)
        Console.note(
          "\(name)  epoch \(progress.epoch)  loss \(short(progress.loss))  test accuracy "
            + "\(fixed(accuracy, decimals: 4))")
      }
      return .continue
    }
    run.seconds = history.epochs.map(\.seconds)
    run.samplesPerSecond = history.samplesPerSecond
    return run
  }

  static func rows(_ runs: [Run]) -> [[String]] {
    [["network", "parameters", "rate", "test accuracy", "s an epoch", "samples/s"]]
      + runs.map { run in
        [
          run.name, grouped(run.parameters), "\(run.rate)", fixed(run.accuracies.last!, decimals: 4),
          short(run.medianSeconds), rate(run.samplesPerSecond),
        ]
      }
  }

  func markdown(_ runs: [Run]) -> String {
    let rows = Self.rows(runs)
    let lines = [rows[0], ["---"] + Array(repeating: "---:", count: rows[0].count - 1)] + rows.dropFirst()
    let threads = pool.threads == 1 ? "1 thread" : "\(pool.threads) threads"
    return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
      + "\n\n\(title), Adam with a cosine rate, batch \(batch), \(threads) of \(processorName()), seed \(seed).\n"
  }

  func charts(_ runs: [Run]) -> [LineChart] {
    let byEpoch = runs.map { run in
      LineChart.Series(run.name, points: run.accuracies.enumerated().map { (x: Double($0 + 1), y: $1) })
    }
    let byTime = runs.map { run in
      var elapsed = 0.0
      return LineChart.Series(
        run.name,
        points: zip(run.seconds, run.accuracies).map { seconds, accuracy in
          elapsed += seconds
          return (x: elapsed, y: accuracy)
        })
    }
    return [
      LineChart(title: "Test accuracy by epoch", xLabel: "epoch", yLabel: "test accuracy", series: byEpoch),
      LineChart(
        title: "Test accuracy by time of training", xLabel: "seconds", yLabel: "test accuracy", series: byTime,
        startsAtZero: true),
    ]
  }
}

/// The processor's name as the system reports it, or `this machine`.
func processorName() -> String {
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
  let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  return name.isEmpty ? "this machine" : name
}
