import Testing

@testable import KAN

@Suite struct TablePrecisionTests {
  /// One row at 0 puts the shift far from the others, a thousand million away, which differ by tenths.
  @Test(arguments: [false, true])
  func targetsThatSinglePrecisionDoesNotTellApartAreNamed(hasOutlier: Bool) throws {
    let x = (0..<200).map { Double($0 % 50) }
    var y = (0..<200).map { 1e9 + Double($0 % 37) / 10 }
    if hasOutlier { y[7] = 0 }
    let table = Table([.init(name: "x", cells: .numbers(x)), .init(name: "y", cells: .numbers(y))])
    let encoding = try TableEncoding(table, columns: TableColumns(targets: ["y"]))
    #expect(encoding.columnsBeyondSinglePrecision(table) == (hasOutlier ? ["y"] : []))
  }

  @Test(arguments: [Double.leastNonzeroMagnitude * 1e13, 1e-300, 1e-20, 1, 1e20, 1e300])
  func numbersOfAnySizeComeNearOne(size: Double) {
    let scale = ColumnSummary.scale(size)
    #expect(scale.isFinite && scale.significand == 1)
    #expect((1e-15...1e15).contains(size * scale))
  }
}
