extension ExportPlan {
  /// The plan with a table of each input's functions, joined with their weights, in place of the functions: straight lines
  /// between evenly spaced points, which go on beyond the first and the last. Little is left to compute for a row, but there is
  /// more to store (compare arXiv 2601.03332).
  ///
  /// Inputs of texts and of a linear layer stay as they are.
  public func tabulated(intervals: Int) throws(ExportError) -> ExportPlan {
    var result = self
    let numbers = layers.reduce(0) { $0 + $1.inputs * $1.sums } * (intervals + 1)
    // A gigabyte of source.
    guard numbers <= 50_000_000 else { throw ExportError("tables of \(numbers) numbers") }
    result.layers = layers.map { $0.tabulated(intervals: intervals, isDouble: isDouble) }
    result.tabulated = "each function as straight lines between \(intervals + 1) points"
    return result
  }
}

extension ExportLayer {
  fileprivate func tabulated(intervals: Int, isDouble: Bool) -> ExportLayer {
    var functions = [FunctionBlock.Functions?](repeating: nil, count: inputs)
    for block in blocks {
      for (place, input) in block.inputs.enumerated() {
        functions[input] = block.table(ofInput: place, intervals, sums: sums, isDouble: isDouble)
      }
    }
    return ExportLayer(self, blocks: FunctionBlock.joining(functions))
  }
}

extension FunctionBlock {
  /// One input's functions as a table, or as they are where they need none.
  fileprivate func table(ofInput place: Int, _ intervals: Int, sums: Int, isDouble: Bool) -> Functions {
    let own = Array(weights[place * rows * sums..<(place + 1) * rows * sums])
    guard let home = ranges[place] else {
      return Functions(tape: tape.selecting(place), cell: cell, values: values, rows: rows, weights: own, range: nil)
    }
    var steps = [Double](repeating: 0, count: tape.steps.count)
    /// Σ functions·W at a point: [sums]
    func row(at x: Double) -> [Double] {
      tape.evaluate(isDouble ? x : Double(Float(x)), ofInput: place, isDouble: isDouble, to: &steps)
      var row = [Double](repeating: 0, count: sums)
      for value in values {
        let start: Int
        switch value.place {
        case .cell(let r): start = (Int(steps[cell!]) + r) * sums
        case .row(let r): start = r * sums
        }
        for sum in 0..<sums { row[sum] += steps[value.value] * own[start + sum] }
      }
      return row
    }
    /// Where the functions go on bent, as SiLU does, the last line would soon be far from them.
    func room(at end: Double, _ width: Double) -> Double {
      let rows = [0, 0.5, 1].map { row(at: end + $0 * width) }
      let isBent = (0..<sums).contains { sum in
        abs(rows[2][sum] - 2 * rows[1][sum] + rows[0][sum]) > 1e-5 * (abs(rows[0][sum]) + abs(rows[2][sum]))
      }
      return isBent ? width : 0
    }
    // Room costs accuracy within: a quarter on both sides makes errors 2.25 times as large.
    let quarter = (home.upperBound - home.lowerBound) / 4
    let range =
      home.lowerBound + room(at: home.lowerBound, -quarter)...home.upperBound + room(at: home.upperBound, quarter)
    var table: [Double] = []
    for point in 0...intervals {
      table += row(at: range.lowerBound + Double(point) / Double(intervals) * (range.upperBound - range.lowerBound))
    }
    let builder = TapeBuilder(isDouble: isDouble)
    let u =
      (builder.input() - builder.parameter(range.lowerBound))
      * builder.parameter(Double(intervals) / (range.upperBound - range.lowerBound))
    let rising = (u > 0).select(u, builder.constant(0))
    let last = builder.constant(Double(intervals - 1))
    let interval = (rising < last).select(rising, last).apply(.whole)
    let share = u - interval
    let hats = [1 - share, share].enumerated().map { Value(value: $1.value, place: .cell($0)) }
    return Functions(
      tape: builder.tape, cell: interval.value, values: hats, rows: intervals + 1,
      weights: isDouble ? table : table.map { Double(Float($0)) }, range: range)
  }
}
