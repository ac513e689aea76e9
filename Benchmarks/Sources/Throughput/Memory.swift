import Foundation
import KAN
import KANBenchmarking

extension ThroughputTool {
  /// Memory of a step of 784-64-10, KAN and MLP of the same parameters, each in a process of its own: a peak cannot be
  /// taken back.
  func stepMemory(batch: Int) throws -> [StepMemory] {
    try (kanOnly ? ["kan"] : ["kan", "mlp"]).map { network in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments =
        ["--memory", "--batch", "\(batch)", "--threads", "\(threadCounts[0])", "--widths", "784,64,10"]
        + ["--contraction", contraction.values[0].rawValue] + (network == "kan" ? ["--kan-only"] : [])
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return try JSONDecoder().decode(StepMemory.self, from: output)
    }
  }

  /// The highest resident memory of a process that runs a few steps, less what it had before and less what the data,
  /// the parameters, their gradient and the activations take. With `--kan-only` the KAN's, else the MLP's.
  func printStepMemory() throws {
    let widths = widths?.values ?? [784, 64, 10]
    let shape = Shape(widths: widths, batch: batch?.values.first ?? 4096, grid: grid?.values.first ?? 5, degree: degree)
    let pool = ThreadPool(threads: threadCounts[0])
    let before = try status("VmRSS")
    let network =
      kanOnly ? shape.kan() : Shape.mlp(shape.widthsOfSameParameters ?? widths, activation)
    let expected = TimedNetwork.expectedBytes(network, batch: shape.batch)
    let timed = TimedNetwork(network, batch: shape.batch, contraction: contraction.values[0], pool: pool)
    for _ in 0..<3 { timed.runStep() }
    let beyond = try status("VmHWM") - before - expected
    print(
      try encodeJSON(
        StepMemory(
          network: kanOnly ? "kan" : "mlp", widths: [network.inputs] + network.layers.map(\.outputs),
          batch: shape.batch, beyondMebibytes: Double(beyond) / 0x1p20)))
  }

  /// A line of this process's status, in bytes.
  private func status(_ name: String) throws -> Int {
    let lines = try String(contentsOfFile: "/proc/self/status", encoding: .utf8).split(separator: "\n")
    let cells = lines.first { $0.hasPrefix(name + ":") }?.split(whereSeparator: \.isWhitespace) ?? []
    return cells.count > 1 ? 1024 * (Int(cells[1]) ?? 0) : 0
  }
}
