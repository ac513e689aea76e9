import KAN

/// A network, and a range of each of its inputs.
struct Model<Element: Scalar> {
  let name: String
  let network: Network<Element>
  /// Numbers of which each input gets some: knots, ends, and places between and beyond.
  let places: [Element]

  init(_ name: String, _ layers: [Layer<Element>], places: [Element], seed: UInt64 = 1) {
    self.name = name + (Element.self == Double.self ? "_double" : "_float")
    self.places = places
    var network = Network<Element>(layers, seed: seed)
    // As large as those of a trained network.
    var generator = RandomGenerator(seed: seed)
    for place in 0..<network.parameterCount { network.parameters[place] = Element(generator.normal()) }
    self.network = network
  }
}

/// Every basis on every kind of grid, the nodes and the activations.
func models<Element: Scalar>(_: Element.Type, isShort: Bool) -> [Model<Element>] {
  var models: [Model<Element>] = []
  for degree in 1...5 {
    for (isUniform, ends) in [(true, GridEnds.extended), (false, .extended), (false, .clamped)] {
      for outside in OutsideGrid.allCases {
        let base = BaseFunction.allCases[(degree + models.count) % 3]
        // A repeated knot, in the middle and at the end, where splines are not as smooth.
        let breakpoints: [Element] =
          degree > 1 ? [-1, -0.7, -0.1, -0.1, 0.4, 0.5, 1] : [-1, -0.7, -0.1, 0, 0.4, 0.5, 1]
        let own = isUniform ? [] : [breakpoints, breakpoints.map { $0 * 0.9 + 0.05 }]
        guard
          let grid = isUniform
            ? Grid<Element>(inputs: 2, intervals: 5, degree: degree, ends: ends)
            : try? Grid<Element>(breakpoints: own, degree: degree, ends: ends)
        else { fatalError("models: no grid") }
        let first = Layer<Element>(
          basis: BSpline(grid: grid, outside: outside, base: base), outputs: 3, node: Activation.identity)
        let last = Layer<Element>.spline(
          3, 2, grid: 4, degree: degree, ends: ends == .clamped ? .clamped : .extended, outside: outside, base: base)
        let name = "spline\(degree)_\(isUniform ? "even" : "uneven")_\(ends)_\(outside)_\(base)"
        models.append(Model(name, [first, last], places: grid.knots.row(0)))
      }
    }
  }
  if isShort { models = models.enumerated().filter { $0.offset % 4 == 0 }.map(\.element) }
  return models + others()
}

private func others<Element: Scalar>() -> [Model<Element>] {
  let ends: [Element] = [-1, -0.5, 0, 0.25, 1]
  var models: [Model<Element>] = [
    Model("chebyshev", [.chebyshev(2, 4, degree: 7), .chebyshev(4, 2, degree: 4)], places: ends),
    Model("gaussian", [.gaussian(2, 4, grid: 6), .gaussian(4, 2, grid: 3, base: .identity)], places: ends),
    Model(
      "perceptron", [.linear(2, 7, activation: .silu), .linear(7, 5, activation: .tanh), .linear(5, 2)], places: ends),
    Model(
      "activations", [.spline(2, 4, activation: .sigmoid), .linear(4, 3, activation: .relu), .linear(3, 2)],
      places: ends),
    Model("products", [.spline(2, 5, products: 2), .linear(5, 2, products: 2)], places: ends),
    Model("wide", [.spline(2, 33, grid: 40), .spline(33, 1, degree: 2)], places: ends),
  ]
  let fourier = Layer<Element>(basis: Fourier(inputs: 2, order: 5, period: 3), outputs: 2)
  models.append(Model("fourier", [fourier], places: ends))
  for (base, name) in [(BaseFunction.none, "none"), (.silu, "silu"), (.identity, "identity")] {
    let even = HatFunctions<Element>(grid: Grid(inputs: 2, intervals: 6, degree: 1), base: base)
    models.append(Model("hat_even_\(name)", [Layer(basis: even, outputs: 2)], places: ends))
    let points: [Element] = [-1, -1, -0.4, 0.2, 0.2, 0.7, 1]
    if let grid = try? Grid<Element>(breakpoints: [points, points], degree: 1) {
      models.append(
        Model("hat_uneven_\(name)", [Layer(basis: HatFunctions(grid: grid, base: base), outputs: 2)], places: points))
    }
  }
  let table = try? TableBasis<Element>([
    .spline([-1, -0.3, 0.1, 0.2, 1]), .spline([-1, 0, 1]), .values([-1, 0, 0.5, 2]), .categories(4), .values([0, 1]),
  ])
  if let table {
    models.append(
      Model("table", [Layer(basis: table, outputs: 3), .spline(3, 2)], places: [-1, -0.3, 0, 0.1, 0.5, 1, 2, 3]))
  }
  return models + functions()
}

/// All named functions, alone and before another basis.
private func functions<Element: Scalar>() -> [Model<Element>] {
  NamedFunction.allCases.enumerated().compactMap { place, function -> Model<Element>? in
    let (rate, shift): (Element, Element) =
      switch function {
      case .squareRoot, .log, .inverse, .inverseSquare: (0.7, 1.5)
      case .asin, .acos, .atanh: (0.9, 0.05)
      case .besselJ0: (9, 1)
      case .erf, .atan: (3, 0.1)
      default: (1.3, 0.2)
      }
    let rest: (any Basis<Element>)? = place % 2 == 0 ? BSpline(grid: Grid(inputs: 2, intervals: 4, degree: 3)) : nil
    let own = FunctionBasis<Element>.Function(function, rate: rate, shift: shift)
    guard
      let basis = try? FunctionBasis<Element>(
        [[own, .init(.identity)], [.init(.cube), own, .init(.sin)]], domains: [-1...1, -0.9...1], rest: rest)
    else { return nil }
    let name = function.rawValue.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    return Model("function_\(place)_\(name)", [Layer(basis: basis, outputs: 2)], places: [-1, -0.9, 0, 0.3, 1])
  }
}
