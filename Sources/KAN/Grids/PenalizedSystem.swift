/// The penalised normal equations of the curves of one input, for any number of outputs.
///
/// Coefficients c: [n × out] minimise, for each output,
///
///     Σ w·(Σⱼ cⱼ·Bⱼ(x) - y)²  +  λ·‖D(c - c⁰)‖²  +  μ·‖c - c⁰‖²
///
/// with D the basis's third differences (``GriddedBasis/differences(order:input:)``), each scaled to weights of 8 =
/// 1 + 3 + 3 + 1 in all, a discrete P-spline penalty (Eilers and Marx 1996, Flexible smoothing with B-splines). c⁰ are
/// the coefficients of the old curve, or 0. Since only the distance from the old curve is penalised, the residual
/// cannot exceed the old curve's. A function without points in its support keeps its coefficient bit for bit: its row
/// is omitted from D.
///
/// Works in memory that the caller owns: ``size(functions:outputs:width:)`` numbers.
struct PenalizedSystem {
  let functions: Int
  let outputs: Int
  /// The order of D.
  static let order = 3
  /// Subdiagonals: n - f - 1 of the functions, or 3 of D.
  let diagonals: Int
  /// Σ w·Bⱼ·Bⱼ₊ᵢ at (j, i): [n × (diagonals + 1)]
  let gram: UnsafeMutablePointer<Double>
  /// Σ w·Bⱼ·y: [n × out]
  let sums: UnsafeMutablePointer<Double>
  /// c⁰ before, c after: [n × out]
  let coefficients: UnsafeMutablePointer<Double>
  private let factor, change: UnsafeMutablePointer<Double>

  /// - Parameter width: functions in a cell, n - f.
  static func size(functions: Int, outputs: Int, width: Int) -> Int {
    functions * (2 * (diagonals(width: width) + 1) + 3 * outputs)
  }

  private static func diagonals(width: Int) -> Int { max(width - 1, order) }

  init(functions: Int, outputs: Int, width: Int, memory: UnsafeMutablePointer<Double>) {
    self.functions = functions
    self.outputs = outputs
    diagonals = Self.diagonals(width: width)
    gram = memory
    factor = gram + functions * (diagonals + 1)
    sums = factor + functions * (diagonals + 1)
    coefficients = sums + functions * outputs
    change = coefficients + functions * outputs
  }

  /// No points yet, and c⁰ = 0.
  func clear() {
    gram.update(repeating: 0, count: functions * (diagonals + 1))
    sums.update(repeating: 0, count: functions * outputs)
    coefficients.update(repeating: 0, count: functions * outputs)
  }

  /// Adds a point: `count` functions from `cell` on, `stride` apart, and its y: [out].
  @inline(__always)
  func add<Element: Scalar>(
    cell: Int, _ values: UnsafePointer<Element>, stride: Int, count: Int, weight: Double, _ y: UnsafePointer<Element>
  ) {
    for r in 0..<count {
      let factor = weight * Double(values[r * stride])
      let products = gram + (cell + r) * (diagonals + 1)
      for s in r..<count { products[s - r] += factor * Double(values[s * stride]) }
      let row = sums + (cell + r) * outputs
      for output in 0..<outputs { row[output] += factor * Double(y[output]) }
    }
  }

  /// Replaces c⁰ by c, or keeps c⁰ if the system has no finite solution.
  ///
  /// - Parameters:
  ///   - differences: third differences: [(n - 3) × 4], or no rows.
  ///   - keepsUnmet: whether c⁰ is an old curve that functions without points keep.
  ///   - passes: each further pass starts from the solution so far, which removes the penalty's bias.
  func solve(differences: Matrix<Double>, penalty: SplinePenalty, keepsUnmet: Bool, passes: Int = 1) {
    var largest = 0.0
    for j in 0..<functions { largest = max(largest, gram[j * (diagonals + 1)]) }
    guard largest > 0, largest.isFinite else { return }
    let found = Cholesky.leastShift(from: penalty.attachment, times: 1000, upTo: penalty.attachment * 1e13) { shift in
      factor.update(from: gram, count: functions * (diagonals + 1))
      for j in 0..<functions { factor[j * (diagonals + 1)] += shift * largest }
      addDifferences(differences, weight: penalty.smoothness * largest, keepsUnmet: keepsUnmet)
      return (try? BandedCholesky.factor(factor, order: functions, diagonals: diagonals)) != nil
    }
    if found == nil { return }
    for pass in 0..<passes {
      change.update(from: sums, count: functions * outputs)
      // Without an old curve, the first pass starts from 0.
      if pass > 0 || keepsUnmet { subtractProduct() }
      BandedCholesky.solve(
        factored: factor, order: functions, diagonals: diagonals, change, sides: outputs)
      adopt(guarded: keepsUnmet)
    }
  }

