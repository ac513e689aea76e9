/// The normal equations of an additive problem after its columns and targets have been centred, so that the bias is
/// solved for. Functions that no row and no penalty meets are left out, and so are base functions: they nearly depend on
/// the others, and their coefficients become 0.
///
///     A = Φᵀω(Φ - 1m̄ᵀ): [q × q]    g = Φᵀω(T - t̄): [q × out]    Σω = rows of positive weight
package struct CenteredEquations: Sendable {
  /// The functions solved for, of all p.
  package let columns: [Int]
  /// Rows of positive weight.
  package let rows: Double
  /// The lower triangle of A, row-major: [q × q]
  package let gram: Matrix<Double>
  /// g: [out × q], contiguous for each output.
  package let sides: Matrix<Double>
  /// Σ ω(T - t̄)²: [out]
  package let squares: [Double]
  /// m̄: [q] and t̄: [out]
  package let means: [Double]
  package let targetMeans: [Double]
  /// The penalties, input by input.
  var penalties: [PlacedPenalty]
  /// Runs of columns whose constant function neither the rows nor a penalty determine, since the bias provides it.
  let constants: [[Int]]
  /// tr A/q, the unit of λ.
  package let scale: Double

  package var penaltyCount: Int { penalties.count }
  /// q
  package var order: Int { columns.count }
  package var outputs: Int { squares.count }
}

/// D of a penalty by its non-zero elements.
struct PlacedPenalty: Sendable {
  let rank: Double
  /// Elements of row d: starts[d] ..< starts[d + 1]
  let starts: [Int]
  let columns: [Int]
  let values: [Double]

  init(_ penalty: CoefficientPenalty, _ place: (Int) -> Int) {
    rank = Double(penalty.rank)
    var (starts, columns, values): ([Int], [Int], [Double]) = ([0], [], [])
    for row in 0..<penalty.rows.rows {
      for column in 0..<penalty.rows.columns where penalty.rows[row, column] != 0 {
        columns.append(place(column))
        values.append(penalty.rows[row, column])
      }
      starts.append(columns.count)
    }
    (self.starts, self.columns, self.values) = (starts, columns, values)
  }

  /// The differences of pairs of neighbours, c of `column` + 1 less that of `column`.
  init(differencesAfter columns: [Int]) {
    rank = Double(columns.count)
    starts = (0...columns.count).map { 2 * $0 }
    self.columns = columns.flatMap { [$0, $0 + 1] }
    values = columns.flatMap { _ in [-1.0, 1] }
  }

  /// ‖D·c‖²
  func square(_ c: UnsafePointer<Double>) -> Double {
    var sum = 0.0
    for row in 0..<starts.count - 1 {
      var difference = 0.0
      for place in starts[row]..<starts[row + 1] { difference += values[place] * c[columns[place]] }
      sum += difference * difference
    }
    return sum
  }

  /// to += λ·DᵀD·c
  func add(_ lambda: Double, times c: UnsafePointer<Double>, to: UnsafeMutablePointer<Double>) {
    for row in 0..<starts.count - 1 {
      var difference = 0.0
      for place in starts[row]..<starts[row + 1] { difference += values[place] * c[columns[place]] }
      for place in starts[row]..<starts[row + 1] { to[columns[place]] += lambda * difference * values[place] }
    }
  }

  /// Adds λ·DᵀD to a lower triangle: [n × n]
  func add(_ lambda: Double, to h: UnsafeMutablePointer<Double>, order n: Int) {
    for row in 0..<starts.count - 1 {
      for a in starts[row]..<starts[row + 1] {
        for b in starts[row]...a { h[columns[a] * n + columns[b]] += lambda * values[a] * values[b] }
      }
    }
  }

  /// tr(V·DᵀD) = ‖L⁻¹·Dᵀ‖², given L⁻ᵀ: [n × n] by rows, each from its diagonal on.
  func trace(_ inverse: UnsafePointer<Double>, order n: Int) -> Double {
    var sum = 0.0
    var line = [Double](repeating: 0, count: n)
    for row in 0..<starts.count - 1 where starts[row] < starts[row + 1] {
      let first = columns[starts[row]]
      for place in first..<n { line[place] = 0 }
      for place in starts[row]..<starts[row + 1] {
        let column = columns[place]
        let (value, from) = (values[place], inverse + column * n)
        for other in column..<n { line[other] += value * from[other] }
      }
      for place in first..<n { sum += line[place] * line[place] }
    }
    return sum
  }
}

