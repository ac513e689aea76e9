/// How coefficients on some functions of a table become those of the same curves on finer knots.
struct TableTransfer<Element: Scalar> {
  let fine: TableBasis<Element>
  /// For each input [its functions of `fine` × its functions before]; nil where they are the same.
  private let matrices: [Matrix<Double>?]

  /// - Parameter fine: with the breakpoints of `coarse`, and others between them.
  /// - Throws: ``LinearAlgebraError`` or ``BasisError`` if the functions are not finite.
  init(from coarse: TableBasis<Element>, to fine: TableBasis<Element>) throws {
    self.fine = fine
    matrices = try zip(coarse.columns, fine.columns).map { before, after in
      if before == after { return nil }
      let (old, new) = (try TableBasis<Double>([before.doubles]), try TableBasis<Double>([after.doubles]))
      // Curves on the old knots are curves on the new ones, so that any points that determine these will do.
      let points = new.fittingPoints(ofInput: 0)
      let x = Matrix(rows: points.count, columns: 1, elements: points)
      func values(_ basis: TableBasis<Double>, _ count: Int) -> Matrix<Double> {
        var all = Matrix<Double>(rows: points.count, columns: basis.functions)
        basis.writeValues(of: x.view, first: 0, to: all.mutableView())
        var own = Matrix<Double>(rows: points.count, columns: count)
        for row in 0..<points.count { for column in 0..<count { own[row, column] = all[row, column] } }
        return own
      }
      let (a, b) = (values(new, after.count), values(old, before.count))
      var problem = LeastSquaresAccumulator(rows: points.count, columns: after.count, sides: before.count)
      problem.add(a.view, b.view)
      return try withExtendedLifetime((a, b, x)) { try problem.solve() }
    }
  }

  /// W: [in·K before × sums] as [in·K of `fine` × sums]. The base function, an input's place among its knots, is the same
  /// where all intervals are halved.
  func weights(_ weights: Matrix<Element>, functions count: Int) -> Matrix<Element> {
    var result = Matrix<Element>(rows: fine.inputs * fine.functions, columns: weights.columns)
    for input in 0..<fine.inputs {
      let (from, to) = (input * count, input * fine.functions)
      let own = fine.columns[input].count
      for sum in 0..<weights.columns {
        for function in 0..<own {
          guard let matrix = matrices[input] else {
            result[to + function, sum] = weights[from + function, sum]
            continue
          }
          var value = 0.0
          for old in 0..<matrix.columns { value += matrix[function, old] * Double(weights[from + old, sum]) }
          result[to + function, sum] = Element(value)
        }
        result[to + fine.functions - 1, sum] = weights[from + count - 1, sum]
      }
    }
    return result
  }
}

extension Network {
  /// This network with its first layer on finer knots; itself if it is on them already.
  func taking(_ transfer: TableTransfer<Element>?) -> Network {
    guard let transfer, let basis = layers[0].basis as? TableBasis<Element>, basis.columns != transfer.fine.columns
    else { return self }
    let first = Layer<Element>(basis: transfer.fine, outputs: layers[0].outputs)
    let others = Array(layers.dropFirst())
    var result = Network(
      layers: [first] + others,
      parameters: AlignedArray(zeros: first.parameterCount + others.reduce(0) { $0 + $1.parameterCount }))
    result.preprocessing = preprocessing
    let new = transfer.weights(weights(ofLayer: 0), functions: basis.functions)
    let to = result.parameters.mutablePointer()
    for index in 0..<first.weightCount { to[index] = new.elements.pointer[index] }
    withExtendedLifetime(new) {}
    // The first bias and all later layers.
    let rest = parameters.count - layers[0].weightCount
    (to + first.weightCount).update(from: parameters.pointer + layers[0].weightCount, count: rest)
    return result
  }
}

extension TableBasis {
  /// Some inputs' splines with every interval halved; nil if none of them can be.
  ///
  /// - Parameter rows: of the data; an interval keeps some dozens of them.
  func halving(inputs: [Int], rows: Int) -> TableBasis? {
    var columns = columns
    var hasChanged = false
    for input in inputs {
      guard case .spline(let points) = columns[input] else { continue }
      let (width, intervals) = (points[points.count - 1] - points[0], 2 * (points.count - 1))
      // Closer breakpoints lose digits.
      let isWide = zip(points, points.dropFirst()).allSatisfy { $1 - $0 > 4e-6 * width }
      if !isWide || rows < AutomaticTuning.rowsOfInterval * intervals { continue }
      let halves = zip(points, points.dropFirst()).flatMap { [$0, $0 / 2 + $1 / 2] }
      columns[input] = .spline(halves + [points[points.count - 1]])
      hasChanged = true
    }
    // Points that rounding has let coincide make no basis: the column keeps its intervals.
    return hasChanged ? try? TableBasis(columns) : nil
  }
}

extension TableBasis.Functions {
  fileprivate var doubles: TableBasis<Double>.Functions {
    switch self {
    case .spline(let points): .spline(points.map { Double($0) })
    case .values(let points): .values(points.map { Double($0) })
    case .categories(let count): .categories(count)
    }
  }
}
