import KANLinearAlgebra

extension ExportPlan {
  /// What the exported function gives for a row, computed from the plan: [columns] → [outputs]. Texts are numbers, as
  /// ``ExportColumn/Kind/text(_:)`` says.
  ///
  /// It is the plain twin of all writers, by which they are tested where no other program can run them.
  public func predict(_ row: [Double]) -> [Double] {
    var values: [Double] = []
    func run(_ tape: Tape, _ x: Double, _ input: Int) {
      if values.count < tape.steps.count { values = [Double](repeating: 0, count: tape.steps.count) }
      tape.evaluate(x, ofInput: input, isDouble: isDouble, to: &values)
    }
    func rounded(_ value: Double) -> Double { isDouble ? value : Double(Float(value)) }
    var x = [Double](repeating: 0, count: width)
    for block in inputs {
      for (place, column) in block.columns.enumerated() {
        run(block.tape, row[column], place)
        x[block.inputs.lowerBound + place] = values[block.tape.steps.count - 1]
      }
    }
    for layer in layers {
      var z = layer.bias
      for block in layer.blocks {
        for (place, input) in block.inputs.enumerated() {
          run(block.tape, x[input], place)
          let cell = block.cell.map { Int(values[$0]) } ?? 0
          for value in block.values {
            let row: Int
            switch value.place {
            case .cell(let r): row = cell + r
            case .row(let r): row = r
            }
            let start = (place * block.rows + row) * layer.sums
            for sum in 0..<layer.sums { z[sum] = rounded(z[sum] + values[value.value] * block.weights[start + sum]) }
          }
        }
      }
      let plain = layer.outputs - layer.products
      x = (0..<plain).map { rounded(layer.activation.value(at: z[$0])) }
      x += (0..<layer.products).map { rounded(z[plain + 2 * $0] * z[plain + 2 * $0 + 1]) }
    }
    if isClassification {
      let top = x.max()!
      let powers = x.map { Elementary.exp($0 - top) }
      let total = powers.reduce(0, +)
      x = powers.map { rounded($0 / total) }
    }
    for output in x.indices {
      run(self.output, x[output], output)
      x[output] = values[self.output.steps.count - 1]
    }
    return x
  }
}
