import KAN
import KANReport
import Testing

/// Pictures of networks.
@Suite struct DiagramTests {
  static let networks: [(name: String, Network<Double>)] = [
    ("2-5-1", Network(.spline(2, 5), .spline(5, 1), seed: 1)),
    ("19-5-1", Network(.spline(19, 5), .spline(5, 1), seed: 1)),
    ("one layer", Network(.spline(7, 3), seed: 1)),
    ("one edge", Network(.spline(1, 1), seed: 1)),
    ("four layers", Network(.spline(3, 4), .spline(4, 5), .spline(5, 4), .spline(4, 2), seed: 1)),
    ("products", Network(.spline(3, 4, products: 2), .spline(4, 2, products: 1), seed: 1)),
    ("many products", Network(.spline(6, 8, products: 8), .spline(8, 5), seed: 1)),
    ("multilayer perceptron", Network(.linear(4, 6, activation: .relu), .linear(6, 2), seed: 1)),
    ("other bases", Network(.chebyshev(3, 4), .gaussian(4, 2), seed: 1)),
  ]

  /// Every edge and every node once, with and without data.
  @Test(arguments: networks.indices, [false, true])
  func everyEdgeIsDrawn(index: Int, hasData: Bool) throws {
    let network = Self.networks[index].1
    let portrait = Portrait(network, rows: hasData ? randomRows(50, network.inputs) : nil)
    let picture = try ParsedPicture(Diagram(portrait, title: "a network").svg())
    let edges = network.layers.reduce(0) { $0 + $1.inputs * $1.sums }
    let nodes = network.inputs + network.layers.reduce(0) { $0 + $1.outputs }
    #expect(picture.elements.count { $0.attributes["class"] == "edge" } == edges)
    #expect(picture.elements.count { $0.attributes["class"] == "node" } == nodes)
    #expect(!picture.texts.contains { $0.contains("left out") })
    #expect(picture.texts.contains { $0.contains("50 rows") } == hasData)
    try expectInside(picture)
  }

  /// All that has a place stands within the picture.
  private func expectInside(_ picture: ParsedPicture) throws {
    let frame = try #require(picture.all("svg").first)
    let width = try #require(frame.attributes["width"].flatMap { Double($0) })
    let height = try #require(frame.attributes["height"].flatMap { Double($0) })
    for group in picture.elements where group.attributes["class"] == "edge" {
      let place = try #require(group.attributes["transform"]).dropFirst("translate(".count).dropLast()
      let numbers = place.split(separator: " ").compactMap { Double($0) }
      try #require(numbers.count == 2)
      #expect(numbers[0] >= 0 && numbers[0] + 54 <= width && numbers[1] >= 0 && numbers[1] + 32 <= height)
    }
    for circle in picture.all("circle") {
      let x = try #require(circle.attributes["cx"].flatMap { Double($0) })
      let y = try #require(circle.attributes["cy"].flatMap { Double($0) })
      #expect(x >= 0 && x <= width && y >= 0 && y <= height)
    }
  }

