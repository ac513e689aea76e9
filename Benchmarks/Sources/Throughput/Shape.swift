import KAN

/// What is timed: the KAN, and the two MLPs that stand beside it.
struct Shape: Equatable {
  var widths: [Int]
  var batch: Int
  var grid: Int
  var degree = 3

  static let defaults = [
    Shape(widths: [64, 64, 64], batch: 1024, grid: 5),
    Shape(widths: [784, 64, 10], batch: 4096, grid: 5),
    Shape(widths: [1000, 1000, 1], batch: 100, grid: 5),
    Shape(widths: [32, 32, 1], batch: 16384, grid: 5),
    Shape(widths: [64, 64, 64], batch: 1024, grid: 50),
  ]

  func kan() -> Network<Float> {
    Network(zip(widths, widths.dropFirst()).map { .spline($0, $1, grid: grid, degree: degree) }, seed: 1)
  }

  static func mlp(_ widths: [Int], _ activation: Activation) -> Network<Float> {
    let last = widths.count - 2
    let layers = zip(widths, widths.dropFirst()).enumerated().map { index, pair in
      Layer<Float>.linear(pair.0, pair.1, activation: index == last ? .identity : activation)
    }
    return Network(layers, seed: 1)
  }

  /// K, the coefficients of an edge.
  var functions: Int { grid + degree + 1 }

  /// Widths of the MLP that has about as many parameters as the KAN: hidden ones times K where there is one hidden
  /// layer, and times less where there are more, since parameters then grow with the square. nil without hidden layers.
  var widthsOfSameParameters: [Int]? {
    guard widths.count > 2 else { return nil }
    if widths.count == 3 { return [widths[0], widths[1] * functions, widths[2]] }
    let wanted = zip(widths, widths.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } * functions
    func scaled(by factor: Double) -> [Int] {
      [widths[0]] + widths[1..<widths.count - 1].map { max(1, Int((Double($0) * factor).rounded())) } + [widths.last!]
    }
    func weights(_ factor: Double) -> Int {
      let scaled = scaled(by: factor)
      return zip(scaled, scaled.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    }
    var (low, high) = (1.0, Double(functions))
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if weights(middle) < wanted { low = middle } else { high = middle }
    }
    return scaled(by: high)
  }
}
