import KAN

/// How much of the outputs' variance goes with each input, alone and together with others.
struct TotalEffects: Sendable {
  /// The inputs that it was taken for, those that matter most first, with their shares.
  var inputs: [(input: Int, share: Double)]

  /// Inputs that are looked at; of more, those with the largest scores.
  private static var most: Int { 40 }
  /// Shares are right to a few percent of themselves, and of large networks to some more, so that they take some tenths of
  /// a second.
  private static func rows(_ parameters: Int) -> Int { max(96, min(256, 40_000_000 / parameters)) }

  /// Σ (f(x) - f(x with xᵢ of another row))² / (2n·Var f): the total effect, where inputs are independent (Jansen 1999,
  /// Computer Physics Communications 117), and the squared loss of permuting a column (Fisher, Rudin and Dominici 2019,
  /// JMLR 20) in any case. Outputs count by their variances, classes by those of their probabilities.
  init<Element: Scalar>(_ network: Network<Element>, scores: [Double], on sample: Matrix<Element>, pool: ThreadPool) {
    let order = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(Self.most)
    let rows = sample.selecting(rows: evenlySpaced(Self.rows(network.parameterCount), of: sample.rows))
    let own = network.predict(rows, pool: pool)
    let scales = Self.variances(of: own).map { $0 > 0 && network.task == .regression ? 1 / $0 : 1 }
    let total = zip(Self.variances(of: own), scales).reduce(0) { $0 + $1.0 * $1.1 }
    var shares: [(input: Int, share: Double)] = []
    for input in order where total > 0 && rows.rows > 1 {
      var changed = rows
      // Rows of a file are often sorted: others by a stride without a common factor.
      let stride = Self.stride(rows.rows)
      let column = rows.column(input)
      changed.withUnsafeMutableView { view in
        for row in column.indices { view[row, input] = column[(row * stride + column.count / 2) % column.count] }
      }
      let other = network.predict(changed, pool: pool)
      var sum = 0.0
      for row in 0..<own.rows {
        for output in 0..<own.columns {
          let move = Double(own[row, output]) - Double(other[row, output])
          sum += move * move * scales[output]
        }
      }
      shares.append((input, sum / (2 * Double(rows.rows) * total)))
    }
    inputs = shares.sorted { ($1.share, $0.input) < ($0.share, $1.input) }
  }

  private static func variances<Element: Scalar>(of y: Matrix<Element>) -> [Double] {
    (0..<y.columns).map { column in
      let values = y.column(column).map { Double($0) }
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count))
    }
  }

  /// About 0.618·n, without a factor that n has too.
  private static func stride(_ n: Int) -> Int {
    func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
    var stride = max(1, Int(0.618 * Double(n)))
    while divisor(stride, n) != 1 { stride += 1 }
    return stride
  }
}