  /// Adds λ·DᵀD to `factor`.
  private func addDifferences(_ differences: Matrix<Double>, weight: Double, keepsUnmet: Bool) {
    let order = Self.order
    for j in 0..<differences.rows {
      let d = differences.elements.pointer + j * (order + 1)
      if keepsUnmet, (0...order).contains(where: { gram[(j + $0) * (diagonals + 1)] == 0 }) { continue }
      // Scaled to the sum of 1, 3, 3, 1, so that the unit of x does not matter.
      let scale = Double(1 << order) / (0...order).reduce(0) { $0 + abs(d[$1]) }
      guard scale.isFinite, scale > 0 else { continue }
      for i in 0...order {
        for m in i...order { factor[(j + i) * (diagonals + 1) + m - i] += weight * scale * scale * d[i] * d[m] }
      }
    }
    withExtendedLifetime(differences) {}
  }

  /// change -= gram·coefficients
  private func subtractProduct() {
    for j in 0..<functions {
      for i in 0..<min(diagonals + 1, functions - j) {
        let element = gram[j * (diagonals + 1) + i]
        if element == 0 { continue }
        subtract(element, row: j, from: j + i)
        if i > 0 { subtract(element, row: j + i, from: j) }
      }
    }
  }

  private func subtract(_ element: Double, row: Int, from other: Int) {
    let (source, to) = (coefficients + row * outputs, change + other * outputs)
    for output in 0..<outputs { to[output] -= element * source[output] }
  }

  /// Adds the change to the coefficients of each output if it is finite and, if `guarded`, does not raise the residual,
  /// as rounding may.
  private func adopt(guarded: Bool) {
    if !guarded && Double.Kernels.firstNonFinite(functions * outputs, change) < 0 {
      for index in 0..<functions * outputs { coefficients[index] += change[index] }
      return
    }
    for output in 0..<outputs {
      var sum = 0.0
      for j in 0..<functions { sum += change[j * outputs + output] }
      guard sum.isFinite, !guarded || raise(output) <= 0 else { continue }
      for j in 0..<functions { coefficients[j * outputs + output] += change[j * outputs + output] }
    }
  }

  /// The growth of Σ w·(s - y)² due to the change: δᵀGδ - 2δᵀ(sums - G·c).
  private func raise(_ output: Int) -> Double {
    var total = 0.0
    for j in 0..<functions {
      let delta = change[j * outputs + output]
      if delta == 0 { continue }
      // G·(2c + δ) - 2·sums, row j
      var row = -2 * sums[j * outputs + output]
      for other in max(0, j - diagonals)..<min(functions, j + diagonals + 1) {
        let element =
          other >= j ? gram[j * (diagonals + 1) + other - j] : gram[other * (diagonals + 1) + j - other]
        let place = other * outputs + output
        row += element * (2 * coefficients[place] + change[place])
      }
      total += delta * row
    }
    return total
  }
}

/// How strongly a refit is held to the curve before it, relative to the largest Σ w·Bⱼ² of an input.
public struct SplinePenalty: Sendable, Equatable {
  /// λ, of third differences of the change.
  public var smoothness: Double
  /// μ, of the change itself, which regularises the equations where there is no data.
  public var attachment: Double

  /// Traps unless λ ≥ 0 and μ > 0.
  ///
  /// - Parameters:
  ///   - smoothness: λ, relative to the largest Σ w·Bⱼ² of an input.
  ///   - attachment: μ, relative to the same.
  public init(smoothness: Double = 1e-11, attachment: Double = 1e-13) {
    require(smoothness >= 0 && attachment > 0, "SplinePenalty: \(smoothness), \(attachment)")
    self.smoothness = smoothness
    self.attachment = attachment
  }
}
