import Foundation
import KAN
import KANBenchmarking
import KANExport

// swift run -c release --package-path Benchmarks export-row
//
// Nanoseconds of one row: the engine's `Predictor` on one thread, and the exported C source, compiled for this machine and
// for any machine, exact and with tables of 64 intervals. Medians of rounds, each in turn, so that a ratio is of one run.

/// A C source as a function of this process.
private struct CompiledRow {
  private typealias Predict = @convention(c) (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  private let predict: Predict

  init(_ plan: ExportPlan, _ options: [String]) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "kan-\(UUID().uuidString)").path
    defer { for ending in [".c", ".so"] { try? FileManager.default.removeItem(atPath: path + ending) } }
    try Data(plan.encoded(as: .c)).write(to: URL(fileURLWithPath: path + ".c"))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["cc", "-std=c99", "-O3", "-ffp-contract=off", "-shared", "-fPIC"] + options + [
        path + ".c", "-o", path + ".so", "-lm",
      ]
    try process.run()
    process.waitUntilExit()
    guard let library = dlopen(path + ".so", RTLD_NOW), let symbol = dlsym(library, plan.name + "_predict") else {
      fatalError("export-row: cc has made no library")
    }
    predict = unsafeBitCast(symbol, to: Predict.self)
  }

  func callAsFunction(_ x: [Double], _ y: inout [Double]) { predict(x, &y) }
}

private func nanoseconds(_ count: Int, _ body: () -> Void) -> Double {
  let start = ContinuousClock.now
  for _ in 0..<count { body() }
  let elapsed = (ContinuousClock.now - start).components
  return (Double(elapsed.seconds) * 1e9 + Double(elapsed.attoseconds) * 1e-9) / Double(count)
}

private func measure<Element: Scalar>(_ widths: [Int], _: Element.Type) throws {
  let layers = zip(widths, widths.dropFirst()).map { Layer<Element>.spline($0, $1) }
  let network = Network(layers, seed: 1)
  let plan = try ExportPlan(network, name: "row")
  let native = try CompiledRow(plan, ["-march=native"])
  let baseline = try CompiledRow(plan, [])
  let table = try CompiledRow(plan.tabulated(intervals: 64), ["-march=native"])
  let predictor = Predictor(network, pool: ThreadPool(threads: 1))
  let numbers = (0..<widths[0]).map { Double($0 % 17) / 9 - 0.9 }
  var row = Matrix<Element>([numbers.map { Element($0) }])
  var result = Matrix<Element>(rows: 1, columns: network.outputs)
  var outputs = [Double](repeating: 0, count: network.outputs)
  var times: [[Double]] = [[], [], [], []]
  for _ in 0..<31 {
    times[0].append(nanoseconds(500) { predictor.predict(row, into: &result) })
    times[1].append(nanoseconds(500) { native(numbers, &outputs) })
    times[2].append(nanoseconds(500) { baseline(numbers, &outputs) })
    times[3].append(nanoseconds(500) { table(numbers, &outputs) })
  }
  row = Matrix(rows: 0, columns: 0)
  native(numbers, &outputs)
  let isSame = (0..<network.outputs).allSatisfy { Double(result[0, $0]) == outputs[$0] }
  let medians = times.map { $0.sorted()[15] }.map { String(format: "%9.0f", $0) }
  let name = "\(widths.map { "\($0)" }.joined(separator: "-")) \(Element.self == Float.self ? "single" : "double")"
  print(
    name.padding(toLength: 22, withPad: " ", startingAt: 0), medians.joined(separator: " "),
    isSame ? "  same bits" : "  other bits")
}

@main
enum Export {
  static func main() throws {
    print("one row in ns, cubic splines on 5 intervals, one thread; cc -O3 -ffp-contract=off")
    print("                          engine  C native  C any CPU  table 64")
    for widths in [[13, 8, 1], [64, 64, 64], [8, 32, 32, 4]] {
      try measure(widths, Float.self)
      try measure(widths, Double.self)
    }
  }
}
