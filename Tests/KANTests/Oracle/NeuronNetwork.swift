import Foundation
import KAN

/// Layers of neurons, with the loss of one row after another and its derivatives by the chain rule.
///
/// The last neurons of a layer may come in pairs whose x_mid are multiplied.
struct NeuronNetwork {
  let layers: [[any Neuron]]
  /// Pairs of each layer.
  let products: [Int]

  struct Gradients {
    var loss = 0.0
    var outputs: [[Double]] = []
    /// Of layer, neuron, parameter.
    var parameters: [[[Double]]]
    /// Of row, input.
    var inputs: [[Double]] = []
  }

  func gradients(_ rows: [[Double]], _ targets: Targets<Double>) -> Gradients {
    var result = Gradients(
      parameters: layers.map { neurons in
        neurons.map { [Double](repeating: 0, count: $0.parameterDerivatives(inputs(of: neurons)).count) }
      })
    for (row, x) in rows.enumerated() {
      // Forward, layer by layer: x_in → x_mid → x_out.
      var xIn = [x]
      var xMid: [[Double]] = []
      for (neurons, products) in zip(layers, products) {
        let mid = neurons.map { $0.xMid(xIn.last!) }
        let single = neurons.count - 2 * products
        xMid.append(mid)
        xIn.append(
          zip(neurons, mid).prefix(single).map { $0.xOut($1) }
            + (0..<products).map { mid[single + 2 * $0] * mid[single + 2 * $0 + 1] })
      }
      let (loss, lossSlopes) = Self.loss(xIn.last!, targets, row: row)
      result.outputs.append(xIn.last!)
      result.loss += loss / Double(rows.count)
      // Backward: dL/dx_out → dL/dx_mid → dL/dp and dL/dx_in.
      var slopes = lossSlopes.map { $0 / Double(rows.count) }
      for index in layers.indices.reversed() {
        var before = [Double](repeating: 0, count: xIn[index].count)
        for (j, neuron) in layers[index].enumerated() {
          let single = layers[index].count - 2 * products[index]
          let byMid =
            if j < single {
              slopes[j] * neuron.slope(xMid[index][j])
            } else {
              // The other one of the pair.
              slopes[single + (j - single) / 2] * xMid[index][(j - single) % 2 == 0 ? j + 1 : j - 1]
            }
          for (p, derivative) in neuron.parameterDerivatives(xIn[index]).enumerated() {
            result.parameters[index][j][p] += byMid * derivative
          }
          for (i, derivative) in neuron.inputDerivatives(xIn[index]).enumerated() { before[i] += byMid * derivative }
        }
        slopes = before
      }
      result.inputs.append(slopes)
    }
    return result
  }

  private func inputs(of neurons: [any Neuron]) -> [Double] {
    let neuron = neurons[0]
    let count = (neuron as? ClassicNeuron)?.weights.count ?? (neuron as! KANNeuron).edges.count
    return [Double](repeating: 0, count: count)
  }

  /// Of one row: the mean squared error or softmax cross-entropy, and its derivatives by the outputs.
  private static func loss(_ y: [Double], _ targets: Targets<Double>, row: Int) -> (Double, [Double]) {
    switch targets {
    case .values(let matrix):
      let count = Double(y.count)
      let errors = zip(y, matrix.row(row)).map { $0 - $1 }
      return (errors.reduce(0) { $0 + $1 * $1 } / count, errors.map { 2 * $0 / count })
    case .classes(let labels, _):
      let largest = y.max()!
      let sum = y.reduce(0) { $0 + exp($1 - largest) }
      let label = Int(labels[row])
      return (
        log(sum) + largest - y[label],
        y.enumerated().map { exp($0.element - largest) / sum - ($0.offset == label ? 1 : 0) }
      )
    }
  }
}

extension NeuronNetwork {
  /// The same network, neuron by neuron.
  init(_ network: Network<Double>) {
    products = network.layers.map { ($0.node as? Products)?.count ?? 0 }
    layers = network.layers.indices.map { index in
      let layer = network.layers[index]
      let weights = network.weights(ofLayer: index)
      let bias = network.bias(ofLayer: index)
      let activation = layer.activation ?? (layer.node as! Products).activation
      return (0..<layer.sums).map { j -> any Neuron in
        guard let spline = layer.basis as? BSpline<Double> else {
          return ClassicNeuron(weights: weights.column(j), bias: bias[j], activation: activation)
        }
        let edges = (0..<layer.inputs).map { i in
          SplineEdge(
            knots: spline.grid.knots.row(i), degree: spline.grid.degree, outside: spline.outside, base: spline.base,
            weights: Array(weights.column(j)[i * layer.functions..<(i + 1) * layer.functions]))
        }
        return KANNeuron(edges: edges, bias: bias[j], activation: activation)
      }
    }
  }
}
