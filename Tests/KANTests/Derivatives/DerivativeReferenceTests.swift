import Testing

@testable import KAN

/// Derivatives against PyTorch's in double precision; `make_derivatives.py` made the numbers.
@Suite struct DerivativeReferenceTests {
  struct Case: Decodable {
    struct LayerCase: Decodable {
      let basis: String
      let inputs, outputs, products, grid, degree: Int
      let activation: Activation

      var layer: Layer<Double> {
        switch basis {
        case "linear": .linear(inputs, outputs, products: products, activation: activation)
        case "bSpline":
          .spline(inputs, outputs, grid: grid, degree: degree, products: products, activation: activation)
        case "chebyshev":
          .chebyshev(inputs, outputs, degree: degree, products: products, activation: activation)
        default: .gaussian(inputs, outputs, grid: grid, products: products, activation: activation)
        }
      }
    }

    let layers: [LayerCase]
    let parameters, inputShift, inputFactor, outputShift, outputFactor: [Double]
    let x, v, w, dy: [Double]
    let values, jacobian, hessian, jvp, second, inputGradient, parameterGradient: [Double]

    var network: Network<Double> {
      var network = Network(layers: layers.map(\.layer), parameters: AlignedArray(parameters))
      network.inputScaling = Scaling(shift: AlignedArray(inputShift), factor: AlignedArray(inputFactor))
      network.outputScaling = Scaling(shift: AlignedArray(outputShift), factor: AlignedArray(outputFactor))
      return network
    }

    func rows(_ elements: [Double]) -> Matrix<Double> {
      Matrix(rows: 3, columns: elements.count / 3, elements: elements)
    }
  }

  private func expect(_ found: some Collection<Double>, _ expected: [Double], _ what: String) {
    #expect(largestDifference(found, expected) <= 1e-12 * scale(expected, atLeast: 1), "\(what)")
  }

  @Test(arguments: 0..<5, [1, 2]) func againstPyTorch(index: Int, threads: Int) throws {
    let reference = try (reference("derivatives") as [Case])[index]
    let network = reference.network
    let pool = ThreadPool(threads: threads)
    let x = reference.rows(reference.x)
    expect(network.predict(x, pool: pool).elements, reference.values, "values")
    expect(network.jacobian(at: x, pool: pool).elements, reference.jacobian, "Jacobian")
    let (values, tangents) = network.jvp(at: x, tangent: reference.rows(reference.v), pool: pool)
    expect(values.elements, reference.values, "values of jvp")
    expect(tangents.elements, reference.jvp, "tangents of jvp")
    let (inputs, parameters) = network.vjp(at: x, outputGradient: reference.rows(reference.dy), pool: pool)
    expect(inputs.elements, reference.inputGradient, "inputs of vjp")
    expect(parameters, reference.parameterGradient, "parameters of vjp")
    let second = network.secondDerivatives(
      at: x, along: reference.rows(reference.v), reference.rows(reference.w), pool: pool)
    expect(second.elements, reference.second, "second derivatives")
    let size = network.inputs * network.inputs
    for output in 0..<network.outputs {
      let expected = (0..<3).flatMap { row in
        let start = (row * network.outputs + output) * size
        return Array(reference.hessian[start..<start + size])
      }
      expect(network.hessian(ofOutput: output, at: x, pool: pool).elements, expected, "Hessian of \(output)")
    }
  }
}
