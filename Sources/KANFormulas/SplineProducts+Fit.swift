import KAN
import KANLinearAlgebra

extension SplineProducts {
  mutating func start(_ seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    for variable in curves.indices {
      for r in 0..<rank {
        // A constant, and a random slope that tells the products apart.
        let slope = generator.normal()
        for k in 0..<functions {
          curves[variable][k, r] = 1 + (rank == 1 ? 0.1 : 0.7) * slope * (2 * Double(k) / Double(functions - 1) - 1)
        }
      }
    }
  }

  mutating func startByDeflation(_ values: [Matrix<Double>], _ targets: [Double], _ seed: UInt64) {
    var rest = targets
    let all = rank
    var found = curves
    for r in 0..<all {
      var single = self
      single.rank = 1
      single.curves = curves.map { _ in Matrix(rows: functions, columns: 1) }
      single.start(seed &+ 17 &* UInt64(r))
      _ = single.fitProducts(values, rest, 12)
      for variable in curves.indices {
        for k in 0..<functions { found[variable][k, r] = single.curves[variable][k, 0] }
      }
      var products = [Double](repeating: 1, count: rest.count)
      for variable in curves.indices {
        var factor = Matrix<Double>(rows: rest.count, columns: 1)
        multiply(values[variable].view, .no, single.curves[variable].view, .no, into: factor.mutableView())
        for row in rest.indices { products[row] *= factor.view[row, 0] }
      }
      for row in rest.indices { rest[row] -= products[row] }
    }
    curves = found
  }

  /// C ← argmin ‖t - A·C‖² + λ·Σ (Δ³C)², with third differences along the functions of each curve.
  ///
  /// λ is a tenth of the mean diagonal times the share of the targets that is not explained yet: a curve that few rows
  /// meet goes on as its neighbours, and follows noise no further than it has to, but where everything is explained it
  /// bends freely. The prior variance of a third difference, 10 targets squared, is far above any smooth curve's.
  private func solve(_ a: Matrix<Double>, _ targets: [Double], unexplained: Double) -> [Double]? {
    let count = a.columns
    var normal = Matrix<Double>(rows: count, columns: count)
    multiply(a.view, .yes, a.view, .no, into: normal.mutableView())
    var right = [Double](repeating: 0, count: count)
    for row in 0..<a.rows {
      let from = a.view.base + row * count
      for k in 0..<count { right[k] += from[k] * targets[row] }
    }
    let trace = (0..<count).reduce(0) { $0 + normal[$1, $1] } / Double(count)
    guard trace > 0, trace.isFinite else { return nil }
    let weights = [-1.0, 3, -3, 1]
    let strength = max(0.1 * min(1, unexplained), 1e-12) * trace
    for start in stride(from: 0, to: count, by: functions) {
      for place in start..<start + functions - 3 {
        for (i, a) in weights.enumerated() {
          for (j, b) in weights.enumerated() { normal[place + i, place + j] += strength * a * b }
        }
      }
    }
    for k in 0..<count { normal[k, k] += 1e-13 * trace }
    let memory = normal.elements.mutablePointer()
    guard Cholesky.factor(memory, order: count, pool: ThreadPool.single) else { return nil }
    right.withUnsafeMutableBufferPointer { Cholesky.solve(factored: memory, order: count, $0.baseAddress!) }
    return right.allSatisfy(\.isFinite) ? right : nil
  }

  mutating func fitSum(_ values: [Matrix<Double>], _ targets: [Double]) -> Bool {
    let (rows, count) = (targets.count, functions)
    var a = Matrix<Double>(rows: rows, columns: values.count * count)
    let view = a.mutableView()
    for (variable, functions) in values.enumerated() {
      for row in 0..<rows { for k in 0..<count { view[row, variable * count + k] = functions.view[row, k] } }
    }
    let total = targets.reduce(0) { $0 + $1 * $1 }
    guard total > 0 else { return false }
    var unexplained = 1.0
    for _ in 0..<6 {
      guard let solution = solve(a, targets, unexplained: unexplained) else { return false }
      let fitted = Matrix(rows: solution.count, columns: 1, elements: solution)
      var result = Matrix<Double>(rows: rows, columns: 1)
      multiply(a.view, .no, fitted.view, .no, into: result.mutableView())
      let left = (0..<rows).reduce(0) { $0 + (result.view[$1, 0] - targets[$1]) * (result.view[$1, 0] - targets[$1]) }
      for variable in values.indices {
        for k in 0..<count { curves[variable][k, 0] = solution[variable * count + k] }
      }
      if left > 0.5 * unexplained * total { break }
      unexplained = left / total
    }
    return true
  }

