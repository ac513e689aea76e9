/// Where the curves of one input of a layer are at home.
package enum InputDomain<Element: Scalar>: Sendable, Equatable {
  /// The knots of a grid or of splines on a table's column, both ends included.
  case knots([Element])
  /// Codes 0 ..< count.
  case categories(Int)
  /// A range without knots.
  case range(ClosedRange<Element>)

  /// From the first knot or code to the last.
  package var range: ClosedRange<Element> {
    switch self {
    case .knots(let knots): knots[0]...knots[knots.count - 1]
    case .categories(let count): 0...Element(max(1, count - 1))
    case .range(let range): range
    }
  }

  /// The knots; empty without any.
  package var knots: [Element] {
    if case .knots(let knots) = self { knots } else { [] }
  }

  /// Points at which to show a curve: the codes, or evenly spaced ones.
  func points(_ count: Int) -> [Element] {
    if case .categories(let codes) = self { return (0..<codes).map { Element($0) } }
    let step = (range.upperBound - range.lowerBound) / Element(count - 1)
    return (0..<count).map { range.lowerBound + Element($0) * step }
  }
}

extension Layer {
  /// The domain of an input, in the layer's own units.
  package func domain(ofInput input: Int) -> InputDomain<Element> {
    if let grid { return .knots(grid.breakpoints(ofInput: input)) }
    if let table = basis as? TableBasis<Element> {
      switch table.columns[input] {
      case .spline(let points), .values(let points): return .knots(points)
      case .categories(let count): return .categories(count)
      }
    }
    if let functions = basis as? FunctionBasis<Element> { return .range(functions.domains[input]) }
    return .range((basis as? Gaussian<Element>)?.range ?? -1...1)
  }
}
