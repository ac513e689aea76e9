import Foundation
import KAN

/// A function to fit, the network for it, and what others reach.
struct SmoothTask: Sendable {
  /// One word for tables and files.
  let name: String
  let formula: String
  let ranges: [ClosedRange<Double>]
  let samples: Int
  /// From the inputs to the output.
  let widths: [Int]
  let grids: [Int]
  /// Test RMSE of others, in words.
  let others: String
  /// Test RMSE to stay below, and seconds of training.
  let reach: Double
  let seconds: Double?
  /// The standard deviation of normal noise on the targets that are trained on.
  var noise = 0.0
  let function: @Sendable ([Double]) -> Double

  /// Rows from the uniform distribution.
  func data(_ rows: Int, _ generator: inout RandomGenerator, noise: Double = 0) -> Dataset<Double> {
    let points = (0..<rows).map { _ in
      ranges.map { $0.lowerBound + ($0.upperBound - $0.lowerBound) * generator.uniform() }
    }
    let targets = points.map { [function($0) + (noise > 0 ? noise * generator.normal() : 0)] }
    return Dataset(inputs: Matrix(points), targets: .values(Matrix(targets)))
  }

  func network(seed: UInt64) -> Network<Double> {
    Network(zip(widths, widths.dropFirst()).map { .spline($0, $1, grid: grids[0]) }, seed: seed)
  }
}

extension SmoothTask {
  static let unit = -1.0...1.0

  /// exp(sin πx + y²) with so many samples (Liu et al. 2024, arXiv 2404.19756, figure 2.3).
  private static func exponential(_ samples: Int, others: String, reach: Double) -> SmoothTask {
    SmoothTask(
      name: "exp-\(samples)", formula: "exp(sin πx + y²)", ranges: [unit, unit], samples: samples, widths: [2, 1, 1],
      grids: [5, 10, 20, 50, 100, 200], others: others, reach: reach, seconds: samples >= 1000 ? 1 : nil
    ) { exp(sin(.pi * $0[0]) + $0[1] * $0[1]) }
  }

  /// A formula of the Feynman data set in dimensionless form (Liu et al. 2024, table 2), 3000 samples.
  private static func feynman(
    _ name: String, _ formula: String, _ ranges: [ClosedRange<Double>], _ widths: [Int], others: String, reach: Double,
    _ function: @escaping @Sendable ([Double]) -> Double
  ) -> SmoothTask {
    SmoothTask(
      name: name, formula: formula, ranges: ranges, samples: 3000, widths: widths, grids: [3, 5, 10, 20, 50, 100, 200],
      others: others, reach: reach, seconds: nil, function: function)
  }

  static let all = tuned + heldOut

  /// Those that figures were looked at for while the method was made.
  private static let tuned: [SmoothTask] = [
    exponential(3000, others: "3.3e-8", reach: 3e-9),
    exponential(1000, others: "8.2e-6", reach: 1e-7),
    exponential(300, others: "5.0e-6, then 3.4e-2", reach: 5e-6),
    exponential(100, others: "3.1e-4, then 1.65", reach: 3e-4),
    SmoothTask(
      name: "deep", formula: "exp((sin π(x₁² + x₂²) + sin π(x₃² + x₄²))/2)", ranges: [unit, unit, unit, unit],
      samples: 3000, widths: [4, 2, 1, 1], grids: [5, 10, 20, 50, 100], others: "5.1e-7 guided, else 0.42",
      reach: 5e-7, seconds: 10
    ) { exp((sin(.pi * ($0[0] * $0[0] + $0[1] * $0[1])) + sin(.pi * ($0[2] * $0[2] + $0[3] * $0[3]))) / 2) },
    feynman(
      "I.6.2", "exp(-θ²/2σ²)/√(2πσ²)", [unit, 0.5...2], [2, 2, 1, 1], others: "2.9e-5, MLP 1.5e-4", reach: 2.9e-5
    ) { exp(-$0[0] * $0[0] / (2 * $0[1] * $0[1])) / (2 * Double.pi * $0[1] * $0[1]).squareRoot() },
    feynman("I.12.11", "1 + a·sin θ", [unit, 0...2 * .pi], [2, 2, 1], others: "9.1e-4, MLP 6.7e-4", reach: 6.7e-4) {
      1 + $0[0] * sin($0[1])
    },
    feynman(
      "I.16.6", "(a + b)/(1 + ab)", [-0.8...0.8, -0.8...0.8], [2, 1, 1], others: "1.2e-3, MLP 6.2e-4", reach: 6.2e-4
    ) { ($0[0] + $0[1]) / (1 + $0[0] * $0[1]) },
    feynman("I.27.6", "1/(1 + ab)", [0.5...2, 0.25...2], [2, 1, 1], others: "1.9e-4, MLP 2.5e-4", reach: 1.9e-4) {
      1 / (1 + $0[0] * $0[1])
    },
    feynman(
      "I.37.4", "1 + a + 2·√a·cos δ", [0.1...1, 0...2 * .pi], [2, 3, 1], others: "4.9e-6, MLP 5.7e-4", reach: 4.9e-6
    ) { 1 + $0[0] + 2 * $0[0].squareRoot() * cos($0[1]) },
  ]
}
