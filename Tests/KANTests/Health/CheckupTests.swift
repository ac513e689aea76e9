import Foundation
import KANLinearAlgebra
import Testing

@testable import KAN

@Suite struct CheckupTests {
  /// y = sin(3a) + b², trained on a, b in [-1, 1].
  private func trained<Element: Scalar>(_: Element.Type, noting: Bool = true) throws -> Network<Element> {
    let data = smoothData(Element.self, rows: 400)
    var network = Network<Element>(.spline(2, 3), .spline(3, 1), seed: 1)
    try network.train(on: data, with: LBFGS(), epochs: 20)
    network.noteRowsOutsideGrids(data.inputs)
    if noting { network.noteTrainingData(data.inputs) }
    return network
  }

  private func kinds(_ checkup: Checkup, _ severity: Checkup.Severity) -> Set<Checkup.Kind> {
    Set(checkup.findings.filter { $0.severity == severity }.map(\.kind))
  }

  @Test func freshRowsAreHealthy() throws {
    let network = try trained(Double.self)
    let checkup = network.checkup(on: smoothData(Double.self, rows: 300, seed: 2))
    #expect(checkup.verdict == .healthy)
    #expect(checkup.columns.map(\.name) == ["1", "2"])
    #expect(checkup.columns.allSatisfy { $0.drift.map { !$0.isSignificant } ?? false })
    #expect(checkup.layers.map(\.edges) == [6, 3])
    #expect(checkup.layers.map(\.functions) == [16, 24])
    // Few values in the tails of what a hidden layer sees may leave a function nearly undetermined.
    #expect(checkup.layers[0].condition.map { $0 > 1 && $0 < 1e7 } ?? false)
    #expect(checkup.layers[1].condition.map { $0 > 1 } ?? false)
    let loss = try #require(checkup.loss)
    #expect(loss.training != nil && loss.here > 0 && loss.standardError > 0 && loss.standardError < loss.here)
    #expect(try JSONDecoder().decode(Checkup.self, from: JSONEncoder().encode(checkup)) == checkup)
  }

