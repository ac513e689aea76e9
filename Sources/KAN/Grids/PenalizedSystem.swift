/// The normal equations of splines of one input, for any number of outputs, and the penalties that make them regular.
///
/// Coefficients c: [n × out] minimise, for each output,
///
///     Σ w·(Σⱼ cⱼ·Bⱼ(x) - y)²  +  λ·‖D(c - c⁰)‖²  +  μ·‖c - c⁰‖²
///
/// with D the third divided differences over the functions' Greville points (on even knots the plain ones: 1, -3, 3, -1),
/// a discrete P-spline penalty (Eilers and Marx 1996, Flexible smoothing with B-splines). c⁰ are the coefficients of the
/// old curve, or 0. Since only the distance from the old curve is penalised, the residual cannot be larger than the old
/// curve's, and a function that no point meets keeps its coefficient to the bit: its row is left out of D.
///
/// Works in memory that the caller owns: ``size(functions:outputs:degree:)`` numbers.
struct PenalizedSystem {
  let functions: Int
  let outputs: Int
  /// Below the main one: k of the splines, 3 of D.
  let diagonals: Int
  /// Σ w·Bⱼ·Bⱼ₊ᵢ at (j, i): [n × (diagonals + 1)]
  let gram: UnsafeMutablePointer<Double>
  /// Σ w·Bⱼ·y: [n × out]
  let sums: UnsafeMutablePointer<Double>
  /// c⁰ before, c after: [n × out]
  let coefficients: UnsafeMutablePointer<Double>
  private let factor, change: UnsafeMutablePointer<Double>

  static func size(functions: Int, outputs: Int, degree: Int) -> Int {
    functions * (2 * (max(degree, 3) + 1) + 3 * outputs)
  }

  init(functions: Int, outputs: Int, degree: Int, memory: UnsafeMutablePointer<Double>) {
    self.functions = functions
    self.outputs = outputs
    diagonals = max(degree, 3)
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

  /// Takes c⁰ to c. Where the numbers allow no solution, c⁰ stays.
  ///
  /// - Parameters:
  ///   - knots: of the functions, for D.
  ///   - keepsUnmet: whether c⁰ is an old curve that functions without points keep.
  ///   - passes: further ones start from the solution so far, which takes the penalty's bias away.
  func solve(knots: UnsafePointer<Double>, degree: Int, penalty: SplinePenalty, keepsUnmet: Bool, passes: Int = 1) {
    var largest = 0.0
    for j in 0..<functions { largest = max(largest, gram[j * (diagonals + 1)]) }
    guard largest > 0, largest.isFinite else { return }
    var attachment = penalty.attachment * largest
    for attempt in 0... {
      factor.update(from: gram, count: functions * (diagonals + 1))
      for j in 0..<functions { factor[j * (diagonals + 1)] += attachment }
      addDifferences(knots, degree, weight: penalty.smoothness * largest, keepsUnmet: keepsUnmet)
      do {
        try BandedCholesky.factor(factor, order: functions, diagonals: diagonals)
        break
      } catch {
        if attempt == 4 { return }
        attachment *= 1000
      }
    }
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
  private func addDifferences(_ t: UnsafePointer<Double>, _ degree: Int, weight: Double, keepsUnmet: Bool) {
    guard functions > 3 else { return }
    func greville(_ j: Int) -> Double {
      var sum = 0.0
      for i in 1...degree { sum += t[j + i] }
      return sum / Double(degree)
    }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { memory in
      let (d, g) = (memory.baseAddress!, memory.baseAddress! + 4)
      for i in 0..<3 { g[i + 1] = greville(i) }
      for j in 0..<functions - 3 {
        for i in 0..<3 { g[i] = g[i + 1] }
        g[3] = greville(j + 3)
        // Points that coincide, those of functions without support, have no differences.
        let least = 1e-9 * (g[3] - g[0])
        guard g[1] - g[0] > least, g[2] - g[1] > least, g[3] - g[2] > least else { continue }
        if keepsUnmet, (0..<4).contains(where: { gram[(j + $0) * (diagonals + 1)] == 0 }) { continue }
        d[0] = -1 / ((g[1] - g[0]) * (g[2] - g[0]) * (g[3] - g[0]))
        d[1] = 1 / ((g[1] - g[0]) * (g[2] - g[1]) * (g[3] - g[1]))
        d[2] = -1 / ((g[2] - g[0]) * (g[2] - g[1]) * (g[3] - g[2]))
        d[3] = 1 / ((g[3] - g[0]) * (g[3] - g[1]) * (g[3] - g[2]))
        // As large as 1, 3, 3, 1 in all, whatever the unit of x.
        let scale = 8 / (abs(d[0]) + abs(d[1]) + abs(d[2]) + abs(d[3]))
        guard scale.isFinite, scale > 0 else { continue }
        for i in 0..<4 { d[i] *= scale }
        for i in 0..<4 {
          for m in i..<4 { factor[(j + i) * (diagonals + 1) + m - i] += weight * d[i] * d[m] }
        }
      }
    }
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

  /// Adds the change to the coefficients, output by output where it is finite and, if `guarded`, does not raise the
  /// residual: by rounding it may.
  private func adopt(guarded: Bool) {
    if !guarded && Double._firstNonFinite(functions * outputs, change) < 0 {
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

  /// How much larger Σ w·(s - y)² is after the change: δᵀGδ - 2δᵀ(sums - G·c).
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
  /// μ, of the change itself: what makes the equations regular where there is no data.
  public var attachment: Double

  public init(smoothness: Double = 1e-11, attachment: Double = 1e-13) {
    require(smoothness >= 0 && attachment > 0, "SplinePenalty: \(smoothness), \(attachment)")
    self.smoothness = smoothness
    self.attachment = attachment
  }
}
