import Foundation
import KAN
import KANBenchmarking

/// What the table of shapes does not show.
struct Figures: Encodable {
  /// One row through 64-64-64 on one thread.
  var latencyMicroseconds: [String: Double]
  /// 64-64-64, batch 1024: a KAN's step at G = 50 over that at G = 5.
  var gridRatio: Double
  /// 784-64-10, batch 4096: a KAN's step on one thread over that on two.
  var threadRatio: Double
  /// w-w-w, batch 1024, G = 5, all threads, by w: the products of a KAN's step of the measured peak.
  var peakFractions: [Int: Double]
  var contraction: String
  /// 784-64-10: the peak of a step beyond data, parameters, gradients and activations.
  var stepMemory: [StepMemory]
}

struct StepMemory: Codable {
  var network: String
  var widths: [Int]
  var batch: Int
  var beyondMebibytes: Double
}

extension ThroughputTool {
  func printFigures() throws {
    var peaks = Peaks()
    let pool = ThreadPool(threads: threadCounts[0])
    let choice = contraction.values[0]
    func timed(_ shape: Shape, _ pool: ThreadPool) -> TimedNetwork {
      TimedNetwork(shape.kan(), batch: shape.batch, contraction: choice, pool: pool)
    }
    func median(_ sample: (forward: Sample, step: Sample)) -> Double { sample.step.median }

    let coarse = timed(Shape(widths: [64, 64, 64], batch: 1024, grid: 5), pool)
    let fine = timed(Shape(widths: [64, 64, 64], batch: 1024, grid: 50), pool)
    let wide = [128, 256].map { timed(Shape(widths: [$0, $0, $0], batch: 1024, grid: 5), pool) }
    let grids = measure([coarse, fine] + wide, effort, peaks: &peaks)
    let squares = [(64, coarse, grids[0]), (128, wide[0], grids[2]), (256, wide[1], grids[3])]
    let images = Shape(widths: [784, 64, 10], batch: 4096, grid: 5)
    let threads = measure([1, 2].map { timed(images, ThreadPool(threads: $0)) }, effort, peaks: &peaks)

    let figures = Figures(
      latencyMicroseconds: latencies(choice), gridRatio: median(grids[1]) / median(grids[0]),
      threadRatio: median(threads[0]) / median(threads[1]),
      peakFractions: Dictionary(
        uniqueKeysWithValues: squares.map { width, network, sample in
          (width, 1e-6 * network.stepOperations / median(sample) / peaks[pool.threads])
        }),
      contraction: coarse.contractionUsed, stepMemory: try [4096, 16384].flatMap { try stepMemory(batch: $0) })
    if form == .json { return print(try encodeJSON(figures)) }
    print(figures.text)
  }

  /// `predict` of one row on one thread, in microseconds, for 64-64-64 and the MLP of the same parameters.
  private func latencies(_ choice: Contraction) -> [String: Double] {
    let shape = Shape(widths: [64, 64, 64], batch: 1, grid: 5)
    var kan = shape.kan()
    kan.contraction = choice
    let networks = [
      "kan": kan, "mlp": Shape.mlp(shape.widthsOfSameParameters!, activation),
    ]
    let pool = ThreadPool(threads: 1)
    let predictors = networks.mapValues { Predictor($0, pool: pool) }
    var answer = Matrix<Float>(rows: 1, columns: 64)
    let row = Matrix<Float>(rows: 1, columns: 64, elements: (0..<64).map { Float($0) / 32 - 1 })
    let calls = 100
    var samples = networks.mapValues { _ in Sample() }
    for _ in 0...rounds {
      for (name, predictor) in predictors {
        samples[name]!.add(for: seconds / 5) {
          for _ in 0..<calls { predictor.predict(row, into: &answer) }
        }
      }
    }
    return samples.mapValues { 1000 * $0.median / Double(calls) }
  }
}

extension Figures {
  var text: String {
    var lines = [
      "one row through 64-64-64, one thread: KAN \(significant(latencyMicroseconds["kan"]!, 3)) µs, "
        + "MLP of the same parameters \(significant(latencyMicroseconds["mlp"]!, 3)) µs",
      "step at G = 50 over G = 5, 64-64-64, batch 1024: \(significant(gridRatio, 3))",
      "step on 1 thread over 2 threads, 784-64-10, batch 4096: \(significant(threadRatio, 3))",
      "products of the peak in a whole step, batch 1024, G = 5, \(contraction): "
        + peakFractions.sorted { $0.key < $1.key }.map {
          "\($0.key)-\($0.key)-\($0.key) \(Int((100 * $0.value).rounded())) %"
        }.joined(separator: ", "),
    ]
    for row in stepMemory {
      lines.append(
        "memory of a step beyond data, parameters, gradients and activations, \(row.network.uppercased()) "
          + "\(row.widths.map(String.init).joined(separator: "-")), batch \(row.batch): \(significant(row.beyondMebibytes, 3)) MiB"
      )
    }
    return lines.joined(separator: "\n")
  }
}
