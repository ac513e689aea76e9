import Foundation
import Testing

@testable import KAN

/// The two ways to form products, against each other and against plain loops over edges.
@Suite struct ContractionTests {
  /// Widths that fill vectors, that leave a few columns over, and that are narrower than any vector.
  private static let widths = [1, 2, 3, 5, 8, 10, 16, 17, 31, 40, 64, 70, 130]
  private static let batches = [1, 2, 3, 5, 33, 64, 65, 131, 300]

  @Test(arguments: 0..<60)
  func localEqualsGemm(seed: UInt64) throws {
    try compare(Double.self, seed: seed, tolerance: 1e-12)
    try compare(Float.self, seed: seed, tolerance: 2e-5)
  }

  private func compare<Element: Scalar>(_: Element.Type, seed: UInt64, tolerance: Double) throws {
    var generator = RandomGenerator(seed: seed, stream: 7)
    let (inputs, outputs) = (generator.integer(1...20), generator.element(of: Self.widths))
    let basis: BSpline<Element> = try generator.spline(inputs: inputs, uneven: seed % 3 == 0)
    let batch = generator.element(of: Self.batches)
    let x: Matrix<Element> = generator.points(for: basis, rows: batch)
    let results = [Contraction.local, .gemm].map { contraction in
      gradients(of: basis, outputs: outputs, at: x, contraction: contraction, seed: seed)
    }
    for (name, local, gemm) in zip3(["Y", "dW and db", "dX"], results[0], results[1]) {
      #expect(
        largestDifference(local, gemm) <= tolerance * scale(gemm, atLeast: 1),
        "\(name): [\(inputs) × \(outputs)], batch \(batch), degree \(basis.grid.degree), \(basis.outside)")
    }
  }

  /// Y, the gradient of every parameter and, through a linear layer of ones in front, that of the inputs.
  private func gradients<Element: Scalar>(
    of basis: BSpline<Element>, outputs: Int, at x: Matrix<Element>, contraction: Contraction, seed: UInt64
  ) -> [[Element]] {
    var generator = RandomGenerator(seed: seed, stream: 8)
    let front = Layer<Element>.linear(basis.inputs, basis.inputs)
    var network = Network([front, Layer(basis: basis, outputs: outputs)])
    network.parameters = AlignedArray(
      (0..<network.parameterCount).map { index in
        if index >= front.parameterCount { return Element(generator.normal()) }
        return index < front.weightCount && index % (basis.inputs + 1) == 0 ? 1 : 0
      })
    network.contraction = contraction
    let data = Dataset(inputs: x, targets: .values(generator.matrix(x.rows, outputs)))
    let step = TrainingStep(network, on: data, batch: x.rows, pool: ThreadPool(threads: 2))
    _ = Array(0..<x.rows).withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
    let gradient = Array(step.gradients)
    return [
      Array(network.predict(x).elements), Array(gradient[front.parameterCount...]),
      Array(gradient[..<front.parameterCount]),
    ]
  }

  /// φ(x) edge by edge, by the definition of B-splines.
  @Test(arguments: 0..<30)
  func localEqualsPlainLoops(seed: UInt64) throws {
    var generator = RandomGenerator(seed: seed, stream: 9)
    let (inputs, outputs) = (generator.integer(1...4), generator.element(of: [1, 3, 10, 16, 20]))
    let basis: BSpline<Double> = try generator.spline(inputs: inputs, uneven: seed % 2 == 0)
    let x: Matrix<Double> = generator.points(for: basis, rows: generator.element(of: [1, 3, 40]))
    var network = Network([Layer(basis: basis, outputs: outputs)])
    network.parameters = AlignedArray((0..<network.parameterCount).map { _ in generator.normal() })
    network.contraction = .local
    let weights = network.weights(ofLayer: 0)
    let expected = (0..<x.rows).flatMap { row in
      (0..<outputs).map { output in
        (0..<inputs).reduce(network.bias(ofLayer: 0)[output]) { sum, input in
          let edge = SplineEdge(
            knots: basis.grid.knots.row(input), degree: basis.grid.degree, outside: basis.outside, base: basis.base,
            weights: (0..<basis.functions).map { weights[input * basis.functions + $0, output] })
          return sum + edge.value(x[row, input])
        }
      }
    }
    #expect(largestDifference(network.predict(x).elements, expected) <= 1e-12 * scale(expected, atLeast: 1))
  }

  /// However rows come together, the bits of their predictions are the same.
  @Test(arguments: [1, 2, 10, 16, 19, 64], [Contraction.local, .auto])
  func predictionsDoNotDependOnTheSplit(outputs: Int, contraction: Contraction) {
    var generator = RandomGenerator(seed: 3)
    var network = Network<Float>(.spline(9, 12), .spline(12, outputs, grid: 7), seed: 2)
    network.contraction = contraction
    let x: Matrix<Float> = generator.matrix(150, 9, in: -1.4...1.4)
    let whole = network.predict(x)
    for part in [1, 2, 5, 17, 64, 149] {
      for start in stride(from: 0, to: x.rows, by: part) {
        let rows = start..<min(start + part, x.rows)
        let split = network.predict(Matrix(rows: rows.count, columns: 9, elements: rows.flatMap { x.row($0) }))
        let expected = rows.flatMap { whole.row($0) }
        #expect(Array(split.elements).map(\.bitPattern) == expected.map(\.bitPattern), "rows \(rows)")
      }
    }
  }

  @Test func predictionsOnUnevenGridsDoNotDependOnTheSplit() throws {
    var generator = RandomGenerator(seed: 4)
    let basis: BSpline<Float> = try generator.spline(inputs: 9, uneven: true)
    var network = Network([Layer(basis: basis, outputs: 19)], seed: 2)
    network.contraction = .local
    let x: Matrix<Float> = generator.points(for: basis, rows: 70)
    let whole = network.predict(x)
    for row in 0..<x.rows {
      let alone = network.predict(Matrix(rows: 1, columns: 9, elements: x.row(row)))
      #expect(alone.elements.map(\.bitPattern) == whole.row(row).map(\.bitPattern), "row \(row)")
    }
  }

  /// Every thread gets rows of a batch, down to 32 of them, and no more than it needs to where W is large.
  @Test(arguments: [(64, 1, 128), (64, 2, 64), (64, 8, 32), (512, 1, 128), (512, 2, 128), (512, 4, 64), (512, 16, 32)])
  func rowsOfATile(inputs: Int, threads: Int, rows: Int) {
    let layer = Layer<Float>.spline(inputs, 64, grid: 5)
    #expect(Tiling(layer, rows: 256, threads: threads, .local).rows == rows)
  }

  /// A W that no second-level cache holds is cut by columns.
  @Test(arguments: [Activation.identity, .silu, .tanh])
  func columnsOfALargeLayer(activation: Activation) {
    var generator = RandomGenerator(seed: 6)
    let layer = Layer<Double>.spline(100, 130, grid: 50, activation: activation)
    let tiling = Tiling(layer, rows: 200, threads: 2, .local)
    #expect(tiling.columnTiles(130) == 3 && tiling.rowTiles(200) == 2)
    let data = Dataset<Double>(
      inputs: generator.matrix(200, 100, in: -1.2...1.2), targets: .values(generator.matrix(200, 130)))
    // Biases too, which start from 0.
    let parameters = AlignedArray<Double>((0..<layer.parameterCount).map { _ in 0.05 * generator.normal() })
    let results = [Contraction.local, .gemm].map { contraction in
      var network = Network([layer])
      network.parameters = parameters
      network.contraction = contraction
      let step = TrainingStep(network, on: data, batch: 200, pool: ThreadPool(threads: 2))
      _ = Array(0..<200).withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
      return [Array(network.predict(data.inputs).elements), Array(step.gradients)]
    }
    for (local, gemm) in zip(results[0], results[1]) {
      #expect(largestDifference(local, gemm) <= 1e-12 * scale(gemm))
    }
  }

  /// So is one of a dense layer that few rows meet.
  @Test func columnsOfALargeDenseLayer() {
    var generator = RandomGenerator(seed: 7)
    let (inputs, outputs, rows) = (140, 1000, 130)
    let layer = Layer<Double>.linear(inputs, outputs, activation: .silu)
    let tiling = Tiling(layer, rows: rows, threads: 2, .auto)
    #expect(tiling.columnTiles(outputs) == 4 && tiling.rowTiles(rows) == 2 && tiling.inputBlocks(inputs) == 2)
    var network = Network([layer])
    network.parameters = AlignedArray((0..<layer.parameterCount).map { _ in 0.1 * generator.normal() })
    let data = Dataset<Double>(
      inputs: generator.matrix(rows, inputs), targets: .values(generator.matrix(rows, outputs)))

    let product = data.inputs.multiplied(by: network.weights(ofLayer: 0))
    let bias = network.bias(ofLayer: 0)
    let expected = product.elements.enumerated().map { index, sum in
      let z = sum + bias[index % outputs]
      return z / (1 + exp(-z))
    }
    #expect(largestDifference(network.predict(data.inputs).elements, expected) <= 1e-13 * scale(expected))

    let results = [1, 2, 3, 7].map { threads in
      let step = TrainingStep(network, on: data, batch: rows, pool: ThreadPool(threads: threads))
      let loss = Array(0..<rows).withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
      return [loss] + step.gradients
    }
    #expect(Set(results.map { $0.map(\.bitPattern) }).count == 1)
    let step = TrainingStep(network, on: data, batch: rows, pool: ThreadPool(threads: 2))
    func loss(changing index: Int, by change: Double) -> Double {
      var changed = network
      changed.parameters[index] += change
      return Array(0..<rows).withUnsafeBufferPointer { step.lossAndGradient(of: changed, rows: $0) }
    }
    let largest = scale(results[0].dropFirst())
    for index in stride(from: 0, to: layer.parameterCount, by: 4999) + [layer.parameterCount - 1] {
      let slope = (loss(changing: index, by: 1e-4) - loss(changing: index, by: -1e-4)) / 2e-4
      #expect(abs(results[0][1 + index] - slope) <= 1e-6 * largest, "parameter \(index)")
    }
  }

  @Test(arguments: [Contraction.local, .gemm, .auto])
  func gradientsDoNotDependOnThreads(contraction: Contraction) {
    var network = Network<Float>(.spline(20, 17), .spline(17, 3), seed: 1)
    network.contraction = contraction
    var generator = RandomGenerator(seed: 5)
    let data = Dataset<Float>(
      inputs: generator.matrix(700, 20, in: -1.2...1.2), targets: .values(generator.matrix(700, 3)))
    let results = [1, 2, 3, 7].map { threads in
      let step = TrainingStep(network, on: data, batch: 700, pool: ThreadPool(threads: threads))
      let loss = Array(0..<700).withUnsafeBufferPointer { step.lossAndGradient(of: network, rows: $0) }
      return [loss.bitPattern] + step.gradients.map { UInt64($0.bitPattern) }
    }
    #expect(Set(results).count == 1)
  }

  @Test func choice() throws {
    let spline = Layer<Float>.spline(64, 64, grid: 50)
    let cost = try #require(spline.contractionCost)
    #expect(cost.functions == 54 && cost.nonZeroFunctions == 5)
    #expect(cost.choice == .local)
    #expect(spline.resolvedContraction(.auto) == .local)
    #expect(spline.resolvedContraction(.gemm) == .gemm)
    // Nothing is 0 there, and nothing to choose.
    #expect(Layer<Float>.chebyshev(4, 4).resolvedContraction(.local) == .gemm)
    #expect(Layer<Float>.linear(4, 4).contractionCost == nil)
  }
}

