import KAN

/// The plan of a formula: how it is put together from curves, for each of which there are several candidates.
indirect enum Structure {
  /// Alternatives, the likeliest first.
  case leaf([Expression])
  case sum([Structure])
  case product([Structure])
  /// T⁻¹ of a structure.
  case transformed(OutputTransform, isNegative: Bool, Structure)
  /// A curve of variable 0, by its alternatives, of a structure.
  case composed([Expression], Structure)

  /// The numbers of alternatives of all curves, in the order of the tree.
  var alternatives: [Int] {
    switch self {
    case .leaf(let all): [all.count]
    case .sum(let parts), .product(let parts): parts.flatMap(\.alternatives)
    case .transformed(_, _, let inner): inner.alternatives
    case .composed(let outer, let inner): [outer.count] + inner.alternatives
    }
  }

  /// The formula with the given alternatives.
  func expression(_ choice: [Int]) -> Expression {
    var next = 0
    func walk(_ structure: Structure) -> Expression {
      switch structure {
      case .leaf(let all):
        next += 1
        return all[choice[next - 1]]
      case .sum(let parts): return .sum(parts.map(walk))
      case .product(let parts): return .product(parts.map(walk))
      case .transformed(let transform, let isNegative, let inner):
        return transform.inverse(of: walk(inner), isNegative: isNegative)
      case .composed(let outer, let inner):
        next += 1
        let curve = outer[choice[next - 1]]
        let argument = walk(inner)
        return curve.substituting { _ in argument }
      }
    }
    return walk(self)
  }

  /// The structure in other variables.
  func substituting(_ value: (Int) -> Expression) -> Structure {
    switch self {
    case .leaf(let all): .leaf(all.map { $0.substituting(value) })
    case .sum(let parts): .sum(parts.map { $0.substituting(value) })
    case .product(let parts): .product(parts.map { $0.substituting(value) })
    case .transformed(let transform, let isNegative, let inner):
      .transformed(transform, isNegative: isNegative, inner.substituting(value))
    case .composed(let outer, let inner): .composed(outer, inner.substituting(value))
    }
  }

  /// The best formula of the structure for some points: each curve's alternatives are tried in the whole, with all
  /// constants fitted anew, from the first curve to the last.
  ///
  /// Trials take some hundred of the points, the one that is kept takes all.
  func best(for fit: ConstantFit, noise: Double) -> FormulaCandidate {
    let counts = alternatives
    var choice = counts.map { _ in 0 }
    let few = fit.thinned(to: 300)
    func candidate(_ choice: [Int]) -> FormulaCandidate {
      few.fit(expression(choice).simplified(), iterations: 15)
    }
    var best = candidate(choice)
    let floor = max(noise, 1e-13)
    for place in counts.indices {
      if best.error <= 2 * floor { break }
      for other in 1..<max(1, counts[place]) {
        var trial = choice
        trial[place] = other
        let found = candidate(trial)
        if found.cost(noise: floor) < best.cost(noise: floor) { (best, choice) = (found, trial) }
      }
    }
    return fit.fit(best.expression)
  }
}