extension AdditiveSystem {
  /// The centred equations of all rows, or of those outside one fold.
  ///
  /// - Parameter inputs: those whose functions are solved for; all if nil.
  package func centered(withoutFold left: Int? = nil, inputs: [Int]? = nil) -> CenteredEquations {
    let (p, sideCount) = (functions, outputs + 1)
    let kept = (0..<folds).filter { $0 != left }
    let rows = Double(kept.reduce(0) { $0 + counts[$1] })
    func total(_ values: [Double], _ width: Int, _ column: Int) -> Double {
      kept.reduce(0) { $0 + values[$1 * width + column] }
    }
    let weight = total(totals, sideCount, outputs)
    // Weights are scaled to a mean of 1 over the rows that count, so that σ² is per row.
    let unit = weight > 0 ? rows / weight : 0
    let targetMeans = (0..<outputs).map { weight > 0 ? total(totals, sideCount, $0) / weight : 0 }
    let (triangle, sums) = (gram.pointer, sides.pointer)
    func element(_ row: Int, _ column: Int) -> Double {
      kept.reduce(0) { $0 + triangle[$1 * gramSize + start(row) + column] }
    }
    func side(_ function: Int, _ column: Int) -> Double {
      kept.reduce(0) { $0 + sums[($1 * p + function) * sideCount + column] }
    }

    let solved = Set(inputs ?? Array(0..<basis.inputs))
    let perInput = (0..<basis.inputs).map { solved.contains($0) ? basis.penalties(ofInput: $0) : [] }
    let bounded = basis.functions - basis.baseFunctions
    var columns: [Int] = []
    var places = [Int](repeating: -1, count: p)
    for input in 0..<basis.inputs where solved.contains(input) {
      for function in 0..<bounded {
        let column = input * basis.functions + function
        let isPenalized = perInput[input].contains { d in
          (0..<d.rows.rows).contains { d.rows[$0, function] != 0 }
        }
        if isPenalized || element(column, column) > 0 {
          places[column] = columns.count
          columns.append(column)
        }
      }
    }

    let q = columns.count
    let means = columns.map { weight > 0 ? side($0, outputs) / weight : 0 }
    var a = Matrix<Double>(rows: q, columns: q)
    var g = Matrix<Double>(rows: outputs, columns: q)
    let (toA, toG) = (a.mutableView(), g.mutableView())
    for (i, column) in columns.enumerated() {
      for fold in kept {
        let from = triangle + fold * gramSize + start(column)
        for j in 0...i { toA[i, j] += from[columns[j]] }
      }
      for j in 0...i { toA[i, j] = unit * (toA[i, j] - weight * means[i] * means[j]) }
      for output in 0..<outputs {
        toG[output, i] = unit * (side(column, output) - weight * means[i] * targetMeans[output])
      }
    }
    let trace = (0..<q).reduce(0.0) { $0 + a.view[$1, $1] }

    var penalties: [PlacedPenalty] = []
    var constants: [[Int]] = []
    for input in 0..<basis.inputs {
      let first = input * basis.functions
      penalties += perInput[input].map { PlacedPenalty($0) { places[first + $0] } }
      let own = (0..<bounded).map { places[first + $0] }.filter { $0 >= 0 }
      if own.isEmpty { continue }
      let sum = own.reduce(0.0) { sum, i in sum + own.reduce(0) { $0 + a.view[max(i, $1), min(i, $1)] } }
      let ownTrace = own.reduce(0.0) { $0 + a.view[$1, $1] }
      let isPenalized = perInput[input].contains { d in
        (0..<d.rows.rows).contains { row in abs((0..<bounded).reduce(0) { $0 + d.rows[row, $1] }) > 1e-9 }
      }
      // Rounding leaves about q·ε of the trace.
      if !isPenalized && sum <= 1e-11 * ownTrace { constants.append(own) }
    }
    return CenteredEquations(
      columns: columns, rows: rows, gram: a, sides: g,
      squares: (0..<outputs).map {
        max(0, unit * (total(squares, outputs, $0) - weight * targetMeans[$0] * targetMeans[$0]))
      },
      means: means, targetMeans: targetMeans, penalties: penalties, constants: constants,
      scale: trace > 0 ? trace / Double(q) : 1)
  }
}
