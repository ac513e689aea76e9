// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN
import KANFiles

/// The description that `swiftkan_network` takes.
struct NetworkDescription: Decodable {
  struct Layer: Decodable {
    var basis: String?
    var inputs, outputs: Int
    var grid, degree, products: Int?
    var activation: Activation?
    /// Of splines: the knots of each input, those beyond the ends included, how they go on outside, and the base.
    var knots: [[Double]]?
    var outside, base: String?
  }
  var layers: [Layer]
  var seed: UInt64?
  var precision: String?
  var ranges: [[Double]]?

  func network<Element: Scalar>(_: Element.Type) throws -> Network<Element> {
    if layers.isEmpty { throw Failure.usage("a network needs layers") }
    for (layer, next) in zip(layers, layers.dropFirst()) where layer.outputs != next.inputs {
      throw Failure.usage("a layer of \(layer.outputs) outputs before one of \(next.inputs) inputs")
    }
    try requireRoom(MemoryLayout<Element>.size)
    var network = Network<Element>(try layers.map { try makeLayer($0) }, seed: seed ?? 0)
    guard let ranges else { return network }
    guard ranges.count == 1 || ranges.count == network.inputs,
      ranges.allSatisfy({
        $0.count == 2 && Element($0[0]).isFinite && Element($0[1]).isFinite && Element($0[0]) < Element($0[1])
      })
    else { throw Failure.usage("ranges have to be pairs of rising numbers, one for all inputs or one for each") }
    try network.setRanges(
      inputs: (0..<network.inputs).map { input in
        let range = ranges[ranges.count == 1 ? 0 : input]
        return Element(range[0])...Element(range[1])
      })
    return network
  }

  /// Rejects a network that is larger than memory, before allocating it: K is at most grid + degree + 2.
  private func requireRoom(_ bytes: Int) throws {
    let parameters = layers.reduce(0.0) {
      let sums = Double($1.outputs) + Double($1.products ?? 0)
      return $0 + Double($1.inputs) * sums * (Double($1.grid ?? 5) + Double($1.degree ?? 3) + 2)
    }
    if !(parameters * Double(bytes) < Double(availableMemory())) {
      throw Failure.usage("a network of \(parameters) parameters is larger than memory")
    }
  }

  /// Splines on knots of their own, as other packages have them.
  private func splines<Element: Scalar>(
    _ layer: Layer, knots: [[Double]], _ degree: Int
  ) throws -> any Basis<Element> {
    guard layer.basis ?? "spline" == "spline", knots.count == layer.inputs, let count = knots.first?.count,
      count > 2 * degree + 1, knots.allSatisfy({ $0.count == count })
    else { throw Failure.usage("knots have to be as many for each input of a layer of splines") }
    let steps = knots.map { row in zip(row, row.dropFirst()).map { $1 - $0 } }
    // As single precision writes evenly spaced ones.
    let isUniform = steps.allSatisfy { row in
      let mean = row.reduce(0, +) / Double(row.count)
      return row.allSatisfy { abs($0 - mean) < 1e-5 * mean }
    }
    return try makeBasis(
      BasisDescription<Element>(
        kind: BSpline<Element>.kind, inputs: layer.inputs,
        settings: [
          "degree": "\(degree)", "ends": GridEnds.extended.rawValue, "uniform": isUniform ? "1" : "0",
          "outside": layer.outside ?? OutsideGrid.linear.rawValue, "base": layer.base ?? BaseFunction.silu.rawValue,
        ],
        arrays: ["knots": Matrix(knots.map { $0.map { Element($0) } })]))
  }

  private func makeLayer<Element: Scalar>(_ layer: Layer) throws -> KAN.Layer<Element> {
    let name = layer.basis ?? "spline"
    let types = knownBases(Element.self)
    guard let type = types.first(where: { $0.name == name }) else {
      throw Failure.usage("basis \"\(name)\" is none of \(types.map { $0.name }.joined(separator: ", "))")
    }
    guard (1...1_000_000).contains(layer.inputs), (1...1_000_000).contains(layer.outputs) else {
      throw Failure.usage("a layer of \(layer.inputs) inputs and \(layer.outputs) outputs")
    }
    let options = BasisOptions(inputs: layer.inputs, grid: layer.grid ?? 5, degree: layer.degree ?? 3)
    if let grids = type.grids, !grids.contains(options.grid) {
      throw Failure.usage("grid has to be \(grids.lowerBound) to \(grids.upperBound) for the basis \"\(name)\"")
    }
    if let degrees = type.degrees, !degrees.contains(options.degree) {
      throw Failure.usage("degree has to be \(degrees.lowerBound) to \(degrees.upperBound) for the basis \"\(name)\"")
    }
    let products = layer.products ?? 0
    guard (0...layer.outputs).contains(products) else {
      throw Failure.usage("\(products) products among \(layer.outputs) outputs")
    }
    let activation = layer.activation ?? .identity
    return KAN.Layer(
      basis: try layer.knots.map { try splines(layer, knots: $0, options.degree) } ?? type.init(options),
      outputs: layer.outputs,
      node: products == 0 ? activation : Products(products, activation: activation))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_network(
  _ description: UnsafePointer<CChar>?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let description = try decoded(description, NetworkDescription.self)
    switch description.precision ?? "float" {
    case "float": try give(Model(description.network(Float.self)), model)
    case "double": try give(Model(description.network(Double.self)), model)
    case let other: throw Failure.usage("precision \"\(other)\" is neither \"float\" nor \"double\"")
    }
  }
}