  /// No two boxes cover each other.
  @Test(arguments: networks.indices)
  func boxesStandApart(index: Int) throws {
    let portrait = Portrait(Self.networks[index].1, rows: nil)
    let picture = try ParsedPicture(Diagram(portrait, title: "a network").svg())
    let corners = picture.elements.filter { $0.attributes["class"] == "edge" }.compactMap {
      group -> (Double, Double)? in
      let numbers = group.attributes["transform"]!.dropFirst("translate(".count).dropLast().split(separator: " ")
        .compactMap { Double($0) }
      return (numbers[0], numbers[1])
    }
    let frame = try #require(picture.elements.first { $0.attributes["class"] == "frame" })
    let width = try #require(frame.attributes["width"].flatMap { Double($0) })
    let height = try #require(frame.attributes["height"].flatMap { Double($0) })
    for (place, a) in corners.enumerated() {
      for b in corners[..<place] { #expect(abs(a.0 - b.0) >= width || abs(a.1 - b.1) >= height) }
    }
  }

  /// A network too large for a page: what is left out is said, and the strongest inputs are there.
  @Test func largeNetworkSaysWhatIsLeftOut() throws {
    var network = Network<Double>(.spline(784, 64), .spline(64, 10), seed: 1)
    // Input 700 alone has large coefficients.
    let row = network.layers[0].functions * 64
    for index in 0..<row { network.parameters[700 * row + index] *= 100 }
    let svg = Diagram(Portrait(network, rows: randomRows(64, 784)), title: "images").svg()
    #expect(svg.utf8.count < 5_000_000)
    let picture = try ParsedPicture(svg)
    let drawn = picture.elements.count { $0.attributes["class"] == "edge" }
    let total = 784 * 64 + 64 * 10
    #expect(drawn > 100 && drawn < 1000)
    let text = picture.texts.joined(separator: " ")
    #expect(text.contains("\(drawn) of 50,816 edges are drawn"))
    #expect(text.contains("\(grouped(total - drawn)) are left out"))
    #expect(picture.texts.contains("x700"))
  }

  @Test func wideNetworkIsDrawnWhole() throws {
    let network = Network<Float>(.spline(100, 20), .spline(20, 3), seed: 1)
    let svg = Diagram(Portrait(network, rows: nil), title: "wide").svg()
    #expect(svg.utf8.count < 5_000_000)
    #expect(try ParsedPicture(svg).elements.count { $0.attributes["class"] == "edge" } == 2060)
  }

  /// Names arrive as they are, but for controls, and shortened ones in full as titles.
  @Test func namesAreText() throws {
    var network = Network<Double>(.spline(oddNames.count, 1), seed: 1)
    try network.describe(as: .regression, names: Names(inputs: oddNames, targets: ["<y>"]))
    let picture = try ParsedPicture(Diagram(Portrait(network, rows: nil), title: "<title> & \"more\"").svg())
    let titles = picture.all("title").map(\.text)
    for name in oddNames {
      let shown = name.replacing("\u{7}", with: "\u{FFFD}")
      if shown.count < 22 { #expect(picture.texts.contains(shown)) }
      #expect(titles.contains { $0.contains(shown) })
    }
    #expect(picture.texts.contains("<y>") && picture.texts.contains("<title> & \"more\""))
  }

  @Test func strengthsFollowTheCurves() throws {
    // y = 4x₀ + x₁ on evenly spread rows: x₀'s edge is four times as strong.
    var network = Network<Double>(.linear(2, 1), seed: 1)
    (network.parameters[0], network.parameters[1]) = (4, 1)
    let rows = Matrix((0..<100).map { [Double($0 % 10), Double($0 / 10)] })
    for portrait in [Portrait(network, rows: rows), Portrait(network, rows: nil)] {
      let picture = try ParsedPicture(Diagram(portrait, title: "lines").svg())
      let titles = picture.all("title").map(\.text)
      #expect(titles.contains { $0.hasPrefix("x0 to y") && $0.hasSuffix("strength 1") })
      #expect(titles.contains { $0.hasPrefix("x1 to y") && $0.hasSuffix("strength 0.25") })
    }
  }

  /// Nothing that is not finite gets into a picture, and nothing traps.
  @Test(arguments: [0, Double.nan, .infinity, 1e300])
  func oddParameters(value: Double) throws {
    var network = Network<Double>(.spline(2, 3), .spline(3, 1), seed: 1)
    for index in 0..<network.parameterCount { network.parameters[index] = value }
    for rows in [nil, randomRows(20, 2)] {
      let portrait = Portrait(network, rows: rows)
      for svg in [
        Diagram(portrait, title: "odd").svg(), EdgePicture(portrait, layer: 0, input: 1, sum: 2).svg(),
        EdgePicture(portrait, layer: 1, input: 0, sum: 0).svg(),
      ] {
        _ = try ParsedPicture(svg)
        for word in ["nan", "inf"] { #expect(!svg.contains("\"\(word)") && !svg.contains(" \(word)")) }
      }
    }
  }

  /// Edges that pruning has removed are not drawn, and nobody says that they are left out.
  @Test func prunedEdgesAreGone() throws {
    let rows = randomRows(100, 4)
    let network = Network<Double>(.spline(4, 3), .spline(3, 1), seed: 1)
    let pruned = try network.pruned(to: .edges(6), on: rows).network
    let picture = try ParsedPicture(Diagram(Portrait(pruned, rows: rows), title: "pruned").svg())
    let left = pruned.layers.reduce(0) { $0 + $1.edgeCount }
    #expect(left <= 6 && picture.elements.count { $0.attributes["class"] == "edge" } == left)
    #expect(!picture.texts.contains { $0.contains("left out") })
    #expect(picture.texts.contains { $0.contains("of 4 × ") })
  }

  @Test func sameBitsForAnyThreads() {
    let network = Network<Float>(.spline(6, 4), .spline(4, 2), seed: 3)
    let data = randomRows(600, 6)
    let rows = Matrix<Float>(rows: 600, columns: 6, elements: data.elements.map { Float($0) })
    let pictures = [1, 2, 3].map { threads in
      Diagram(Portrait(network, rows: rows, pool: ThreadPool(threads: threads)), title: "threads").svg()
    }
    #expect(Set(pictures).count == 1)
  }
}
