/// A function of some variables that can be asked anywhere, and the points at which it is known to hold.
struct ScalarField {
  /// Sample points: [variables][points]
  let samples: [[Double]]
  /// The function at points: [variables][points] → [points]
  let evaluate: ([[Double]]) -> [Double]
  /// The function at the samples.
  let values: [Double]
  /// The standard error of a value.
  let noise: Double
  /// √(Σ (f - f̄)²/n) at the samples.
  let spread: Double
  /// The number of samples.
  let count: Int

  init(
    samples: [[Double]], count: Int? = nil, noise: Double, evaluate: @escaping ([[Double]]) -> [Double]
  ) {
    self.samples = samples
    self.count = count ?? samples[0].count
    self.evaluate = evaluate
    values = evaluate(samples)
    spread = Formula.spread(of: values)
    // A value is never better than its rounding.
    self.noise = max(noise, 1e-14 * (values.map(abs).max() ?? 0))
  }

  var variables: Int { samples.count }

  /// f/xᵖ, with the noise that this has on average.
  func dividing(by variable: Int, power: Int) -> ScalarField {
    let weights = samples[variable].map { 1 / wholePower($0, power) }
    return ScalarField(samples: samples, noise: noise * rootMeanSquare(weights)) { columns in
      zip(evaluate(columns), columns[variable]).map { $0 / wholePower($1, power) }
    }
  }

  /// Points that take the variables in `first` from the points `i` and the others from the points `j`, all pairs, `j`
  /// running faster.
  func crossed(_ first: [Int], _ i: [Int], _ j: [Int]) -> [[Double]] {
    samples.indices.map { variable in
      let column = samples[variable]
      let isFirst = first.contains(variable)
      return i.flatMap { a in j.map { b in column[isFirst ? a : b] } }
    }
  }

  /// Some points, spread over the samples.
  func places(_ count: Int, offset: Int = 0) -> [Int] {
    let count = min(count, self.count)
    return (0..<count).map { ($0 * self.count / count + offset) % self.count }
  }
}
