import KAN
import KANLinearAlgebra

/// Levenberg-Marquardt steps of all constants of an ``EdgeNetwork`` on its rows.
///
///     (JᵀJ + μ·diag)·Δp = Jᵀr
///
/// By Cholesky factorisation: the search compares functions and needs no last digits, which
/// ``ConstantFit`` finds on the finished formula.
struct EdgeFit {
  private(set) var network: EdgeNetwork
  let rows: EdgeRows
  /// Σ w·(t - y)²
  private(set) var squares: Double

  init(_ network: EdgeNetwork, _ rows: EdgeRows) {
    self.network = network
    self.rows = rows
    squares = Self.squares(EdgePasses(network, at: rows, slopes: false).outputs, rows)
  }

  private static func squares(_ outputs: [Double], _ rows: EdgeRows) -> Double {
    var sum = 0.0
    for index in outputs.indices {
      let error = (rows.targets[index] - outputs[index]) * (rows.factors.isEmpty ? 1 : rows.factors[index % rows.rows])
      sum += error * error
    }
    return sum.isFinite ? sum : .infinity
  }

  /// √(Σ (t - y)²/(n - p)) relative to the spread, with no more than 7/8 of the rows for parameters, beyond which the
  /// damping rather than the count limits what they can learn.
  var error: Double {
    let count = Double(rows.targets.count)
    return (squares / max(count - Double(network.parameterCount), count / 8)).squareRoot() / rows.spread
  }

  /// Steps until the sum hardly falls or the number is used up.
  mutating func step(_ iterations: Int, tolerance: Double = 1e-3, pool: ThreadPool) {
    let count = network.parameterCount
    let width = rows.targets.count
    if count == 0 || !squares.isFinite { return }
    var parameters = network.parameters
    var damping = 1e-4
    var jacobian = [Double](repeating: 0, count: count * width)
    var matrix = [Double](repeating: 0, count: count * count)
    var factor = matrix
    var gradient = [Double](repeating: 0, count: count)
    var calm = 0
    // Relative to the spread, 1e-15 is rounding.
    let floor = Double(width) * (1e-15 * rows.spread) * (1e-15 * rows.spread)
    for _ in 0..<iterations where squares > floor {
      let passes = EdgePasses(network, at: rows, slopes: true)
      for index in jacobian.indices { jacobian[index] = 0 }
      jacobian.withUnsafeMutableBufferPointer { passes.writeJacobian(of: network, to: $0.baseAddress!) }
      if !rows.factors.isEmpty {
        for index in jacobian.indices { jacobian[index] *= rows.factors[index % width % rows.rows] }
      }
      var residuals = (0..<width).map { rows.targets[$0] - passes.outputs[$0] }
      if !rows.factors.isEmpty {
        for index in residuals.indices { residuals[index] *= rows.factors[index % rows.rows] }
      }
      accumulate(jacobian, residuals, &matrix, &gradient)
      guard gradient.allSatisfy(\.isFinite) else { return }
      var isLower = false
      while damping < 1e8 {
        for index in factor.indices { factor[index] = matrix[index] }
        // The floor keeps directions without effect, such as the constant that a bias has already, in place.
        for index in 0..<count {
          factor[index * count + index] += damping * matrix[index * count + index] + 1e-14 * Double(width)
        }
        let isDefinite = factor.withUnsafeMutableBufferPointer {
          Cholesky.factor($0.baseAddress!, order: count, pool: pool)
        }
        var step = gradient
        if isDefinite {
          factor.withUnsafeBufferPointer { factor in
            step.withUnsafeMutableBufferPointer {
              Cholesky.solve(factored: factor.baseAddress!, order: count, $0.baseAddress!)
            }
          }
          var trial = network
          trial.parameters = zip(parameters, step).map { $0 + $1 }
          let sum = Self.squares(EdgePasses(trial, at: rows, slopes: false).outputs, rows)
          if sum < squares {
            calm = squares - sum <= tolerance * squares ? calm + 1 : 0
            (network, squares, isLower) = (trial, sum, true)
            parameters = trial.parameters
            damping = max(damping / 10, 1e-12)
            break
          }
        }
        damping *= 8
      }
      if !isLower || calm >= 2 { return }
    }
  }

  /// JᵀJ, whose lower triangle is written, and Jᵀr.
  private func accumulate(
    _ jacobian: [Double], _ residuals: [Double], _ matrix: inout [Double], _ gradient: inout [Double]
  ) {
    let (count, width) = (gradient.count, residuals.count)
    jacobian.withUnsafeBufferPointer { jacobian in
      residuals.withUnsafeBufferPointer { residuals in
        matrix.withUnsafeMutableBufferPointer { matrix in
          gradient.withUnsafeMutableBufferPointer { gradient in
            let j = MatrixView(base: jacobian.baseAddress!, rows: count, columns: width, stride: width)
            multiply(
              j, .no, j, .yes,
              into: MutableMatrixView(base: matrix.baseAddress!, rows: count, columns: count, stride: count))
            multiply(
              j, .no, MatrixView(base: residuals.baseAddress!, rows: width, columns: 1, stride: 1), .no,
              into: MutableMatrixView(base: gradient.baseAddress!, rows: count, columns: 1, stride: 1))
          }
        }
      }
    }
  }
}
