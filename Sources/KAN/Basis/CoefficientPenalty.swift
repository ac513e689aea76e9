/// A quadratic penalty λ·‖D·c‖² on the coefficients c of one input's functions, base functions excluded.
///
/// A fit chooses λ for each penalty from the data, so its scale does not matter. Columns of zeros exempt a function,
/// for example one that the input does not use.
public struct CoefficientPenalty: Sendable, Equatable {
  /// D: [rows × (K - f)]
  public let rows: Matrix<Double>
  /// The rank of D: how many directions of c it restricts.
  public let rank: Int

  /// A penalty with any D of the given rank; traps unless 0 < rank ≤ rows and columns.
  public init(rows: Matrix<Double>, rank: Int) {
    require(
      rank > 0 && rank <= min(rows.rows, rows.columns),
      "CoefficientPenalty: rank \(rank) of [\(rows.rows) × \(rows.columns)]")
    self.rows = rows
    self.rank = rank
  }

  /// ‖c‖² of the first `count` of K - f functions: categories, or functions without an order.
  public static func identity(_ count: Int, of functions: Int) -> CoefficientPenalty {
    var rows = Matrix<Double>(rows: count, columns: functions)
    for place in 0..<count { rows[place, place] = 1 }
    return CoefficientPenalty(rows: rows, rank: count)
  }

  /// Penalties on the curve of the first `count` of K - f functions, ordered from left to right: second differences,
  /// cⱼ - 2cⱼ₊₁ + cⱼ₊₂, and the one direction that these and the constant leave free, the slope.
  ///
  /// Differences go by index rather than by distance: on knots that follow the data, the curve is then smooth where
  /// rows are few and flexible where they are many (P-splines, Eilers and Marx 1996, Statistical Science 11). Two
  /// penalties rather than one let a fit remove an input altogether (Marra and Wood 2011, Computational Statistics &
  /// Data Analysis 55).
  public static func curve(_ count: Int, of functions: Int) -> [CoefficientPenalty] {
    if count < 2 { return count < 1 ? [] : [identity(count, of: functions)] }
    var slope = Matrix<Double>(rows: 1, columns: functions)
    let middle = Double(count - 1) / 2
    let square = (0..<count).reduce(0.0) { $0 + (Double($1) - middle) * (Double($1) - middle) }
    for place in 0..<count { slope[0, place] = (Double(place) - middle) / square.squareRoot() }
    var bends = Matrix<Double>(rows: count - 2, columns: functions)
    for row in 0..<bends.rows { (bends[row, row], bends[row, row + 1], bends[row, row + 2]) = (1, -2, 1) }
    let linear = CoefficientPenalty(rows: slope, rank: 1)
    return count == 2 ? [linear] : [CoefficientPenalty(rows: bends, rank: count - 2), linear]
  }
}

extension Basis {
  public func penalties(ofInput input: Int) -> [CoefficientPenalty] {
    let count = functions - baseFunctions
    return count > 0 ? [.identity(count, of: count)] : []
  }
}

extension GriddedBasis {
  public func penalties(ofInput input: Int) -> [CoefficientPenalty] {
    CoefficientPenalty.curve(boundedFunctions, of: boundedFunctions)
  }
}
