import Foundation
import KAN

/// y = sin πx₁ + x₂² on random points of [-1, 1]².
func surface<Element: Scalar>(_: Element.Type = Element.self, rows: Int = 400, seed: UInt64 = 1) -> Dataset<Element> {
  var generator = RandomGenerator(seed: seed)
  let points = (0..<rows).map { _ in (0..<2).map { _ in 2 * generator.uniform() - 1 } }
  return Dataset(
    inputs: Matrix(points.map { $0.map { Element($0) } }),
    targets: .values(
      Matrix(rows: rows, columns: 1, elements: points.map { Element(sin(.pi * $0[0]) + $0[1] * $0[1]) })))
}

/// A folder that is removed after the body has run.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}
