/// Targets of rows left out, as the objective sees them.
struct JudgedTargets<Element: Scalar> {
  private let objective: any Objective
  /// In units of their spread where the objective scales them: [rows × out]
  private let values: Matrix<Element>
  private let classes: [Int32]
  /// 1 on average.
  private let weights: AlignedArray<Element>?
  private let rows: Int

  init(_ data: Dataset<Element>, _ network: Network<Element>, _ objective: any Objective) {
    self.objective = objective
    rows = data.rows
    weights = data.relativeWeights
    switch data.targets {
    case .values(var values):
      if objective.scalesTargets {
        let to = values.mutableView()
        for row in 0..<to.rows {
          for column in 0..<to.columns {
            to[row, column] =
              (to[row, column] - network.outputScaling.shift[column]) * network.outputScaling.factor[column]
          }
        }
      }
      (self.values, classes) = (values, [])
    case .classes(let labels, _): (values, classes) = (Matrix(rows: 0, columns: 0), labels)
    }
  }

  /// The mean loss of some outputs: [rows × out]
  func loss(of outputs: Matrix<Element>) -> Double {
    if objective is MeanSquaredError { return meanProduct(outputs, outputs) }
    var mixed = outputs
    return loss(of: [outputs], [1], mixed: &mixed).loss
  }

  /// The mean over rows and outputs of (a - t)·(b - t).
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func meanProduct(_ a: Matrix<Element>, _ b: Matrix<Element>) -> Double {
    let (a, b, t) = (a.view, b.view, values.view)
    var sum = 0.0
    for row in 0..<rows {
      let weight = weights.map { Double($0[row]) } ?? 1
      for column in 0..<t.columns {
        let target = Double(t[row, column])
        sum += weight * (Double(a[row, column]) - target) * (Double(b[row, column]) - target)
      }
    }
    return sum / Double(max(1, rows * t.columns))
  }

  /// The mean loss of Σ w·Z, and its gradient by w.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func loss(
    of outputs: [Matrix<Element>], _ shares: [Double], mixed: inout Matrix<Element>
  ) -> (loss: Double, gradient: [Double]) {
    let to = mixed.mutableView()
    let count = to.rows * to.columns
    for index in 0..<count {
      var sum = 0.0
      for (output, share) in zip(outputs, shares) { sum += share * Double(output.elements.pointer[index]) }
      to.base[index] = Element(sum)
    }
    var gradient = Matrix<Element>(rows: to.rows, columns: to.columns)
    let slope = gradient.mutableView()
    var loss = 0.0
    classes.withUnsafeBufferPointer { classes in
      for start in stride(from: 0, to: rows, by: 128) {
        let part = min(128, rows - start)
        let targets: TargetView<Element> =
          classes.isEmpty
          ? .values(values.view.slice(row: start, rows: part, columns: values.columns))
          : .classes(classes.baseAddress! + start)
        loss += objective.loss(
          of: ObjectiveTile(
            outputs: to.readOnly.slice(row: start, rows: part, columns: to.columns), targets: targets,
            weights: weights.map { $0.pointer + start }, total: rows),
          gradient: slope.slice(row: start, rows: part, columns: slope.columns))
      }
    }
    let slopes = outputs.map { output in
      var sum = 0.0
      for index in 0..<count { sum += Double(slope.base[index]) * Double(output.elements.pointer[index]) }
      return sum
    }
    return (loss, slopes)
  }
}
