import KANLinearAlgebra
import Testing

@testable import KAN

/// Derivatives by inputs against central differences in double precision, and the ways to them against each other.
@Suite struct DerivativeTests {
  /// Networks of all kinds with scalings of their own, and rows that lie away from kinks.
  private func cases(_ count: Int, seed: UInt64) -> [(network: Network<Double>, rows: Matrix<Double>)] {
    var generator = RandomGenerator(seed: seed)
    return (0..<count).map { round in
      var network = generator.network(BasisKind.allCases, products: round % 2 == 1)
      network.inputScaling = generator.scaling(network.inputs)
      network.outputScaling = generator.scaling(network.outputs)
      return (network, generator.matrix(3, network.inputs, in: -1.3...1.3))
    }
  }

  /// The smallest error of differences of three widths: one may step over a kink.
  private func differenceError(_ exact: Double, floor: Double, _ f: (Double) -> Double) -> Double {
    [3e-5, 3e-6, 6e-7].map { width in
      let difference = (f(width) - f(-width)) / (2 * width)
      return abs(difference - exact) / max(abs(difference), abs(exact), floor)
    }.min()!
  }

  private func moved(_ rows: Matrix<Double>, _ input: Int, by width: Double) -> Matrix<Double> {
    var rows = rows
    for row in 0..<rows.rows { rows[row, input] += width }
    return rows
  }

  @Test func jacobians() {
    for (round, (network, rows)) in cases(60, seed: 21).enumerated() {
      let jacobian = network.jacobian(at: rows)
      #expect([jacobian.count, jacobian.rows, jacobian.columns] == [3, network.outputs, network.inputs])
      // Below a thousandth of the largest, the rounding of y outweighs the derivative.
      let floor = 1e-3 * scale(jacobian.elements, atLeast: scale(network.predict(rows).elements, atLeast: 1))
      for input in 0..<network.inputs {
        for row in 0..<3 {
          for output in 0..<network.outputs {
            let error = differenceError(jacobian[row, output, input], floor: floor) { width in
              network.predict(moved(rows, input, by: width))[row, output]
            }
            #expect(error <= 1e-6, "round \(round), ∂y\(output)/∂x\(input): \(network.layers)")
          }
        }
      }
    }
  }

  /// From first derivatives, which the test above holds to values.
  @Test func hessians() {
    for (round, (network, rows)) in cases(40, seed: 22).enumerated() {
      for output in 0..<network.outputs {
        let hessian = network.hessian(ofOutput: output, at: rows)
        let first = network.jacobian(at: rows)
        let floor = 1e-3 * scale(hessian.elements, atLeast: scale(first.elements, atLeast: 1))
        for row in 0..<3 {
          for i in 0..<network.inputs {
            for j in 0..<network.inputs {
              let error = differenceError(hessian[row, i, j], floor: floor) { width in
                network.jacobian(at: moved(rows, j, by: width))[row, output, i]
              }
              #expect(error <= 1e-5, "round \(round), ∂²y/∂x\(i)∂x\(j): \(network.layers)")
              #expect(hessian[row, i, j] == hessian[row, j, i])
            }
          }
        }
      }
    }
  }

  /// Forward and reverse mode agree, as do products with J and H and the matrices themselves.
  @Test func productsWithVectors() {
    var generator = RandomGenerator(seed: 23)
    for (network, rows) in cases(40, seed: 24) {
      let (inputs, outputs) = (network.inputs, network.outputs)
      let v: Matrix<Double> = generator.matrix(3, inputs)
      let w: Matrix<Double> = generator.matrix(3, inputs)
      let dy: Matrix<Double> = generator.matrix(3, outputs)
      let jacobian = network.jacobian(at: rows)
      let (values, tangents) = network.jvp(at: rows, tangent: v)
      let gradient = network.vjp(at: rows, outputGradient: dy).inputs
      let second = network.secondDerivatives(at: rows, along: v, w)
      let hessians = (0..<outputs).map { network.hessian(ofOutput: $0, at: rows) }
      let size = scale(jacobian.elements, atLeast: 1) * 1e-12
      #expect(largestDifference(values.elements, network.predict(rows).elements) <= size)
      for row in 0..<3 {
        for m in 0..<outputs {
          let expected = (0..<inputs).reduce(0.0) { $0 + jacobian[row, m, $1] * v[row, $1] }
          #expect(abs(tangents[row, m] - expected) <= 10 * size)
          var bend = 0.0
          for i in 0..<inputs { for j in 0..<inputs { bend += v[row, i] * hessians[m][row, i, j] * w[row, j] } }
          #expect(abs(second[row, m] - bend) <= 1e-11 * scale(hessians[m].elements, atLeast: 1))
        }
        for i in 0..<inputs {
          let expected = (0..<outputs).reduce(0.0) { $0 + jacobian[row, $1, i] * dy[row, $1] }
          #expect(abs(gradient[row, i] - expected) <= 10 * size)
        }
      }
    }
  }

