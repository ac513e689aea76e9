extension LevenbergMarquardt.Tuning {
  /// The range of some values with room at each end, so that new values seldom fall outside: a multiple of the growth
  /// of the outermost value over the last d doublings of the number of values, x_max - E[x_max of n/2ᵈ of them].
  ///
  /// The gains of a doubling go as n^(-1/α) where the share of values above max - t goes as tᵅ, whatever α is: 1/2 at
  /// the smooth maximum of one input, 1 at an edge, their sum for a sum of inputs. They shrink, so the next d doublings
  /// add less than the last d (de Haan and Ferreira 2006, Extreme Value Theory, section 1.2). α need not be estimated,
  /// and a tail of a hundred values would determine it poorly.
  ///
  /// Ties count once, as does a row of weight 2. Few distinct values, such as levels of a factor, allow fewer
  /// doublings: the smallest part keeps four values, and fewer than eight values allow none.
  ///
  /// - Parameter grid: the present grid, kept if the values hardly vary.
  func rangeWithRoom(_ values: [Double], _ grid: Grid<Double>, input: Int) -> ClosedRange<Double> {
    let all = values.sorted()
    let sorted = all.indices.filter { $0 == 0 || all[$0] != all[$0 - 1] }.map { all[$0] }
    let (low, high) = (sorted[0], sorted[sorted.count - 1])
    let width = high - low
    func bounded(_ growth: Double) -> Double { min(leastRoom * width + room * growth, mostRoom * width) }
    return grid.following(
      low...high, below: bounded(growth(of: sorted, sorted.count) { $0 - low }),
      above: bounded(growth(of: sorted.reversed(), sorted.count) { high - $0 }),
      ofInput: input)
  }

  /// E[distance of the outermost of a random n/2ᵈ of the values], which is value i with the probability p·(1 - p)ⁱ, p =
  /// 2⁻ᵈ.
  private func growth(
    of outermostFirst: some Sequence<Double>, _ count: Int, _ distance: (Double) -> Double
  ) -> Double {
    var doublings = 0
    while doublings < roomDoublings && count >> (doublings + 1) >= 4 { doublings += 1 }
    let share = 1 / Double(1 << doublings)
    var weight = share
    var sum = 0.0
    var total = 0.0
    for value in outermostFirst {
      sum += weight * distance(value)
      total += weight
      weight *= 1 - share
      if weight < 1e-9 { break }
    }
    return sum / total
  }
}
