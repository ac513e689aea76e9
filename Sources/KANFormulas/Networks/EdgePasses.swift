import KAN
import KANLinearAlgebra

/// Forward and backward of an ``EdgeNetwork``, node by node over all rows.
struct EdgePasses {
  /// Of each layer: inputs [in · rows], own functions and their slopes [in · functions · rows], sums [sums · rows].
  private(set) var inputs, values, slopes, sums: [[Double]]
  /// [out · rows]
  private(set) var outputs: [Double]
  let rows: Int

  /// - Parameter slopes: whether a backward pass follows.
  init(_ network: EdgeNetwork, at rows: EdgeRows, slopes needsSlopes: Bool) {
    self.rows = rows.rows
    (inputs, values, slopes, sums, outputs) = ([], [], [], [], rows.inputs)
    for (index, layer) in network.layers.enumerated() {
      inputs.append(outputs)
      let own =
        index == 0
        ? (rows.first, []) : EdgeRows.functions(of: layer, at: outputs, rows: self.rows, slopes: needsSlopes)
      values.append(own.0)
      slopes.append(own.1)
      let z = Self.sums(layer, outputs, own.0, self.rows)
      outputs = Self.nodes(layer, z, self.rows)
      sums.append(z)
    }
  }

  private static func sums(_ layer: EdgeNetwork.Layer, _ x: [Double], _ values: [Double], _ rows: Int) -> [Double] {
    var z = [Double](repeating: 0, count: layer.sums * rows)
    z.withUnsafeMutableBufferPointer { z in
      for sum in 0..<layer.sums {
        let to = z.baseAddress! + sum * rows
        to.update(repeating: layer.bias[sum], count: rows)
        for input in 0..<layer.inputs {
          switch layer.edges[input * layer.sums + sum] {
          case .zero: break
          case .own(let coefficients): add(coefficients, values, input, rows, to)
          case .term(let term):
            for row in 0..<rows { to[row] += term.value(at: x[input * rows + row]) }
          }
        }
      }
    }
    return z
  }

  /// z += Σₖ cₖ·fₖ
  private static func add(
    _ coefficients: [Double], _ values: [Double], _ input: Int, _ rows: Int, _ to: UnsafeMutablePointer<Double>
  ) {
    values.withUnsafeBufferPointer { values in
      for (k, coefficient) in coefficients.enumerated() where coefficient != 0 {
        let from = values.baseAddress! + (input * coefficients.count + k) * rows
        for row in 0..<rows { to[row] += coefficient * from[row] }
      }
    }
  }

  private static func nodes(_ layer: EdgeNetwork.Layer, _ z: [Double], _ rows: Int) -> [Double] {
    if layer.products == 0 && layer.activation == .identity { return z }
    let plain = layer.outputs - layer.products
    var y = z[..<(plain * rows)].map { layer.activation.value(at: $0) }
    for product in 0..<layer.products {
      let (a, b) = ((plain + 2 * product) * rows, (plain + 2 * product + 1) * rows)
      for row in 0..<rows { y.append(z[a + row] * z[b + row]) }
    }
    return y
  }

  /// The curve of an edge at all rows: [rows]
  func curve(of edge: NetworkEdge, in network: EdgeNetwork) -> [Double] {
    let x = inputs[edge.layer]
    var result = [Double](repeating: 0, count: rows)
    switch network[edge] {
    case .zero: break
    case .own(let coefficients):
      result.withUnsafeMutableBufferPointer {
        Self.add(coefficients, values[edge.layer], edge.input, rows, $0.baseAddress!)
      }
    case .term(let term):
      for row in 0..<rows { result[row] = term.value(at: x[edge.input * rows + row]) }
    }
    return result
  }

  /// ∂y/∂z of one output by the sums of every layer, nil where it does not depend on them: [layers][sums][rows]
  func gradients(ofOutput output: Int, of network: EdgeNetwork) -> [[[Double]?]] {
    var result: [[[Double]?]] = network.layers.map { [[Double]?](repeating: nil, count: $0.sums) }
    var dy = [[Double]?](repeating: nil, count: network.layers.last!.outputs)
    dy[output] = [Double](repeating: 1, count: rows)
    for index in network.layers.indices.reversed() {
      let layer = network.layers[index]
      let dz = pullBack(dy, layer, sums[index])
      result[index] = dz
      if index > 0 { dy = (0..<layer.inputs).map { pullBack(dz, layer, index, input: $0) } }
    }
    return result
  }

