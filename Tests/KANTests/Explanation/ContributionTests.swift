import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

struct ContributionTests {
  @Test("Contributions and the constant add up to the prediction, each the curve of its input", arguments: 0..<8)
  func sums(seed: Int) throws {
    var generator = RandomGenerator(seed: UInt64(seed))
    let kind = BasisKind.allCases[seed]
    var network = Network<Double>(
      Layer(basis: generator.basis(kind, inputs: 3), outputs: 2), seed: UInt64(seed))
    try network.setRanges(inputs: [2...5, -1...1, 100...300], targets: [10...30, -4...0])
    for index in network.parameters.indices { network.parameters[index] = generator.normal() }
    let rows = Matrix<Double>(
      (0..<50).map { _ in
        [generator.uniform(2...5), generator.uniform(-1...1), generator.uniform(100...300)]
      })
    let found = try network.contributions(at: rows)
    #expect(found.columns == ["x0", "x1", "x2"])
    let size = scale(network.predict(rows).elements, atLeast: 1)
    #expect(largestDifference(found.sums.elements, network.predict(rows).elements) <= 1e-12 * size)
    for input in 0..<3 where kind != .linear {
      let curve = network.curve(ofLayer: 0, input: input, output: 1, at: rows.column(input)).values
      #expect(largestDifference(curve, (0..<50).map { found.values[$0, 1, input] }) <= 1e-12 * size)
    }
    let centered = try network.contributions(at: rows, around: rows)
    #expect(largestDifference(centered.sums.elements, network.predict(rows).elements) <= 1e-12 * size)
    for input in 0..<3 { #expect(abs((0..<50).reduce(0) { $0 + centered.values[$1, 0, input] }) <= 1e-10 * size) }
  }

  @Test("A table's columns count as a whole, in its units")
  func table() throws {
    var generator = RandomGenerator(seed: 4)
    let size = (0..<300).map { _ in generator.uniform(1e6...3e6) }
    let kinds = (0..<300).map { _ in Int32(generator.integer(0...2)) }
    let price = (0..<300).map { 5e9 + size[$0] * 10 + Double(kinds[$0]) * 1e6 }
    let table = Table([
      .init(name: "size", cells: .numbers((0..<300).map { $0 % 7 == 0 ? .nan : size[$0] })),
      .init(name: "kind", cells: .texts(codes: kinds, levels: ["a", "b", "c"])),
      .init(name: "price", cells: .numbers(price)),
    ])
    let encoding = try TableEncoding(table, columns: TableColumns(targets: ["price"]))
    let rows: EncodedTable<Double> = try encoding.encode(table)
    let fitted = try TableBasis.fitting(rows.data.inputs, kinds: encoding.inputKinds, intervals: 5, blend: 0.05)
    var network = Network(Layer<Double>(basis: fitted.basis, outputs: 1))
    network.inputScaling = fitted.scaling
    network.inputScalingOrigin = .given
    network.take(encoding)
    try network.fitLastLayer(on: rows.data)
    let found = try network.contributions(at: rows.data.inputs, around: rows.data.inputs)
    #expect(found.columns == ["size", "kind"])
    let predictions = try network.predict(table)
    #expect(largestDifference(found.sums.elements, predictions.elements) <= 1e-12 * 5e9)
    let a = (0..<300).first { kinds[$0] == 0 }!
    let c = (0..<300).first { kinds[$0] == 2 }!
    // The noise of the rows without a size is in it too.
    #expect(abs(found.values[c, 0, 1] - found.values[a, 0, 1] - 2e6) < 1e6)
  }

  @Test("A network of two layers has none")
  func deep() {
    let network = Network<Float>(.spline(2, 2), .spline(2, 1))
    #expect(throws: ExplanationError.notAdditive(layers: 2, node: "identity")) {
      try network.contributions(at: Matrix(rows: 1, columns: 2))
    }
    #expect(throws: ExplanationError.notAdditive(layers: 1, node: "tanh")) {
      try Network<Float>(.linear(2, 2, activation: .tanh)).contributions(at: Matrix(rows: 1, columns: 2))
    }
  }
}