  @Test func rowsElsewhere() throws {
    let network = try trained(Float.self)
    let near = smoothData(Float.self, rows: 300, seed: 2)
    var inputs = near.inputs
    for row in 0..<300 { inputs[row, 1] = inputs[row, 1] / 2 + 1 }
    let data = Dataset(inputs: inputs, targets: near.targets)
    let checkup = network.checkup(on: data)
    #expect(checkup.verdict == .needsAttention)
    #expect(kinds(checkup, .attention).isSuperset(of: [.outside, .drift, .loss]))
    let end = try #require(smoothData(Float.self, rows: 400).inputs.column(1).max())
    #expect(checkup.columns[1].above == (0..<300).count { data.inputs[$0, 1] > end } && checkup.columns[1].below == 0)
    #expect(checkup.columns[0].above + checkup.columns[0].below <= 2)
    let text = try #require(checkup.findings.first { $0.kind == .outside }).text
    #expect(
      text.hasPrefix(
        "Column \"2\" is outside what the first layer's functions cover in \(checkup.columns[1].above) of 300")
    )
    #expect(checkup.columns[1].drift.map { $0.index > 0.25 } ?? false)
  }

  @Test func withoutTrainingData() throws {
    let network = try trained(Double.self, noting: false)
    let checkup = network.checkup(on: smoothData(Double.self, rows: 300, seed: 2).inputs)
    #expect(!checkup.hasTrainingData && checkup.loss == nil && checkup.columns.allSatisfy { $0.drift == nil })
    #expect(kinds(checkup, .note).contains(.missing))
    #expect(checkup.verdict == .healthy)
  }

  @Test func emptyCells() throws {
    let network = try trained(Double.self)
    var rows = smoothData(Double.self, rows: 100, seed: 2).inputs
    for row in 0..<7 { rows[row, 0] = .nan }
    let checkup = network.checkup(on: rows)
    #expect(checkup.columns.map(\.empty) == [7, 0])
    #expect(checkup.nonFinite == nil && checkup.layers.count == 2)
    #expect(network.checkup(on: Matrix(rows: 0, columns: 2)).layers.isEmpty)
    let all = Matrix<Double>(rows: 3, columns: 2, elements: [Double](repeating: .nan, count: 6))
    #expect(network.checkup(on: all).columns.map(\.empty) == [3, 3])
  }

  @Test func deadParts() throws {
    var network = try trained(Double.self)
    // The second node goes nowhere, and the edge from input 2 to node 3 is flat: coefficients that are equal.
    let (first, second) = (network.layers[0], network.parameterOffset(ofLayer: 1))
    for function in 0..<network.layers[1].functions {
      network.parameters[second + (network.layers[1].functions + function)] = 0
    }
    for function in 0..<first.functions {
      let isBase = function == first.functions - 1
      network.parameters[(first.functions + function) * 3 + 2] = isBase ? 0 : 0.25
    }
    let checkup = network.checkup(on: smoothData(Double.self, rows: 200, seed: 3).inputs)
    #expect(checkup.layers[0].deadNodes == [2])
    #expect(checkup.layers.map(\.deadEdges) == [1, 1])
    #expect(kinds(checkup, .note).contains(.dead))
    // A network that is constant.
    for index in network.parameters.indices { network.parameters[index] = 0 }
    let flat = network.checkup(on: smoothData(Double.self, rows: 200, seed: 3).inputs)
    #expect(flat.verdict == .needsAttention && kinds(flat, .attention).contains(.dead))
  }

  @Test func functionsWithoutRows() throws {
    let network = try trained(Double.self)
    var generator = RandomGenerator(seed: 4)
    // The third of five intervals of each input alone: four of eight cubic functions.
    let rows: Matrix<Double> = generator.matrix(200, 2, in: -0.15...0.15)
    let checkup = network.checkup(on: rows)
    #expect(checkup.layers[0].unusedFunctions == 8 && checkup.layers[0].functions == 16)
  }

  @Test func numbersThatAreNone() throws {
    var network = try trained(Double.self)
    let rows = smoothData(Double.self, rows: 50).inputs
    let offset = network.parameterOffset(ofLayer: 1)
    network.parameters[offset + network.layers[1].functions] = 1e308
    for function in 1..<network.layers[1].functions {
      network.parameters[offset + network.layers[1].functions + function] = 1.7e308
    }
    network.preprocessing.outputScaling = Scaling(shift: AlignedArray([0.0]), factor: AlignedArray([1e-10]))
    let overflow = network.checkup(on: rows)
    #expect(overflow.verdict == .broken)
    #expect(overflow.nonFinite?.hasPrefix("the output of the row with the inputs ") ?? false)
    network.parameters[offset + network.layers[1].functions] = .nan
    let broken = network.checkup(on: rows)
    #expect(broken.verdict == .broken && broken.layers.isEmpty)
    #expect(broken.nonFinite == "a parameter of layer 2, of the edge from input 2 to sum 1,")
    #expect(broken.findings[0].kind == .nonFinite && broken.findings[0].severity == .problem)
  }

  @Test func tables() throws {
    var generator = RandomGenerator(seed: 6)
    func table(_ rows: Int, gaps: Int, strangers: Int) -> Table {
      let size = (0..<rows).map { $0 < gaps ? .nan : generator.uniform() }
      let codes = (0..<rows).map { Int32($0 < strangers ? 2 : $0 % 2) }
      let y = (0..<rows).map { (size[$0].isNaN ? 0 : size[$0]) + Double(codes[$0]) }
      return Table([
        .init(name: "size", cells: .numbers(size)),
        .init(name: "kind", cells: .texts(codes: codes, levels: ["p", "q", "r"])),
        .init(name: "y", cells: .numbers(y)),
      ])
    }
    let network = try Network<Float>.fit(table(300, gaps: 0, strangers: 0)).network
    #expect(network.inputDistributions?.count == network.inputs)
    #expect(try network.checkup(on: table(200, gaps: 0, strangers: 0)).verdict == .healthy)
    let checkup = try network.checkup(on: table(200, gaps: 30, strangers: 40))
    let columns = Dictionary(checkup.columns.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    #expect(columns["size"]?.empty == 30 && columns["size"]?.hasLearnedGaps == false)
    #expect(columns["kind"]?.unknown == 40)
    #expect(kinds(checkup, .attention).isSuperset(of: [.empty, .unknown]))
    let texts = checkup.findings.map(\.text)
    #expect(
      texts.contains { $0.hasPrefix("Column \"size\" is empty in 30 of 200 rows (15 %). The training had no empty") })
    #expect(texts.contains { $0.hasPrefix("Column \"kind\" is of an unknown category in 40 of 200 rows (20 %).") })
  }

  /// Distributions stay with the network in another precision, and take no more than their sample.
  @Test func conversion() throws {
    let network = try trained(Float.self)
    #expect(try network.converted(to: Double.self).inputDistributions == network.inputDistributions)
    var other = network
    var generator = RandomGenerator(seed: 8)
    other.noteTrainingData(generator.matrix(5000, 2))
    #expect(other.inputDistributions.map { $0.map(\.rows) } == [2000, 2000])
    other.noteTrainingData(Matrix(rows: 0, columns: 2))
    #expect(other.inputDistributions == nil)
  }
}