  /// The squared error after some sweeps from the present curves; infinite if a problem has no solution.
  ///
  /// After each sweep the curves are moved on along the sweep's change, by the cube root of its number, if that lowers
  /// the error (Rajih et al. 2008, SIAM J. Matrix Anal. Appl. 30): alternating fits creep along narrow valleys.
  mutating func fitProducts(_ values: [Matrix<Double>], _ targets: [Double], _ sweeps: Int) -> Double {
    let (rows, count) = (targets.count, functions)
    func error(_ factors: [Matrix<Double>]) -> Double {
      var sum = 0.0
      for row in 0..<rows {
        var value = 0.0
        for r in 0..<rank {
          var product = 1.0
          for factor in factors { product *= factor.view[row, r] }
          value += product
        }
        sum += (targets[row] - value) * (targets[row] - value)
      }
      return sum.isFinite ? sum : .infinity
    }
    // u_ri at the rows: [variables][rows × rank]
    var factors = self.factors(curves, values, rows)
    var a = Matrix<Double>(rows: rows, columns: rank * count)
    let total = targets.reduce(0) { $0 + $1 * $1 }
    var (last, calm) = (Double.infinity, 0)
    for sweep in 1...sweeps {
      let before = curves
      for variable in values.indices {
        let view = a.mutableView()
        for row in 0..<rows {
          for r in 0..<rank {
            var others = 1.0
            for other in values.indices where other != variable { others *= factors[other].view[row, r] }
            let (from, to) = (values[variable].view.base + row * count, view.base + row * rank * count + r * count)
            for k in 0..<count { to[k] = from[k] * others }
          }
        }
        guard let solution = solve(a, targets, unexplained: min(1, last / total)) else { return last }
        for r in 0..<rank { for k in 0..<count { curves[variable][k, r] = solution[r * count + k] } }
        multiply(values[variable].view, .no, curves[variable].view, .no, into: factors[variable].mutableView())
        normalize(variable, &factors)
      }
      var sum = error(factors)
      if rank > 1, sweep > 3 {
        let reach = Elementary.pow(Double(sweep), 1.0 / 3) - 1
        let moved = zip(curves, before).map { new, old in
          Matrix(
            rows: new.rows, columns: new.columns,
            elements: zip(new.elements, old.elements).map { $0 + reach * ($0 - $1) })
        }
        let trial = self.factors(moved, values, rows)
        let other = error(trial)
        if other < sum { (curves, factors, sum) = (moved, trial, other) }
      }
      calm = sum > 0.99 * last ? calm + 1 : 0
      last = min(last, sum)
      if calm >= 5 || sum <= 1e-28 * total { break }
    }
    return last
  }

  private func factors(_ curves: [Matrix<Double>], _ values: [Matrix<Double>], _ rows: Int) -> [Matrix<Double>] {
    values.indices.map { variable in
      var result = Matrix<Double>(rows: rows, columns: rank)
      multiply(values[variable].view, .no, curves[variable].view, .no, into: result.mutableView())
      return result
    }
  }

  /// Gives all but the last variable's curves a mean square of 1, so that scales do not drift apart.
  private mutating func normalize(_ variable: Int, _ factors: inout [Matrix<Double>]) {
    let other = variable == curves.count - 1 ? 0 : curves.count - 1
    if other == variable { return }
    for r in 0..<rank {
      var sum = 0.0
      for row in 0..<factors[variable].rows { sum += factors[variable].view[row, r] * factors[variable].view[row, r] }
      let size = (sum / Double(factors[variable].rows)).squareRoot()
      guard size > 0, size.isFinite, variable != curves.count - 1 else { continue }
      for row in 0..<factors[variable].rows {
        factors[variable][row, r] /= size
        factors[other][row, r] *= size
      }
      for k in 0..<functions {
        curves[variable][k, r] /= size
        curves[other][k, r] *= size
      }
    }
  }
}

extension ThreadPool {
  /// For problems too small to share out.
  static let single = ThreadPool(threads: 1)
}
