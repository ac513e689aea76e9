import KANLinearAlgebra

/// Named functions on the edges of a layer, each with an argument of its own, so that a formula is a network:
///
///     fⱼ(aⱼ·x + bⱼ), j = 1 … m of each input, then the functions of another basis, if there is one
///
/// a and b are configuration; the coefficients and the layer's bias are the factors and constants of
/// c·f(a·x + b) + d. Inputs have as many functions as the one with the most; those beyond an input's own are 0.
///
/// Outside the domain, which is the range of x that the functions were chosen on, each continues along its tangent at
/// the nearer end. Where a function or its derivative is not finite, as 1/x at 0, it counts as 0.
///
/// The other basis keeps curves for which no function serves.
public struct FunctionBasis<Element: Scalar>: Basis {
  public static var kind: String { "functions" }

  /// f(a·x + b)
  public struct Function: Sendable, Equatable {
    /// f
    public var function: NamedFunction
    /// a
    public var rate: Element
    /// b
    public var shift: Element

    /// f(rate·x + shift)
    public init(_ function: NamedFunction, rate: Element = 1, shift: Element = 0) {
      (self.function, self.rate, self.shift) = (function, rate, shift)
    }
  }

  /// The functions of each input: [inputs][functions of the input]
  public let columns: [[Function]]
  /// The range of each input: [inputs]
  public let domains: [ClosedRange<Element>]
  /// The basis whose functions follow.
  public let rest: (any Basis<Element>)?
  public let functions: Int
  /// The most named functions of an input.
  public let named: Int

  public var inputs: Int { columns.count }
  public var baseFunctions: Int { rest?.baseFunctions ?? 0 }

  /// - Throws: ``BasisError`` without inputs or functions, for another number of domains, for a domain, a rate or a
  ///   shift that is not finite, and for another basis of other inputs.
  public init(
    _ columns: [[Function]], domains: [ClosedRange<Element>], rest: (any Basis<Element>)? = nil
  ) throws(BasisError) {
    guard !columns.isEmpty, domains.count == columns.count, rest.map({ $0.inputs == columns.count }) ?? true else {
      throw BasisError(
        "functions: \(columns.count) inputs, \(domains.count) domains and another basis of \(rest?.inputs ?? 0) inputs")
    }
    for (input, column) in columns.enumerated() {
      let domain = domains[input]
      guard domain.lowerBound.isFinite, domain.upperBound.isFinite,
        column.allSatisfy({ $0.rate.isFinite && $0.shift.isFinite })
      else { throw BasisError("input \(input + 1): a domain, a rate or a shift that is not finite") }
    }
    // A layer has at least one function, if only the one that is 0.
    named = max(rest == nil ? 1 : 0, columns.map(\.count).max()!)
    self.columns = columns
    self.domains = domains
    self.rest = rest
    functions = named + (rest?.functions ?? 0)
  }

  public func writeValues(of x: MatrixView<Element>, first: Int, to values: MutableMatrixView<Element>) {
    write(0, x, first, values)
    forEachRest(x, first, values) { $0.writeValues(of: $1, first: $2, to: $3) }
  }

  public func writeDerivatives(of x: MatrixView<Element>, first: Int, to derivatives: MutableMatrixView<Element>) {
    write(1, x, first, derivatives)
    forEachRest(x, first, derivatives) { $0.writeDerivatives(of: $1, first: $2, to: $3) }
  }

  public func writeSecondDerivatives(of x: MatrixView<Element>, first: Int, to second: MutableMatrixView<Element>) {
    write(2, x, first, second)
    forEachRest(x, first, second) { $0.writeSecondDerivatives(of: $1, first: $2, to: $3) }
  }

  /// The named functions, or their derivatives of an order.
  private func write(_ order: Int, _ x: MatrixView<Element>, _ first: Int, _ to: MutableMatrixView<Element>) {
    for column in 0..<x.columns {
      let own = columns[first + column]
      let x = x.slice(rows: x.rows, column: column, columns: 1)
      for k in 0..<named {
        let to = to.slice(rows: to.rows, column: column * functions + k, columns: 1)
        if k < own.count {
          let domain = domains[first + column]
          writeFunction(
            own[k].function, order, Double(own[k].rate), Double(own[k].shift), Double(domain.lowerBound),
            Double(domain.upperBound), x, to)
        } else {
          for row in 0..<x.rows { to[row, 0] = x[row, 0] == x[row, 0] ? 0 : x[row, 0] }
        }
      }
    }
  }

  /// Calls `body` for each input's part of the other basis.
  private func forEachRest(
    _ x: MatrixView<Element>, _ first: Int, _ to: MutableMatrixView<Element>,
    _ body: (any Basis<Element>, MatrixView<Element>, Int, MutableMatrixView<Element>) -> Void
  ) {
    guard let rest else { return }
    for column in 0..<x.columns {
      body(
        rest, x.slice(rows: x.rows, column: column, columns: 1), first + column,
        to.slice(rows: to.rows, column: column * functions + named, columns: rest.functions))
    }
  }

  public func converted<Other: Scalar>(to precision: Other.Type) throws(BasisError) -> any Basis<Other> {
    let other: (any Basis<Other>)? = if let rest { try rest.converted(to: precision) } else { nil }
    return try FunctionBasis<Other>(
      columns.map { $0.map { .init($0.function, rate: Other($0.rate), shift: Other($0.shift)) } },
      domains: domains.map { Other($0.lowerBound)...Other($0.upperBound) }, rest: other)
  }

  /// 1/√(in·K), so that the variance of the sum is independent of both.
  public func initialDeviations(outputs: Int, gain: Double) -> [Double] {
    [Double](repeating: 1 / Double(inputs * functions).squareRoot(), count: functions)
  }

  public func fittingPoints(ofInput input: Int) -> [Element] {
    let own = rest?.fittingPoints(ofInput: input) ?? []
    let domain = domains[input]
    return own + Self.chebyshevPoints(4 * max(1, named) + 4, on: domain)
  }
}

/// f(a·x + b) or its derivative of an order by x, along the tangent beyond a domain; NaN at NaN.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func writeFunction<Element: Scalar>(
  _ function: NamedFunction, _ order: Int, _ rate: Double, _ shift: Double, _ low: Double, _ high: Double,
  _ x: MatrixView<Element>, _ to: MutableMatrixView<Element>
) {
  func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }
  let range = function.domain
  for row in 0..<x.rows {
    let point = Double(x[row, 0])
    guard point == point else {
      to[row, 0] = x[row, 0]
      continue
    }
    let inside = point > high ? high : point < low ? low : point
    // Rounding may put the end of the domain just outside the function's.
    let argument = min(max(rate * inside + shift, range.lowerBound), range.upperBound)
    switch order {
    case 0:
      var value = finite(function.value(at: argument))
      if point != inside { value += finite(rate * function.slope(at: argument)) * (point - inside) }
      to[row, 0] = Element(value)
    case 1: to[row, 0] = Element(finite(rate * function.slope(at: argument)))
    default: to[row, 0] = point == inside ? Element(finite(rate * rate * function.curvature(at: argument))) : 0
    }
  }
}
