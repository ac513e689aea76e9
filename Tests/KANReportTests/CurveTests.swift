import KAN
import Testing

@testable import KANReport

/// Curves in pictures are what the network does, in the units of the table.
@Suite struct CurveTests {
  /// Prices by a number, by one that spans magnitudes, by texts, and with gaps.
  static func table() -> Table {
    var generator = RandomGenerator(seed: 5)
    let rows = 400
    let age = (0..<rows).map { _ in 20 + 60 * generator.uniform() }
    let income = (0..<rows).map { _ in Elementary.exp(8 + 3 * generator.normal()) }
    let city = (0..<rows).map { _ in Int32(generator.uniform() * 3) }
    let gaps = age.map { generator.uniform() < 0.1 ? Double.nan : $0 }
    let price = (0..<rows).map { row in
      1000 + age[row] * 2 + 10 * Elementary.log(income[row]) + [0, 50, 20][Int(city[row])]
    }
    return Table([
      .init(name: "age", cells: .numbers(gaps)), .init(name: "income", cells: .numbers(income)),
      .init(name: "city", cells: .texts(codes: city, levels: ["Oslo", "<Bergen>", "Tromsø"])),
      .init(name: "price", cells: .numbers(price)),
    ])
  }

  @Test func curvesAreContributionsInTheTablesUnits() throws {
    let table = Self.table()
    let encoding = try TableEncoding(table, columns: TableColumns(targets: ["price"]))
    let data = try encoding.encode(table, as: Double.self).data
    let first = try TableBasis<Double>.fitting(data.inputs, encoding, intervals: 8, hasEvenKnots: false)
    var network = Network([Layer(basis: first.basis, outputs: 1)], seed: 2)
    network.take(encoding)
    network.take(inputScaling: first.scaling)
    try network.train(on: data, with: AdamW(learningRate: 0.05), epochs: 5)
    let inputs = data.inputs
    let portrait = Portrait(network, rows: inputs)
    #expect(portrait.inputs.map(\.name).contains("age missing"))
    // f(x) - f(x with input i at the first point) is what the edge adds less what it adds there.
    for input in 0..<network.inputs {
      let curve = portrait.curve(0, input, 0, points: 21)
      let label = portrait.inputs[input]
      var rows = Matrix<Double>(rows: curve.x.count, columns: network.inputs)
      for (row, x) in curve.x.enumerated() {
        for column in 0..<network.inputs { rows[row, column] = inputs[3, column] }
        if case .number(let shift, let scale) = label.kind {
          rows[row, input] = (x - shift) * scale
        } else {
          rows[row, input] = x
        }
      }
      let answers = network.inUnitsOfTable(network.predict(rows))
      for row in 0..<rows.rows {
        #expect(abs((answers[row, 0] - answers[0, 0]) - (curve.y[row] - curve.y[0])) < 1e-8 * 1000)
      }
      #expect(curve.isCategorical == (label.name == "city"))
      #expect(curve.quantiles.count > 0 && curve.quantiles == curve.quantiles.sorted())
    }
    let svg = Diagram(portrait, title: "houses").svg()
    _ = try ParsedPicture(svg)
    let city = try #require(portrait.inputs.firstIndex { $0.name == "city" })
    #expect(
      try ParsedPicture(EdgePicture(portrait, layer: 0, input: city, sum: 0).svg()).texts.contains { $0 == "<Bergen>" })
  }

  /// The large picture's parts: splines and base function together are the curve, its slope the derivative.
  @Test func partsAddUp() throws {
    let network = Network<Double>(.spline(2, 2), .spline(2, 1), seed: 4)
    let curve = Portrait(network, rows: randomRows(30, 2)).curve(0, 1, 1, points: 401)
    #expect(curve.base.count == 401 && curve.knots.count == 6)
    for place in stride(from: 1, to: 400, by: 7) {
      let difference = (curve.y[place + 1] - curve.y[place - 1]) / (curve.x[place + 1] - curve.x[place - 1])
      #expect(abs(difference - curve.slopes[place]) < 1e-3)
    }
    let silu = curve.x.map { $0 / (1 + Elementary.exp(-$0)) }
    let weight = curve.base[400] / silu[400]
    for (base, value) in zip(curve.base, silu) { #expect(abs(base - weight * value) < 1e-12) }
    let picture = try ParsedPicture(EdgePicture(Portrait(network, rows: nil), layer: 0, input: 1, sum: 1).svg())
    for name in ["the edge", "splines", "base function", "knots", "Derivative"] {
      #expect(picture.texts.contains(name))
    }
  }

  /// Data beyond the grid widen a curve, but not without end.
  @Test(arguments: [1.5, 1000]) func dataBeyondTheGrid(farthest: Double) {
    let network = Network<Double>(.spline(1, 1), seed: 1)
    let rows = Matrix((0...20).map { [Double($0) / 20 * farthest] })
    let curve = Portrait(network, rows: rows).curve(0, 0, 0, points: 11)
    #expect(curve.x.first == -1 && curve.x.last == min(farthest, 3))
    #expect(curve.domain == -1...1)
  }
}
