import KAN
import KANLinearAlgebra

/// How two variables may enter a function together.
enum PairOperation: CaseIterable {
  case product, quotient, sum, difference

  private func join(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .product: x * y
    case .quotient: x / y
    case .sum: x + y
    case .difference: x - y
    }
  }

  /// The y that makes x∘y = z.
  private func other(_ x: Double, joined z: Double) -> Double {
    switch self {
    case .product: z / x
    case .quotient: x / z
    case .sum: z - x
    case .difference: x - z
    }
  }

  func expression(_ x: Expression, _ y: Expression) -> Expression {
    switch self {
    case .product: .product([x, y])
    case .quotient: .product([x, .power(y, .whole(-1))])
    case .sum: .sum([x, y])
    case .difference: .sum([x, .product([.whole(-1), y])])
    }
  }

  /// The function of x∘y, first, and the remaining variables, if x and y enter in no other way.
  ///
  /// Tested by moving x to other values that occur and y so that x∘y stays: the function must stay within its noise.
  func merge(_ field: ScalarField, _ first: Int, _ second: Int) -> ScalarField? {
    let (x, y) = (field.samples[first], field.samples[second])
    let (low, high) = (y.min()!, y.max()!)
    let joined = x.indices.map { join(x[$0], y[$0]) }
    guard joined.allSatisfy(\.isFinite) else { return nil }
    var moved = field.samples.map { _ in [Double]() }
    var expected: [Double] = []
    for place in x.indices {
      let partner = x[(place + x.count / 3 + 1) % x.count]
      let counterpart = other(partner, joined: joined[place])
      guard counterpart >= low, counterpart <= high else { continue }
      for variable in moved.indices {
        moved[variable].append(
          variable == first ? partner : variable == second ? counterpart : field.samples[variable][place])
      }
      expected.append(field.values[place])
    }
    guard expected.count >= 20 else { return nil }
    let found = field.evaluate(moved)
    let change = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(expected.count)
    guard change.squareRoot() <= 5 * field.noise, field.noise < 0.01 * field.spread else { return nil }
    let xs = x.sorted()
    let choices = (0..<25).map { xs[min(xs.count - 1, ($0 * 2 + 1) * xs.count / 50)] }
    let middle = (low + high) / 2
    let rest = (0..<field.variables).filter { $0 != first && $0 != second }
    return ScalarField(samples: [joined] + rest.map { field.samples[$0] }, noise: field.noise) { columns in
      var all = [[Double]](repeating: [], count: field.variables)
      for (index, variable) in rest.enumerated() { all[variable] = columns[index + 1] }
      for z in columns[0] {
        // Of the usual values of x, the one whose y is nearest to the middle of its range.
        let pairs = choices.map { ($0, other($0, joined: z)) }.filter { $0.1.isFinite }
        let best = pairs.min { abs($0.1 - middle) < abs($1.1 - middle) } ?? (choices[12], middle)
        all[first].append(best.0)
        all[second].append(best.1)
      }
      return field.evaluate(all)
    }
  }
}
