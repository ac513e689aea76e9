import Foundation
import KAN
import Testing

@testable import KANReport

/// The page about a network.
@Suite struct ReportTests {
  static let origin = Report.Origin(
    command: "kan train 'a b.csv' <x>", version: "1.2.3", commit: String(repeating: "ab", count: 20),
    model: "m.safetensors", data: "a b.csv")

  private func page<Element: Scalar>(_ network: Network<Element>, _ data: Dataset<Element>) -> String {
    Report(
      network, on: data, evaluation: network.evaluate(on: data), title: "<title>", warnings: ["<b>careful</b>"],
      origin: Self.origin
    ).html()
  }

  private static func regression(rows: Int, inputs: Int, names: [String] = []) -> Dataset<Double> {
    let x = randomRows(rows, inputs)
    let y = (0..<rows).map { 2 * x[$0, 0] + x[$0, 1] }
    return Dataset(
      inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y)),
      names: Names(inputs: names, targets: ["<target>"]))
  }

  private static func classes(rows: Int, inputs: Int, count: Int) -> Dataset<Double> {
    let x = randomRows(rows, inputs)
    let labels = (0..<rows).map { Int32((abs(x[$0, 0]) * 20).rounded(.down)) % Int32(count) }
    return Dataset(
      inputs: x, targets: .classes(labels, count: count),
      names: Names(targets: ["kind"], classes: (0..<count).map { "<\($0)>" }))
  }

  @Test func regressionHasEverySection() throws {
    let data = Self.regression(rows: 300, inputs: 3, names: ["a<b>", "c & d", "\"e\""])
    var network = Network<Double>(.spline(3, 3), .spline(3, 1), seed: 1)
    try network.train(
      on: data, with: AdamW(learningRate: 0.02), options: TrainingOptions(epochs: 3, grids: [3, 6]))
    let html = page(network, data)
    for id in [
      "warnings", "importance", "effects", "network", "predictions", "training", "layers", "edges", "reproduce",
    ] {
      #expect(html.contains("<section id=\"\(id)\""), "\(id)")
    }
    for text in [
      "&lt;title&gt;", "&lt;b&gt;careful&lt;/b&gt;", "a&lt;b&gt;", "&lt;target&gt;: residuals", "grid 6",
      "kan train &#39;a b.csv&#39; &lt;x&gt;", "swift-kan 1.2.3", "abababab", "6 epochs on",
    ] {
      #expect(html.contains(text), "\(text)")
    }
    #expect(!html.contains("<b>careful"))
    try expectSelfContained(html)
  }

  @Test(arguments: [2, 3, 30]) func classificationHasItsPictures(count: Int) throws {
    let data = Self.classes(rows: 400, inputs: 2, count: count)
    var network = Network<Double>(.spline(2, count), seed: 1)
    try network.train(on: data, with: AdamW(learningRate: 0.02), epochs: 2)
    let html = page(network, data)
    for text in ["Confusion matrix", "Calibration", "ROC", "balanced accuracy", "&lt;1&gt;"] {
      #expect(html.contains(text), "\(text)")
    }
    if count == 30 { #expect(html.contains("Of 30 classes those 20")) }
    try expectSelfContained(html)
  }

  /// Nothing is asked of any other place, links within the page lead somewhere, and its pictures are well-formed.
  private func expectSelfContained(_ html: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let rest = html.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
    for word in ["http:", "https:", " src=", "url(", "@import", "//"] {
      #expect(!rest.contains(word), "\(word)", sourceLocation: sourceLocation)
    }
    for link in html.matches(of: #/href="#([^"]+)"/#) {
      #expect(html.contains("id=\"\(link.1)\""), "\(link.1)", sourceLocation: sourceLocation)
    }
    let body = try #require(html.firstMatch(of: #/(?s)<main.*<\/main>/#))
    let parsed = try ParsedPicture(String(body.0))
    #expect(parsed.all("svg").allSatisfy { $0.attributes["role"] != nil && $0.attributes["aria-label"] != nil })
    let ids = parsed.elements.compactMap { $0.attributes["id"] }
    #expect(Set(ids).count == ids.count, sourceLocation: sourceLocation)
  }

  /// At most 2 MB, however many inputs, nodes, classes and rows there are.
  @Test func sizeIsBounded() throws {
    let data = Self.classes(rows: 5000, inputs: 784, count: 10)
    let network = Network<Double>(.spline(784, 64), .spline(64, 10), seed: 1)
    var described = network
    try described.describe(as: .classification, names: data.names)
    let html = page(described, data)
    #expect(html.utf8.count <= Report.mostBytes)
    #expect(html.contains("2,048 of them, evenly spaced") && html.contains("are left out"))
    try expectSelfContained(html)
  }

  @Test func totalEffectsAreSharesOfVariance() {
    // y = 2a + b + 0·c of independent, equally spread columns: 0.8 and 0.2 of the variance.
    var network = Network<Double>(.linear(3, 1), seed: 1)
    (network.parameters[0], network.parameters[1], network.parameters[2]) = (2, 1, 0)
    let totals = TotalEffects(network, scores: [1, 1, 1], on: randomRows(1000, 3), pool: .shared)
    #expect(totals.inputs.map(\.input) == [0, 1, 2])
    for (entry, share) in zip(totals.inputs, [0.8, 0.2, 0]) { #expect(abs(entry.share - share) < 0.08) }
  }

  /// y = a·b by a product node: all is the pair's.
  @Test func pairsAreNamed() throws {
    var network = Network<Double>(.linear(2, 1, products: 1), seed: 1)
    // The factors are a and b.
    for (index, value) in [1.0, 0, 0, 1, 0, 0].enumerated() { network.parameters[index] = value }
    let shares = EffectShares.all(of: network, on: randomRows(1000, 2), pool: .shared)
    let pair = try #require(shares.first?.pairs.first)
    #expect(pair.name == "x0 × x1" && pair.share > 0.8)
    _ = try ParsedPicture("<div>\(shares[0].html)</div>")
  }

  @Test func effectsOfAStraightLine() throws {
    var network = Network<Double>(.linear(2, 1), seed: 1)
    (network.parameters[0], network.parameters[1]) = (3, -1)
    let rows = randomRows(200, 2)
    let effects = InputEffects.all(of: network, Portrait(network, rows: rows), [0, 1], on: rows, pool: .shared)
    #expect(effects.map(\.input) == [0, 1])
    for (effect, slope) in zip(effects, [3.0, -1]) {
      for (a, b) in zip(effect.points.indices, effect.points.indices.dropFirst()) {
        let rise = (effect.values[b] - effect.values[a]) / (effect.points[b] - effect.points[a])
        #expect(abs(rise - slope) < 1e-9)
      }
      // All rows move alike.
      for (value, (low, high)) in zip(effect.values, zip(try #require(effect.low), try #require(effect.high))) {
        #expect(abs(value - low) < 1e-9 && abs(value - high) < 1e-9)
      }
    }
  }

  /// The area under the points is that of the exact AUC, ties included.
  @Test func rocCurveHasTheExactArea() {
    let scores = [0.1, 0.4, 0.4, 0.35, 0.8, 0.8, 0.9, 0.2]
    let isOwn = [false, false, true, true, true, false, true, false]
    let curve = Report.rocCurve(scores, isOwn: isOwn)
    let area = zip(curve, curve.dropFirst()).reduce(0) { $0 + ($1.1.x - $1.0.x) * ($1.1.y + $1.0.y) / 2 }
    var pairs = 0.0
    for (a, own) in zip(scores, isOwn) where own {
      for (b, other) in zip(scores, isOwn) where !other { pairs += a > b ? 1 : a == b ? 0.5 : 0 }
    }
    #expect(abs(area - pairs / 16) < 1e-12)
    #expect(Report.rocCurve([0.5, 0.6], isOwn: [true, true]).isEmpty)
  }
}
