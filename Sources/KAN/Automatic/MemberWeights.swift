/// The weights of members in a mixture, from what each answers to rows that it did not learn.
struct MemberWeights {
  /// Not negative; they sum to 1 for a squared error.
  private(set) var weights: [Double]
  /// The mean loss of the mixture and of each member alone, on rows left out.
  private(set) var loss: Double
  let losses: [Double]

  /// Members come from simple to complex. The first that does as well as the mixture takes its place: within what rows
  /// left out can tell, a five-hundredth of the loss.
  mutating func preferOne() {
    guard let member = losses.firstIndex(where: { $0 <= 1.002 * loss }) else { return }
    weights = losses.indices.map { $0 == member ? 1 : 0 }
    loss = losses[member]
  }

  /// For the squared error: the minimum of wᵀ(RᵀR/n + ρ(I - 11ᵀ/k))w over w ≥ 0, Σw = 1, where R: [n × k] has the
  /// members' errors, exactly: one of the 2ᵏ - 1 choices of members has it as its free minimum.
  ///
  /// - Parameters:
  ///   - gram: RᵀR/n in units of the targets' variance: [k × k]
  ///   - corrections: what the mean over a kind's networks takes off its own mean square; 0 for none.
  init(gram: Matrix<Double>, corrections: [Double]) {
    let k = gram.rows
    let losses = (0..<k).map { gram[$0, $0] }
    let ridge = AutomaticTuning.ridge * min(1, losses.min()!)
    var system = gram
    for i in 0..<k {
      // Half of the error stays at least: the variance of few networks is a guess.
      system[i, i] = max(system[i, i] - corrections[i], system[i, i] / 2)
      for j in 0..<k { system[i, j] += ridge * ((i == j ? 1 : 0) - 1 / Double(k)) }
    }
    var best = (value: Double.infinity, weights: [Double](repeating: 0, count: k))
    for subset in 1..<(1 << k) {
      let members = (0..<k).filter { subset >> $0 & 1 == 1 }
      guard let weights = Self.minimum(system, members) else { continue }
      var value = 0.0
      for (i, m) in members.enumerated() {
        for (j, l) in members.enumerated() { value += weights[i] * weights[j] * system[m, l] }
      }
      if value < best.value {
        best = (value, [Double](repeating: 0, count: k))
        for (i, m) in members.enumerated() { best.weights[m] = weights[i] }
      }
    }
    if !best.value.isFinite { best.weights[losses.indices.min { losses[$0] < losses[$1] }!] = 1 }
    var loss = 0.0
    for i in 0..<k { for j in 0..<k { loss += best.weights[i] * best.weights[j] * gram[i, j] } }
    (weights, self.loss, self.losses) = (best.weights, loss, losses)
  }

  /// The nearest weights that are not negative and sum to 1 (Held, Wolfe and Crowder 1974, Mathematical Programming 6).
  private static func onSimplex(_ weights: [Double]) -> [Double] {
    var (sum, shift) = (0.0, 0.0)
    for (place, weight) in weights.sorted(by: >).enumerated() {
      sum += weight
      let next = (sum - 1) / Double(place + 1)
      if weight - next > 0 { shift = next }
    }
    return weights.map { max(0, $0 - shift) }
  }

  /// G⁻¹1 / 1ᵀG⁻¹1 of some members, by elimination; nil if a weight is negative or G is singular.
  private static func minimum(_ gram: Matrix<Double>, _ members: [Int]) -> [Double]? {
    let k = members.count
    var rows = members.map { i in members.map { gram[i, $0] } + [1.0] }
    let scale = members.map { abs(gram[$0, $0]) }.max()!
    for pivot in 0..<k {
      let best = (pivot..<k).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }!
      rows.swapAt(pivot, best)
      if !(abs(rows[pivot][pivot]) > 1e-13 * scale) { return nil }
      for row in 0..<k where row != pivot {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot...k { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    let solution = (0..<k).map { rows[$0][k] / rows[$0][$0] }
    let sum = solution.reduce(0, +)
    let weights = solution.map { $0 / sum }
    return weights.allSatisfy { $0 >= 0 && $0.isFinite } ? weights : nil
  }

  /// For any other objective: projected gradient steps on the mean loss of Σ w·Z + ρ·Σ(w - 1/k)², w ≥ 0.
  ///
  /// - Parameters:
  ///   - count: k
  ///   - sumsToOne: whether Σw = 1 too. Logits are free, since a factor makes them more or less certain; any other
  ///     output would be pulled to 0, which means nothing in particular.
  ///   - mean: the mean loss and its gradient by the weights.
  init(count k: Int, sumsToOne: Bool = false, _ mean: ([Double]) -> (loss: Double, gradient: [Double])) {
    func value(_ weights: [Double]) -> (loss: Double, gradient: [Double]) {
      var (loss, gradient) = mean(weights)
      for i in 0..<k {
        let distance = weights[i] - 1 / Double(k)
        loss += AutomaticTuning.ridge * distance * distance
        gradient[i] += 2 * AutomaticTuning.ridge * distance
      }
      return (loss, gradient)
    }
    var weights = [Double](repeating: 1 / Double(k), count: k)
    var (loss, gradient) = value(weights)
    var step = 1.0
    for _ in 0..<60 {
      var moved = weights
      var next = (loss: Double.infinity, gradient: gradient)
      while step > 1e-6 {
        moved = weights.indices.map { weights[$0] - step * gradient[$0] }
        moved = sumsToOne ? Self.onSimplex(moved) : moved.map { max(0, $0) }
        next = value(moved)
        if next.loss <= loss { break }
        step /= 2
      }
      let gain = loss - next.loss
      if !(gain > 0) { break }
      (weights, loss, gradient) = (moved, next.loss, next.gradient)
      if gain < 1e-7 * abs(loss) { break }
      step *= 2
    }
    self.weights = weights
    self.loss = mean(weights).loss
    losses = (0..<k).map { member in mean((0..<k).map { $0 == member ? 1 : 0 }).loss }
  }
}