private func zip3<A, B, C>(_ a: [A], _ b: [B], _ c: [C]) -> [(A, B, C)] {
  zip(a, zip(b, c)).map { ($0, $1.0, $1.1) }
}

extension RandomGenerator {
  /// Splines of any degree, ends, behaviour outside and base function.
  fileprivate mutating func spline<Element: Scalar>(inputs: Int, uneven: Bool) throws -> BSpline<Element> {
    let degree = integer(1...5)
    let intervals = integer(1...9)
    let ends = element(of: GridEnds.allCases)
    let grid: Grid<Element>
    if uneven {
      let breakpoints = (0..<inputs).map { _ in
        var position = -1.0
        return (0...intervals).map { _ in
          defer { position += uniform(0.1...0.5) }
          return Element(position)
        }
      }
      grid = try Grid(breakpoints: breakpoints, degree: degree, ends: ends)
    } else {
      grid = Grid(inputs: inputs, intervals: intervals, degree: degree, ends: ends)
    }
    return BSpline(grid: grid, outside: element(of: OutsideGrid.allCases), base: element(of: BaseFunction.allCases))
  }

  /// Points inside and outside of the grids, among them knots and ends.
  fileprivate mutating func points<Element: Scalar>(for basis: BSpline<Element>, rows: Int) -> Matrix<Element> {
    let elements = (0..<rows * basis.inputs).map { index in
      switch integer(0...5) {
      case 0: element(of: basis.grid.breakpoints(ofInput: index % basis.inputs))
      case 1: Element(uniform(-3...3))
      default: Element(uniform(-1...1))
      }
    }
    return Matrix(rows: rows, columns: basis.inputs, elements: elements)
  }
}
