import Foundation

/// Functions that no constant of the method was chosen by: they judge a change, and are not to be tuned on.
extension SmoothTask {
  private static func heldOut(
    _ name: String, _ formula: String, samples: Int, _ widths: [Int], noise: Double = 0,
    _ function: @escaping @Sendable ([Double]) -> Double
  ) -> SmoothTask {
    SmoothTask(
      name: "held-" + name, formula: formula + (noise > 0 ? " + \(noise)·N" : ""),
      ranges: Array(repeating: unit, count: widths[0]), samples: samples, widths: widths, grids: [5, 10, 20, 50, 100],
      others: "", reach: noise > 0 ? noise / 2 : 1e-3, seconds: nil, noise: noise, function: function)
  }

  static let heldOut: [SmoothTask] = [
    heldOut("runge", "1/(1 + 25x²)", samples: 200, [1, 1, 1]) { 1 / (1 + 25 * $0[0] * $0[0]) },
    heldOut("chirp", "sin 8x²", samples: 300, [1, 1, 1]) { sin(8 * $0[0] * $0[0]) },
    heldOut("ridge", "tanh(3x - 1.5y)", samples: 500, [2, 1, 1]) { tanh(3 * $0[0] - 1.5 * $0[1]) },
    heldOut("radius", "√(0.1 + x² + y²)", samples: 300, [2, 1, 1]) {
      (0.1 + $0[0] * $0[0] + $0[1] * $0[1]).squareRoot()
    },
    heldOut("product", "xy", samples: 500, [2, 2, 1]) { $0[0] * $0[1] },
    heldOut("additive", "exp(-8(x - 0.3)²) + cos 3y", samples: 500, [2, 1, 1]) {
      exp(-8 * ($0[0] - 0.3) * ($0[0] - 0.3)) + cos(3 * $0[1])
    },
    heldOut("ratio", "(x + 2)/(y + 3)·cos z", samples: 1000, [3, 1, 1]) { ($0[0] + 2) / ($0[1] + 3) * cos($0[2]) },
    heldOut("logistic", "1/(1 + exp(-4x + 3y² - 2z³))", samples: 1000, [3, 1, 1]) {
      1 / (1 + exp(-4 * $0[0] + 3 * $0[1] * $0[1] - 2 * $0[2] * $0[2] * $0[2]))
    },
    heldOut("norm", "ln(1 + x₁² + 2x₂² + x₃⁴ + sin² x₄)", samples: 2000, [4, 1, 1]) {
      log(1 + $0[0] * $0[0] + 2 * $0[1] * $0[1] + $0[2] * $0[2] * $0[2] * $0[2] + sin($0[3]) * sin($0[3]))
    },
    heldOut("squares", "(x₁ + x₂²)² - (x₃ - x₄)²", samples: 2000, [4, 2, 1]) {
      let (a, b) = ($0[0] + $0[1] * $0[1], $0[2] - $0[3])
      return a * a - b * b
    },
    heldOut("runge-noisy", "1/(1 + 25x²)", samples: 200, [1, 1, 1], noise: 0.05) { 1 / (1 + 25 * $0[0] * $0[0]) },
    heldOut("ridge-noisy", "tanh(3x - 1.5y)", samples: 400, [2, 1, 1], noise: 0.1) { tanh(3 * $0[0] - 1.5 * $0[1]) },
    heldOut("radius-noisy", "√(0.1 + x² + y²)", samples: 1000, [2, 1, 1], noise: 0.02) {
      (0.1 + $0[0] * $0[0] + $0[1] * $0[1]).squareRoot()
    },
  ]
}
