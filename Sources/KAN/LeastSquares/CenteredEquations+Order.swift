/// Neighbouring columns whose coefficients are to rise, or to fall.
struct OrderedColumns: Sendable {
  /// Places among ``CenteredEquations/columns``.
  let places: Range<Int>
  /// 1 or -1.
  let sign: Double
}

extension CenteredEquations {
  /// The weight of a difference in the wrong direction, relative to the scale: what is left of it is far below any effect
  /// on the fit, and the equations keep enough digits.
  private static var strength: Double { 1e6 }
  /// Rounds of differences held and let go; a few do.
  private static var mostRounds: Int { 30 }

  /// Moves a solution to the best one whose coefficients rise or fall along some columns, with the same λ and but for
  /// differences of about 1e-6 of the coefficients, which a projection removes.
  ///
  /// Differences in the wrong direction are penalised until they are the same ones twice (asymmetric penalties: Bollaerts,
  /// Eilers and van Mechelen 2006, Statistics in Medicine 25).
  /// - Throws: ``LinearAlgebraError`` if a sum is not finite.
  func order(
    _ solution: inout AdditiveSolution, along runs: [OrderedColumns], _ pool: ThreadPool
  ) throws(LinearAlgebraError) {
    if runs.isEmpty { return }
    for output in 0..<outputs {
      var c = columns.map { solution.weights.view[$0, output] }
      var wrong = wrongDifferences(c, runs)
      if wrong.isEmpty { continue }
      for _ in 0..<Self.mostRounds {
        var held = self
        held.penalties.append(PlacedPenalty(differencesAfter: wrong))
        c = held.coefficients(
          try held.factor(solution.lambda[output] + [Self.strength * scale], pool), output)
        let next = wrongDifferences(c, runs)
        if next == wrong { break }
        wrong = next
      }
      take(c, output, squares: residual(c, output), in: &solution)
    }
  }

  private func wrongDifferences(_ c: [Double], _ runs: [OrderedColumns]) -> [Int] {
    runs.flatMap { run in run.places.dropLast().filter { run.sign * (c[$0 + 1] - c[$0]) < 0 } }
  }
}

extension Network {
  /// The columns of the last layer's equations that ``monotone`` asks an order of, in a network of one layer.
  func orderedColumns(in equations: CenteredEquations) -> [OrderedColumns] {
    let basis = layers[0].basis
    return monotone.sorted { $0.key < $1.key }.map { input, direction in
      let functions = input * basis.functions..<input * basis.functions + basis.orderedFunctions(ofInput: input)
      let places = equations.columns.indices.filter { functions.contains(equations.columns[$0]) }
      return OrderedColumns(
        places: (places.first ?? 0)..<(places.last.map { $0 + 1 } ?? 0), sign: direction == .rising ? 1 : -1)
    }
  }
}
