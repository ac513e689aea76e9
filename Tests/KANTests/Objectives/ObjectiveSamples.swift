import Foundation
import KAN

/// sin(3x₁) + x₂² with noise of 0.1, and every twentieth target off by 50.
func contaminatedData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1) -> Dataset<Element> {
  data(rows: rows, seed: seed) { row, truth, generator in
    truth + 0.1 * generator.normal() + (row % 20 == 7 ? 50 : 0)
  }
}

/// sin(3x₁) + x₂², the truth of the other data sets.
func cleanData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1) -> Dataset<Element> {
  data(rows: rows, seed: seed) { _, truth, _ in truth }
}

/// Noise whose deviation grows with x₁, so that a quantile is no shifted mean.
func noisyData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1) -> Dataset<Element> {
  data(rows: rows, seed: seed, slope: 0.15) { _, truth, _ in truth }
}

/// Counts of a Poisson distribution with the rate exp(1 + truth).
func countData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1) -> Dataset<Element> {
  data(rows: rows, seed: seed) { _, truth, generator in
    // Arrivals within a time of 1.
    var (time, count) = (0.0, -1)
    while time < 1 {
      time -= log(1 - generator.uniform()) / exp(1 + truth)
      count += 1
    }
    return Double(count)
  }
}

/// 1 with probability σ(3·truth - 1), else 0.
func binaryData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1) -> Dataset<Element> {
  data(rows: rows, seed: seed) { _, truth, generator in generator.uniform() < 1 / (1 + exp(1 - 3 * truth)) ? 1 : 0 }
}

private func data<Element: Scalar>(
  rows: Int, seed: UInt64, slope: Double? = nil,
  _ target: (Int, Double, inout RandomGenerator) -> Double
) -> Dataset<Element> {
  var generator = RandomGenerator(seed: seed)
  var (x, y) = (Matrix<Element>(rows: rows, columns: 2), Matrix<Element>(rows: rows, columns: 1))
  for row in 0..<rows {
    let (a, b) = (2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
    let truth = sin(3 * a) + b * b + (slope.map { (0.2 + $0 * a) * generator.normal() } ?? 0)
    (x[row, 0], x[row, 1]) = (Element(a), Element(b))
    y[row, 0] = Element(target(row, truth, &generator))
  }
  return Dataset(inputs: x, targets: .values(y))
}
