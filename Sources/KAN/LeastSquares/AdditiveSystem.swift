/// The sums of an additive least-squares problem, T ≈ Φ(X)·W + b for one layer, in double precision whatever the
/// element type:
///
///     ΦᵀωΦ: [p × p]    Φᵀω·(T, 1): [p × (out + 1)]    diag TᵀωT    Σ ω·(T, 1)        p = in·K, ω: row weights
///
/// kept for each of `folds` parts of the rows, so that the problem without one part is the total less its sums.
package struct AdditiveSystem<Element: Scalar>: Reduction {
  let basis: any Basis<Element>
  /// Columns of T.
  let outputs: Int
  let folds: Int
  /// Whether ΦᵀωΦ is formed from whole rows of Φ by `syrk`; from the non-zero functions of each pair of inputs otherwise.
  let isDense: Bool
  let pool: ThreadPool
  /// The lower triangle of ΦᵀωΦ of each fold: element (i, j) at `start(i) + j`, j ≤ i.
  var gram: AlignedArray<Double>
  /// [folds × p × (out + 1)]
  var sides: AlignedArray<Double>
  /// Σ ω·T² and Σ ω·(T, 1) of each fold: [folds × out], [folds × (out + 1)]
  var squares, totals: [Double]
  /// Rows of positive weight of each fold.
  var counts: [Int]

  /// p
  var functions: Int { basis.inputs * basis.functions }
  /// Elements of a fold's triangle.
  var gramSize: Int { start(functions) }

  /// Where a row of the lower triangle begins: packed, or full rows for `syrk`.
  func start(_ row: Int) -> Int { isDense ? row * functions : row * (row + 1) / 2 }

  /// Above this ratio of K to n, scattered products of the n non-zero functions cost less than `syrk` on all K: they do
  /// (n/K)² of its work at about a sixth of its rate (measured with AVX2; flat within 2 to 3).
  private static var leastSparsity: Double { 2.5 }

  package init(_ basis: any Basis<Element>, outputs: Int, folds: Int = 1, pool: ThreadPool = .shared) {
    self.basis = basis
    self.outputs = outputs
    self.folds = folds
    self.pool = pool
    isDense =
      (basis as? any CompactBasis<Element>).map {
        Double($0.functions) < Self.leastSparsity * Double($0.nonZeroFunctions)
      } ?? true
    let p = basis.inputs * basis.functions
    gram = AlignedArray(zeros: folds * (isDense ? p * p : p * (p + 1) / 2))
    sides = AlignedArray(zeros: folds * p * (outputs + 1))
    squares = [Double](repeating: 0, count: folds * outputs)
    totals = [Double](repeating: 0, count: folds * (outputs + 1))
    counts = [Int](repeating: 0, count: folds)
  }

  /// Memory of the sums in bytes, at most.
  static func bytes(functions p: Int, outputs: Int, folds: Int) -> Int { folds * 8 * p * (p + outputs + 1) }

  package mutating func merge(_ other: AdditiveSystem) {
    addUp(&gram, other.gram)
    addUp(&sides, other.sides)
    for place in squares.indices { squares[place] += other.squares[place] }
    for place in totals.indices { totals[place] += other.totals[place] }
    for fold in counts.indices { counts[fold] += other.counts[fold] }
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&gram)
    coder.code(&sides)
    coder.code(&squares)
    coder.code(&totals)
    coder.code(&counts)
  }
}

private func addUp(_ to: inout AlignedArray<Double>, _ other: AlignedArray<Double>) {
  let (target, source) = (to.mutablePointer(), other.pointer)
  withExtendedLifetime(other) { for place in 0..<other.count { target[place] += source[place] } }
}

/// Some rows of an additive problem.
package struct AdditiveRows<Element: Scalar> {
  /// What the layer sees: [rows × in]
  let x: MatrixView<Element>
  /// T: [rows × out]
  let targets: MatrixView<Double>
  /// ω: [rows]; 1 if nil.
  let weights: UnsafePointer<Element>?
  /// The fold of each row: [rows]; 0 if nil.
  let folds: UnsafePointer<UInt8>?

  package init(
    x: MatrixView<Element>, targets: MatrixView<Double>, weights: UnsafePointer<Element>? = nil,
    folds: UnsafePointer<UInt8>? = nil
  ) {
    self.x = x
    self.targets = targets
    self.weights = weights
    self.folds = folds
  }
}
