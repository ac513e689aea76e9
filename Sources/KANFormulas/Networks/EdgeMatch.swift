import KAN
import KANLinearAlgebra

/// The named functions nearest to an edge's curve, each as c·f(a·x + b) + d.
///
/// Starts for a and b come from a grid in units of the points' range, with c and d by linear least squares (variable
/// projection, Golub and Pereyra 1973, SIAM J. Numer. Anal. 10); the best are fitted in full.
struct EdgeMatch {
  /// A function with its constants for one curve.
  struct Candidate: Sendable {
    /// ``EdgeForm/zero`` or a term.
    var form: EdgeForm
    /// d
    var constant: Double
    /// √(Σ (φ - f)²/n) over the curve's spread: 1 for a constant.
    var error: Double

    var function: NamedFunction { if case .term(let term) = form { term.function } else { .zero } }
  }

  let points, values: [Double]
  private let middle, half: Double
  private let mean, spread: Double

  /// - Parameters:
  ///   - inputs: where the data lie.
  ///   - curve: the edge there.
  init(inputs: [Double], curve: [Double]) {
    // As many points as tell the families apart; at quantiles, so that the density of the data is their weight.
    let order = inputs.indices.sorted { (inputs[$0], $0) < (inputs[$1], $1) }
    let count = min(order.count, 80)
    let chosen = (0..<count).map { order[count == 1 ? 0 : $0 * (order.count - 1) / (count - 1)] }
    points = chosen.map { inputs[$0] }
    values = chosen.map { curve[$0] }
    let (low, high) = (points.first ?? 0, points.last ?? 0)
    middle = low / 2 + high / 2
    half = high > low ? (high - low) / 2 : 1
    mean = values.reduce(0, +) / Double(max(1, count))
    let average = mean
    spread = (values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(max(1, count))).squareRoot()
  }

  /// Functions that others equal up to constants: cos, acos and the sigmoid are left out of a search.
  static let searched = NamedFunction.allCases.filter { ![.zero, .cos, .acos, .sigmoid].contains($0) }

  /// Those of the functions that are finite on the points, the nearest first.
  ///
  /// - Parameter line: with a line beside the function: c·f(a·x + b) + s·x + d.
  func candidates(_ functions: [NamedFunction] = Self.searched, line: Bool = false) -> [Candidate] {
    let nothing = Candidate(form: .zero, constant: mean, error: 1)
    if !(spread > 1e-14 * abs(mean)) || !spread.isFinite || points.count < 2 { return [nothing] }
    var starts: [(NamedFunction, [(Double, Double, Double)])] = []
    // A parabola and a line have a line in them already.
    for function in functions where function != .zero && !(line && [.identity, .square].contains(function)) {
      // (a, b, error²)
      var found = Self.starts(of: function, offset: middle / half).compactMap { rate, shift in
        residual(function, rate, shift, line).map { (rate, shift, $0) }
      }
      found.sort { $0.2 < $1.2 }
      // Functions with two constants of shape have several valleys.
      if let first = found.first, first.2 < 0.9 {
        starts.append((function, Array(found.prefix(EdgeTerm.Freedom(function).count > 2 ? 3 : 2))))
      }
    }
    var result = starts.compactMap { function, starts in
      starts.compactMap { refined(function, $0.0, $0.1, line) }.min { $0.error < $1.error }
    }
    result.append(nothing)
    return result.sorted { ($0.error, $0.function.rawValue) < ($1.error, $1.function.rawValue) }
  }

  // MARK: Fits

  /// The squared error over the variance with the best c and d, and s with a line; nil where f is not finite.
  private func residual(_ function: NamedFunction, _ rate: Double, _ shift: Double, _ line: Bool) -> Double? {
    var (sum, squares, product, slope) = (0.0, 0.0, 0.0, 0.0)
    // Sums of t about its mean, and with the curve.
    var (place, width, lineProduct) = (0.0, 0.0, 0.0)
    let count = Double(points.count)
    if line { place = points.reduce(0) { $0 + ($1 - middle) / half } / count }
    for (point, value) in zip(points, values) {
      let t = (point - middle) / half
      let f = function.value(at: rate * t + shift)
      if !f.isFinite { return nil }
      sum += f
      squares += f * f
      product += f * (value - mean)
      if line {
        slope += f * (t - place)
        width += (t - place) * (t - place)
        lineProduct += (t - place) * (value - mean)
      }
    }
    var variance = squares / count - (sum / count) * (sum / count)
    let scale = squares / count
    var (covariance, rest) = (product / count, spread * spread)
    if line, width > 0 {
      // What the line does not explain of either.
      covariance -= slope * lineProduct / width / count
      variance -= slope * slope / width / count
      rest -= lineProduct * lineProduct / width / count
    }
    guard variance > 1e-12 * scale, rest > 0 else { return nil }
    return max(0, rest - covariance * covariance / variance) / (spread * spread)
  }