  /// Both ways to a Jacobian, by rows and by columns, on more rows than a tile or a chunk has, for any number of threads.
  @Test func manyRows() {
    var generator = RandomGenerator(seed: 25)
    let rows: Matrix<Double> = generator.matrix(1100, 3)
    for outputs in [2, 5] {
      let network = Network<Double>(.spline(3, 4, products: 1), .spline(4, outputs), seed: 3)
      let all = network.jacobian(at: rows, pool: ThreadPool(threads: 1))
      #expect(network.jacobian(at: rows, pool: ThreadPool(threads: 3)) == all)
      for row in [0, 31, 32, 1023, 1024, 1099] {
        let one = network.jacobian(at: rows.selecting(rows: [row]))
        #expect(largestDifference(one.elements, all[row].elements) <= 1e-13)
      }
      let sum = network.vjp(
        at: rows,
        outputGradient: Matrix(rows: 1100, columns: outputs, elements: repeatElement(1, count: 1100 * outputs)))
      let expected = (0..<1100 * 3).map { place in
        (0..<outputs).reduce(0.0) { $0 + all[place / 3, $1, place % 3] }
      }
      #expect(largestDifference(sum.inputs.elements, expected) <= 1e-12)
    }
    let none = Matrix<Double>(rows: 0, columns: 3)
    let network = Network<Double>(.spline(3, 2))
    #expect(network.jacobian(at: none).count == 0 && network.hessian(at: none).count == 0)
    #expect(network.vjp(at: none, outputGradient: Matrix(rows: 0, columns: 2)).parameters.allSatisfy { $0 == 0 })
  }

  /// The pass without dW leaves the same dZ behind as the one with it.
  @Test func deltas() {
    var generator = RandomGenerator(seed: 26)
    let pool = ThreadPool(threads: 1)
    for round in 0..<40 {
      let network = generator.network(BasisKind.allCases, products: round % 2 == 0)
      let x: Matrix<Double> = generator.matrix(5, network.inputs)
      let dy: Matrix<Double> = generator.matrix(5, network.outputs)
      var gradients = AlignedArray<Double>(zeros: network.parameterCount)
      func deltas(_ onlyDeltas: Bool) -> [[Double]] {
        let workspace = Workspace(network, capacity: 5, workers: 1, training: true)
        workspace.input(rows: 5).copyElements(from: x.view)
        network.forward(rows: 5, in: workspace, on: pool)
        workspace.gradient(network.layers.count - 1, rows: 5).copyElements(from: dy.view)
        var dx = Matrix<Double>(rows: 5, columns: network.inputs)
        if onlyDeltas {
          network.deltas(rows: 5, in: workspace, on: pool, inputGradient: dx.mutableView())
        } else {
          network.backward(
            rows: 5, in: workspace, on: pool, gradients: gradients.mutablePointer(), inputGradient: dx.mutableView())
        }
        return network.layers.indices.map { index in
          let view = workspace.sumGradient(index, rows: 5)
          return Array(UnsafeBufferPointer(start: view.base, count: 5 * view.columns))
        } + [Array(dx.elements)]
      }
      for (a, b) in zip(deltas(true), deltas(false)) {
        #expect(largestDifference(a, b) <= 1e-12 * scale(b, atLeast: 1), "round \(round): \(network.layers)")
      }
    }
  }

  /// Second derivatives of bases against differences of first ones.
  @Test(arguments: BasisKind.allCases) func secondDerivatives(kind: BasisKind) {
    var generator = RandomGenerator(seed: 27)
    for round in 0..<30 {
      let basis = generator.basis(kind, inputs: 2)
      let x: Matrix<Double> = generator.matrix(7, 2, in: -2...2)
      let second = basis.secondDerivatives(of: x)
      let largest = scale(second.elements, atLeast: 1)
      for place in second.elements.indices {
        let (row, column) = (place / second.columns, place % second.columns)
        let error = differenceError(second.elements[place], floor: 1e-2 * largest) { width in
          var moved = x
          moved[row, column / basis.functions] += width
          return basis.derivatives(of: moved)[row, column]
        }
        #expect(error <= 1e-5, "round \(round), function \(column): \(basis)")
      }
    }
  }

