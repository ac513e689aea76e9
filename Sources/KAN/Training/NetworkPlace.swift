/// A part of a network: an edge, the bias of a sum, or a whole layer.
public struct NetworkPlace: Sendable, Equatable {
  /// From 1.
  public var layer: Int
  /// The input of the layer, from 1; nil for a bias or a whole layer.
  public var input: Int?
  /// The sum that the edge leads to or the bias belongs to, from 1; nil for a whole layer.
  public var sum: Int?
  /// The input's name, in the first layer of a network that has names.
  public var name: String?

  /// Traps unless the numbers are positive.
  public init(layer: Int, input: Int? = nil, sum: Int? = nil, name: String? = nil) {
    require(layer > 0 && input ?? 1 > 0 && sum ?? 1 > 0, "NetworkPlace: numbers count from 1")
    self.layer = layer
    self.input = input
    self.sum = sum
    self.name = name
  }

  /// The part of its layer in words; nil for all of it.
  var part: String? {
    guard let sum else { return nil }
    guard let input else { return "the bias of sum \(sum)" }
    return "the edge from input \(input)\(name.map { " (\($0))" } ?? "") to sum \(sum)"
  }
}

extension Network {
  /// The place of the first infinite or NaN value, for values laid out as the parameters.
  func firstPlace(withNonFinite values: AlignedArray<Element>) -> NetworkPlace? {
    let index = Element.Kernels.firstNonFinite(values.count, values.pointer)
    if index < 0 { return nil }
    guard let layer = layers.indices.last(where: { parameterOffset(ofLayer: $0) <= index }) else { return nil }
    let (place, sums) = (index - parameterOffset(ofLayer: layer), layers[layer].sums)
    if place >= layers[layer].weightCount {
      return NetworkPlace(layer: layer + 1, sum: place - layers[layer].weightCount + 1)
    }
    let input = place / (layers[layer].functions * sums)
    return self.place(layer: layer, input: input, sum: place % sums)
  }

  /// The edge of a layer that takes its sums beyond all numbers for one row X: [1 × in]: the first whose value is not
  /// finite, or else the one of the largest value.
  func overflowingEdge(ofLayer index: Int, at x: MatrixView<Element>) -> NetworkPlace {
    let layer = layers[index]
    var values = Matrix<Element>(rows: 1, columns: layer.inputs * layer.functions)
    layer.writeValues(of: x, to: values.mutableView())
    let weights = weights(ofLayer: index)
    var (largest, edge) = (-1.0, (input: 0, sum: 0))
    for input in 0..<layer.inputs {
      for sum in 0..<layer.sums {
        var value = 0.0
        for function in input * layer.functions..<(input + 1) * layer.functions {
          value += Double(values[0, function]) * Double(weights[function, sum])
        }
        if !value.isFinite { return place(layer: index, input: input, sum: sum) }
        if abs(value) > largest { (largest, edge) = (abs(value), (input, sum)) }
      }
    }
    return place(layer: index, input: edge.input, sum: edge.sum)
  }

  /// All counted from 0.
  private func place(layer: Int, input: Int, sum: Int) -> NetworkPlace {
    let name = layer == 0 ? encoding?.inputs[input].name ?? (names.inputs.isEmpty ? nil : names.inputs[input]) : nil
    return NetworkPlace(layer: layer + 1, input: input + 1, sum: sum + 1, name: name)
  }
}
