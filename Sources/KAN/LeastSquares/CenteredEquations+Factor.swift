/// V⁻¹ = A + Σ λ·DᵀD + small terms as L·Lᵀ.
package struct PenalizedFactor: Sendable {
  /// L, the lower triangle: [q × q]
  package let lower: Matrix<Double>
  /// The shift of the diagonal, relative to ``CenteredEquations/scale``, that made it positive definite.
  package let shift: Double

  /// V·x: [q]
  func solved(_ x: [Double]) -> [Double] {
    var x = x
    x.withUnsafeMutableBufferPointer {
      if let x = $0.baseAddress { Cholesky.solve(factored: lower.elements.pointer, order: lower.rows, x) }
    }
    withExtendedLifetime(lower) {}
    return x
  }

  /// L⁻ᵀ by rows, each from its diagonal on: [q × q]
  func inverse(_ pool: ThreadPool) -> Matrix<Double> {
    var result = Matrix<Double>(rows: lower.rows, columns: lower.rows)
    Cholesky.invert(
      factored: lower.elements.pointer, order: lower.rows, to: result.mutableView().base, pool: pool)
    withExtendedLifetime(lower) {}
    return result
  }
}

extension CenteredEquations {
  /// The first shift tried. Every direction has a term of its own, so that a shift is needed against rounding alone.
  static var leastShift: Double { 1e-13 }

  /// Factors A + Σ λ·DᵀD.
  ///
  /// Where the functions of an input sum to 1, their constant is the bias and A has no term for it: ‖1ᵀc‖² then fixes
  /// Σ c = 0, without effect on the fit.
  /// - Throws: ``LinearAlgebraError`` if there is no factor, since a sum is not finite.
  func factor(_ lambda: [Double], _ pool: ThreadPool) throws(LinearAlgebraError) -> PenalizedFactor {
    let q = order
    var h = gram
    let shift = Cholesky.leastShift(from: Self.leastShift, times: 10, upTo: 1e-3) { shift in
      h.elements.copyElements(from: gram.elements)
      let to = h.mutableView().base
      for (penalty, lambda) in zip(penalties, lambda) { penalty.add(lambda, to: to, order: q) }
      for own in constants {
        let weight = scale / Double(own.count)
        for i in own { for j in own where j <= i { to[i * q + j] += weight } }
      }
      for i in 0..<q { to[i * q + i] += shift * scale }
      return Cholesky.factor(to, order: q, pool: pool)
    }
    guard let shift else { throw .notConverged(routine: "potrf") }
    return PenalizedFactor(lower: h, shift: shift)
  }
}
