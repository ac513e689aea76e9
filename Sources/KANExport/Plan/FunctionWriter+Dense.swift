import KAN

extension FunctionWriter {
  mutating func writeChebyshev(_ basis: Chebyshev<Element>) {
    let inside = (x > 1).select(1, (x < -1).select(-1, x))
    let beyond = x - inside
    var (current, previous) = (inside, builder.constant(1))
    var (slope, previousSlope) = (builder.constant(1), builder.constant(0))
    for k in 0..<basis.functions {
      add(current + beyond * slope, own: k)
      (current, previous, slope, previousSlope) = (
        2 * inside * current - previous, current, 2 * current + 2 * inside * slope - previousSlope, slope
      )
    }
  }

  mutating func writeGaussian(_ basis: Gaussian<Element>) {
    let range = basis.range
    let spacing = (range.upperBound - range.lowerBound) / Element(basis.centers - 1)
    let start = (x - Double(range.lowerBound)) * Double(1 / spacing)
    for k in 0..<basis.centers {
      let distance = start - Double(k)
      add((-distance * distance).apply(.exponential), own: k)
    }
    switch basis.base {
    case .none: break
    case .identity: add(x, own: basis.centers)
    case .silu: add(x / (1 + (-x).apply(.exponential)), own: basis.centers)
    }
  }

  mutating func writeFourier(_ basis: Fourier<Element>) {
    let angle = x.inDouble * (2 * .pi / Double(basis.period))
    let (c, s) = (angle.apply(.cos), angle.apply(.sin))
    var (cosine, sine) = (c, s)
    for j in 0..<basis.order {
      add(cosine.inReal, own: 2 * j)
      add(sine.inReal, own: 2 * j + 1)
      (cosine, sine) = (cosine * c - sine * s, sine * c + cosine * s)
    }
  }

  /// Named functions of an input, the first of the layer's.
  mutating func writeNamed(_ functions: [FunctionBasis<Element>.Function], on domain: ClosedRange<Element>)
    throws(ExportError)
  {
    let point = x.inDouble
    let low = builder.parameter(Double(domain.lowerBound), .double)
    let high = builder.parameter(Double(domain.upperBound), .double)
    let inside = (point > high).select(high, (point < low).select(low, point))
    for (place, own) in functions.enumerated() where own.function != .zero {
      let rate = builder.parameter(Double(own.rate), .double)
      var argument = rate * inside + builder.parameter(Double(own.shift), .double)
      let range = own.function.domain
      if range.lowerBound.isFinite { argument = (argument < range.lowerBound).select(range.lowerBound, argument) }
      if range.upperBound.isFinite { argument = (argument > range.upperBound).select(range.upperBound, argument) }
      let ends = [domain.lowerBound, domain.upperBound].map { Double(own.rate) * Double($0) + Double(own.shift) }
      let most = ends.map(\.magnitude).max()!
      let value = finite(try argument.named(own.function, upTo: most))
      let slope = finite(rate * (try argument.slope(own.function, upTo: most)))
      let beyond = (inside < point) | (point < inside)
      let result = beyond.select(value + slope * (point - inside), value)
      add(x.isNaN.select(x, result.inReal), own: place)
    }
  }

  private func finite(_ value: Term) -> Term {
    (value.apply(.magnitude) < .infinity).select(value, builder.constant(0, .double))
  }
}