  private func pullBack(_ dy: [[Double]?], _ layer: EdgeNetwork.Layer, _ z: [Double]) -> [[Double]?] {
    let plain = layer.outputs - layer.products
    var dz = [[Double]?](repeating: nil, count: layer.sums)
    for sum in 0..<plain {
      guard var delta = dy[sum] else { continue }
      if layer.activation != .identity {
        for row in 0..<rows { delta[row] *= layer.activation.slope(at: z[sum * rows + row]) }
      }
      dz[sum] = delta
    }
    for product in 0..<layer.products {
      guard let delta = dy[plain + product] else { continue }
      let (a, b) = (plain + 2 * product, plain + 2 * product + 1)
      dz[a] = (0..<rows).map { delta[$0] * z[b * rows + $0] }
      dz[b] = (0..<rows).map { delta[$0] * z[a * rows + $0] }
    }
    return dz
  }

  /// Σ over sums of dz·φ′ of one input.
  private func pullBack(_ dz: [[Double]?], _ layer: EdgeNetwork.Layer, _ index: Int, input: Int) -> [Double]? {
    var result: [Double]?
    for sum in 0..<layer.sums {
      guard let delta = dz[sum] else { continue }
      let edge = layer.edges[input * layer.sums + sum]
      if edge == .zero { continue }
      var dx = result ?? [Double](repeating: 0, count: rows)
      switch edge {
      case .zero: break
      case .own(let coefficients):
        var slope = [Double](repeating: 0, count: rows)
        slope.withUnsafeMutableBufferPointer { Self.add(coefficients, slopes[index], input, rows, $0.baseAddress!) }
        for row in 0..<rows { dx[row] += delta[row] * slope[row] }
      case .term(let term):
        let x = inputs[index]
        for row in 0..<rows { dx[row] += delta[row] * term.slope(at: x[input * rows + row]) }
      }
      result = dx
    }
    return result
  }

  /// J: [parameters × (out · rows)], row-major, whose memory is zeroed.
  func writeJacobian(of network: EdgeNetwork, to jacobian: UnsafeMutablePointer<Double>) {
    let width = rows * network.layers.last!.outputs
    for output in 0..<network.layers.last!.outputs {
      let deltas = gradients(ofOutput: output, of: network)
      var to = jacobian + output * rows
      for (index, layer) in network.layers.enumerated() {
        for sum in 0..<layer.sums {
          if let delta = deltas[index][sum] { to.update(from: delta, count: rows) }
          to += width
        }
        for input in 0..<layer.inputs {
          for sum in 0..<layer.sums {
            let edge = layer.edges[input * layer.sums + sum]
            if let delta = deltas[index][sum] { write(edge, delta, index, input, to, width) }
            to += edge.parameterCount * width
          }
        }
      }
    }
  }

  private func write(
    _ edge: EdgeForm, _ delta: [Double], _ layer: Int, _ input: Int, _ to: UnsafeMutablePointer<Double>, _ width: Int
  ) {
    switch edge {
    case .zero: break
    case .own(let coefficients):
      values[layer].withUnsafeBufferPointer { values in
        for k in coefficients.indices {
          let from = values.baseAddress! + (input * coefficients.count + k) * rows
          let line = to + k * width
          for row in 0..<rows { line[row] = delta[row] * from[row] }
        }
      }
    case .term(let term):
      let freedom = term.freedom
      let (rate, shift, line) = (to + width, to + (freedom.rate ? 2 : 1) * width, to + freedom.count * width)
      for row in 0..<rows {
        let x = inputs[layer][input * rows + row]
        let argument = term.rate * x + term.shift
        to[row] = delta[row] * term.function.value(at: argument)
        if term.line != nil { line[row] = delta[row] * x }
        if !freedom.rate && !freedom.shift { continue }
        let slope = delta[row] * term.factor * term.function.slope(at: argument)
        if freedom.rate { rate[row] = slope * x }
        if freedom.shift { shift[row] = slope }
      }
    }
  }
}