  /// c·f(a·x + b) + d by nonlinear least squares from a start in units of the range.
  private func refined(_ function: NamedFunction, _ rate: Double, _ shift: Double, _ line: Bool) -> Candidate? {
    let freedom = EdgeTerm.Freedom(function)
    // With t = (x - middle)/half as the variable, in which all constants are about 1.
    let t = points.map { ($0 - middle) / half }
    let f = t.map { function.value(at: rate * $0 + shift) }
    let average = f.reduce(0, +) / Double(f.count)
    var (product, square) = (0.0, 0.0)
    for (value, own) in zip(values, f) {
      product += (own - average) * (value - mean)
      square += (own - average) * (own - average)
    }
    let factor = square > 0 ? product / square : 0
    // The argument's constants, as free as they are in a term; the second variable is a·t with a rate that stays, and a
    // shift that stays is 0.
    let inner: Expression = .sum(
      [freedom.rate ? .product([.constant(rate), .variable(0)]) : .variable(1)]
        + (freedom.shift ? [.constant(shift)] : []))
    let curve: Expression = .product([
      .constant(factor), .apply(function, function == .identity ? .variable(0) : inner),
    ])
    let whole: Expression = .sum(
      [curve] + (line ? [.product([.constant(0), .variable(0)])] : []) + [.constant(mean - factor * average)])
    let fit = ConstantFit(columns: [t, t.map { rate * $0 }], targets: values).fit(whole, iterations: 25)
    guard fit.error.isFinite else { return nil }
    var constants = Tape(fit.expression).constants
    let (c, d) = (constants.removeFirst(), constants.removeLast())
    let a = freedom.rate ? constants.removeFirst() : rate
    let b = freedom.shift ? constants.removeFirst() : shift
    let s = line ? constants.removeFirst() / half : 0
    let term =
      function == .identity
      ? EdgeTerm(function: .identity, factor: c / half, rate: 1, shift: 0)
      : EdgeTerm(
        function: function, factor: c, rate: a / half, shift: b - a * middle / half, line: line ? s : nil)
    return Candidate(
      form: .term(term), constant: (function == .identity ? d - c * middle / half : d) - s * middle, error: fit.error)
  }

  // MARK: Starts

  /// a and b of a·t + b for t in -1 … 1; `offset` is the middle of the points in units of half their range.
  private static func starts(of function: NamedFunction, offset: Double) -> [(Double, Double)] {
    // Beyond the points, from a thousandth of the half range to sixteen of them.
    let distances = (0..<15).map { Elementary.pow(10, Double($0) * 0.3 - 3) }
    let centers = (-19...19).map { Double($0) / 10 } + [-offset]
    let widths = (0..<9).map { 0.3 * Elementary.pow(1.7, Double($0)) }
    let rates = (0..<14).map { 0.1 * Elementary.pow(1.5, Double($0)) }
    switch function {
    case .zero: return []
    case .identity: return [(1, 0)]
    case .square, .cube, .fourth, .fifth, .abs:
      return centers.map { (1, -$0) } + distances.flatMap { [(1, 1 + $0), (1, -1 - $0)] }
    case .inverse, .inverseSquare, .squareRoot, .log:
      return distances.flatMap { [(1, 1 + $0), (-1, 1 + $0)] } + [(1, offset), (-1, -offset)]
    case .exp: return rates.flatMap { [($0, 0), (-$0, 0)] }
    case .sin, .cos:
      // Four phases an oscillation's half: the fit takes any phase within an eighth of a turn.
      return (1...75).flatMap { rate in (0..<4).map { (Double(rate) * 0.4, Double($0) * .pi / 4) } }
    case .tanh, .sigmoid, .atan, .erf, .gaussian, .besselJ0:
      let places = (-5...5).map { Double($0) / 4 }
      return widths.flatMap { width in places.map { (width, -width * $0) } }
    case .sinh, .cosh: return rates.flatMap { rate in [-1, -0.5, 0, 0.5, 1, offset].map { (rate, rate * $0) } }
    case .asin, .acos, .atanh, .tan:
      // The argument stays within (-1, 1), or (-π/2, π/2).
      let reach = function == .tan ? Double.pi / 2 : 1
      return [0.3, 0.6, 0.8, 0.9, 0.97, 0.999].flatMap { span in
        [-1.0, -0.5, 0, 0.5, 1].map { (reach * span, reach * (1 - span) * $0) }
      }
    }
  }
}
