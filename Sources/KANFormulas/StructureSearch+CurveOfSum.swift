import KAN
import KANLinearAlgebra

extension StructureSearch {
  /// g(Σ h_i(x_i)), by a network with one hidden node, if one describes the function within its noise.
  func curveOfSum(_ field: ScalarField) -> Structure? {
    let count = field.variables
    let places = field.places(min(field.count, 800))
    let coordinates = field.samples.map { Coordinate($0) }
    let rows = Matrix(
      rows: places.count, columns: count,
      elements: places.flatMap { place in (0..<count).map { coordinates[$0](field.samples[$0][place]) } })
    let unit = max(field.spread, .leastNormalMagnitude)
    let targets = Matrix(rows: places.count, columns: 1, elements: places.map { field.values[$0] / unit })
    var network = Network<Double>([.spline(count, 1), .spline(1, 1)], seed: seed)
    do {
      try network.train(
        on: Dataset(inputs: rows, targets: .values(targets)), with: LevenbergMarquardt(starts: 12),
        options: TrainingOptions(epochs: 60, grids: [5, 10, 20, 40]), pool: pool)
    } catch { return nil }
    let predictions = network.predict(rows, pool: pool)
    let error = rootMeanSquare(zip(predictions.elements, targets.elements).map { $0 - $1 }) * unit
    guard error <= max(10 * field.noise, 1e-4 * field.spread) else { return nil }
    let noise = max(error, field.noise) / max(field.spread, .leastNormalMagnitude)
    // The hidden node's curves, and the curve of their sum.
    let sums = network.activations(at: rows, pool: pool)[0].sums
    var inner: [Structure] = []
    for variable in 0..<count {
      let points = evenQuantiles(of: field.samples[variable].sorted(), count: Self.curvePoints)
      let curve = network.curve(ofLayer: 0, input: variable, output: 0, at: points.map { coordinates[variable]($0) })
      let found = CurveMatch(points: points, values: curve.values, noise: 3 * noise).candidates()
      guard !found.isEmpty else { return nil }
      inner.append(.leaf(found.map { $0.expression.substituting { _ in .variable(variable) } }))
    }
    let points = evenQuantiles(of: sums.column(0).sorted(), count: Self.curvePoints)
    let curve = network.curve(ofLayer: 1, input: 0, output: 0, at: points, units: .layers)
    let factor = network.outputScaling.factor[0]
    let bias = (network.bias(ofLayer: 1)[0] / factor + network.outputScaling.shift[0]) * unit
    let outer = CurveMatch(
      points: points, values: curve.values.map { $0 / factor * unit + bias }, noise: noise
    ).candidates()
    guard !outer.isEmpty else { return nil }
    return .composed(outer.map(\.expression), .sum(inner + [.leaf([.constant(network.bias(ofLayer: 0)[0])])]))
  }
}
