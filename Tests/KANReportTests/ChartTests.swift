import Testing

@testable import KANReport

/// The parts that pictures are made of.
@Suite struct ChartTests {
  @Test(arguments: [
    (0.0, "0"), (1.0, "1"), (-1.5, "-1.5"), (0.004, "0"), (-0.25, "-0.25"), (12.345, "12.35"), (-0.001, "0"),
    (.infinity, "1e9"), (.nan, "0"), (100.1, "100.1"), (3.05, "3.05"),
  ])
  func coordinates(value: Double, text: String) { #expect(coordinate(value) == text) }

  @Test func escaping() {
    #expect(escaped("a<b> & \"c\" 'd'") == "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;")
    #expect(escaped("\u{0}x\ny\u{FFFF}") == "\u{FFFD}x y\u{FFFD}")
  }

  /// Ticks are round, rise, lie within, and are neither few nor many.
  @Test(arguments: [(0.0, 1.0), (0.03, 0.97), (-7, 5.5), (1e-9, 3e-9), (1e7, 1.2e7), (-4, -3.9), (5, 5), (0, 0)])
  func ticks(low: Double, high: Double) {
    for padded in [false, true] {
      let axis = Axis(covering: [low, high], length: 100, padded: padded)
      #expect((2...8).contains(axis.ticks.count), "\(axis.ticks)")
      #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count)
      for tick in axis.ticks { #expect(axis.place(tick.value) > -1e-6 && axis.place(tick.value) < 100 + 1e-6) }
      #expect(axis.place(low) >= -1e-9 && axis.place(high) <= 100 + 1e-9)
    }
  }

  @Test func logarithmicTicks() {
    let axis = Axis(covering: [0.002, 3, 0, -1], length: 100, padded: true, isLogarithmic: true)
    #expect(axis.ticks.map(\.label) == ["0.001", "0.01", "0.1", "1", "10"])
    #expect(abs(axis.place(0.1) - 50) < 1e-9)
  }

  @Test func chartsAreWellFormed() throws {
    let points = [(x: 0.0, y: 1.0), (x: 1, y: 2), (x: 2, y: .nan), (x: 3, y: -1)]
    var chart = LineChart(
      title: "<a> & b", xLabel: "\"x\"", yLabel: "y'",
      series: [
        .init("line", points: points), .init("dashed", style: .dashed, points: points),
        .init("points", style: .points, points: points), .init("stems", style: .stems, points: points),
        .init("band", style: .band(low: [0, 1, 2, 3], high: [1, 2, 3, 4]), points: points),
      ])
    chart.rug = [0.5, 1.5]
    chart.marks = [(1, "grid 10")]
    chart.xTicks = [(0, "zero with a name"), (1, "one with a long name"), (3, "three with a long name")]
    let picture = try ParsedPicture(chart.svg())
    #expect(picture.texts.contains("<a> & b") && picture.texts.contains("grid 10"))
    #expect(picture.all("svg").first?.attributes["role"] == "img")
    _ = try ParsedPicture(LineChart.document([chart, chart]))
    _ = try ParsedPicture(LineChart(title: "none", xLabel: "x", yLabel: "y", series: []).svg())
    _ = try ParsedPicture(BarChart(title: "bars", bars: [("<a>", 1, "1 %"), ("b", .nan, "-"), ("c", 0, "0")]).svg())
  }

  @Test(arguments: [(1, 1), (5, 10), (10, 5), (2048, 1_000_000)])
  func evenRows(most: Int, rows: Int) {
    let chosen = evenlySpaced(most, of: rows)
    #expect(chosen.count == min(most, rows) && Set(chosen).count == chosen.count && chosen == chosen.sorted())
    #expect(chosen.allSatisfy { (0..<rows).contains($0) })
  }
}