  /// The default, by differences, for a basis that does not say its own.
  @Test func secondDerivativesByDefault() {
    let x = Matrix<Double>([[0.3, -0.9], [40, 1e-3]])
    let found = Cubic(inputs: 2).secondDerivatives(of: x)
    for (place, value) in x.elements.enumerated() {
      #expect(abs(found.elements[place] - 6 * value) <= 1e-8 * max(1, 6 * abs(value)))
    }
  }

  @Test func activationsOfLayers() {
    var generator = RandomGenerator(seed: 28)
    for (network, rows) in cases(20, seed: 29) {
      let layers = network.activations(at: rows)
      var x = rows
      x = network.inputScaling.applied(to: x)
      for (index, layer) in network.layers.enumerated() {
        let weights = network.weights(ofLayer: index)
        var sums = layer.basis.values(of: x).multiplied(by: weights)
        for row in 0..<3 { for s in 0..<layer.sums { sums[row, s] += network.bias(ofLayer: index)[s] } }
        #expect(
          largestDifference(layers[index].sums.elements, sums.elements) <= 1e-12 * scale(sums.elements, atLeast: 1))
        x = layers[index].outputs
      }
      var y = x
      y = network.outputScaling.inverted(on: y)
      #expect(y == network.predict(rows))
      let place = generator.integer(0...network.outputs - 1)
      #expect(network.outputScaling.invert(on: x[0, place], column: place) == y[0, place])
    }
  }

  @Test func curves() throws {
    var generator = RandomGenerator(seed: 30)
    for (network, _) in cases(30, seed: 31) {
      for (index, layer) in network.layers.enumerated() {
        let (input, sum) = (generator.integer(0...layer.inputs - 1), generator.integer(0...layer.sums - 1))
        let points = (0..<9).map { _ in generator.uniform(-1.2...1.2) }
        let curve = network.curve(ofLayer: index, input: input, output: sum, at: points, units: .layers)
        let start = network.parameterOffset(ofLayer: index)
        for (place, x) in points.enumerated() {
          var all = Matrix<Double>(rows: 1, columns: layer.inputs)
          all[0, input] = x
          func contribution(_ functions: Matrix<Double>) -> Double {
            (0..<layer.functions).reduce(0.0) { total, k in
              let row = input * layer.functions + k
              return total + functions[0, row] * network.parameters[start + row * layer.sums + sum]
            }
          }
          #expect(abs(curve.values[place] - contribution(layer.basis.values(of: all))) <= 1e-12)
          #expect(abs(curve.derivatives[place] - contribution(layer.basis.derivatives(of: all))) <= 1e-11)
        }
        #expect(curve.coefficients.count + (curve.baseCoefficient == nil ? 0 : 1) == layer.functions)
      }
    }
  }
}

/// x³ and nothing else.
private struct Cubic: Basis {
  static var kind: String { "cubic" }
  let inputs: Int
  var functions: Int { 1 }

  init(inputs: Int) { self.inputs = inputs }
  init(_ description: BasisDescription<Double>) throws(BasisError) { self.init(inputs: description.inputs) }

  func writeValues(of x: MatrixView<Double>, first: Int, to values: MutableMatrixView<Double>) {
    for row in 0..<x.rows { for i in 0..<x.columns { values[row, i] = x[row, i] * x[row, i] * x[row, i] } }
  }

  func writeDerivatives(of x: MatrixView<Double>, first: Int, to derivatives: MutableMatrixView<Double>) {
    for row in 0..<x.rows { for i in 0..<x.columns { derivatives[row, i] = 3 * x[row, i] * x[row, i] } }
  }

  func initialDeviations(outputs: Int, gain: Double) -> [Double] { [1] }
  var description: BasisDescription<Double> { BasisDescription(kind: Self.kind, inputs: inputs) }
}

extension Basis {
  fileprivate func secondDerivatives(of x: Matrix<Element>) -> Matrix<Element> {
    var result = Matrix<Element>(rows: x.rows, columns: inputs * functions)
    writeSecondDerivatives(of: x.view, first: 0, to: result.mutableView())
    return result
  }
}

extension RandomGenerator {
  fileprivate mutating func scaling(_ columns: Int) -> Scaling<Double> {
    Scaling(
      shift: AlignedArray((0..<columns).map { _ in uniform(-0.3...0.3) }),
      factor: AlignedArray((0..<columns).map { _ in uniform(0.5...1.5) }))
  }
}
