import Foundation
import Testing

@testable import KAN

/// A file of golden numbers from the folder `Reference`, where the script that made it stands too.
func reference<Value: Decodable>(_ name: String, as _: Value.Type = Value.self) throws -> Value {
  let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Reference"))
  return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

extension RandomGenerator {
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

  mutating func element<Values: Collection>(of values: Values) -> Values.Element { values.randomElement(using: &self)! }

  mutating func matrix<Element: Scalar>(
    _ rows: Int, _ columns: Int, in range: ClosedRange<Double> = -1...1
  ) -> Matrix<Element> {
    Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in Element(uniform(range)) })
  }
}

extension Basis {
  /// Φ: [rows × in·K] of x: [rows × in]
  func values(of x: Matrix<Element>) -> Matrix<Element> {
    var result = Matrix<Element>(rows: x.rows, columns: inputs * functions)
    writeValues(of: x.view, first: 0, to: result.mutableView())
    return result
  }

  /// Φ′: [rows × in·K]
  func derivatives(of x: Matrix<Element>) -> Matrix<Element> {
    var result = Matrix<Element>(rows: x.rows, columns: inputs * functions)
    writeDerivatives(of: x.view, first: 0, to: result.mutableView())
    return result
  }

  /// The K functions of a basis of one input at x.
  func values(at x: Element) -> [Element] { values(of: Matrix(rows: 1, columns: 1, elements: [x])).row(0) }
  func derivatives(at x: Element) -> [Element] { derivatives(of: Matrix(rows: 1, columns: 1, elements: [x])).row(0) }
}

/// The largest |aᵢ - bᵢ|, or infinity for different lengths; NaN where there is one.
func largestDifference(_ a: some Collection<some Scalar>, _ b: some Collection<some Scalar>) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let distance = abs(Double(pair.0) - Double(pair.1))
    return distance <= largest ? largest : distance
  }
}

/// The largest magnitude, and at least the given one.
func scale(_ values: some Collection<some Scalar>, atLeast least: Double = 0) -> Double {
  values.reduce(least) { max($0, abs(Double($1))) }
}

/// Regression rows: y = sin(3x₁) + x₂² - x₃…
func smoothData<Element: Scalar>(_: Element.Type, rows: Int, inputs: Int = 2, seed: UInt64 = 1) -> Dataset<Element> {
  var generator = RandomGenerator(seed: seed)
  let x: Matrix<Element> = generator.matrix(rows, inputs)
  let y = (0..<rows).map { row in
    x.row(row).enumerated().reduce(0.0) { sum, entry in
      let value = Double(entry.element)
      return sum + (entry.offset == 0 ? sin(3 * value) : entry.offset == 1 ? value * value : -value)
    }
  }
  return Dataset(inputs: x, targets: .values(Matrix(rows: rows, columns: 1, elements: y.map { Element($0) })))
}

/// Classification rows: which third of the circle a point of the plane lies in.
func sectorData<Element: Scalar>(_: Element.Type, rows: Int, seed: UInt64 = 1) -> Dataset<Element> {
  var generator = RandomGenerator(seed: seed)
  let x: Matrix<Element> = generator.matrix(rows, 2)
  let labels = (0..<rows).map { row in
    Int32(min(2, (atan2(Double(x[row, 1]), Double(x[row, 0])) + .pi) / (2 * .pi) * 3))
  }
  return Dataset(inputs: x, targets: .classes(labels, count: 3))
}

extension Network {
  /// Scalings, task and names as the data has them, which is in memory and so cannot fail.
  mutating func prepare(for data: Dataset<Element>, _ objective: any Objective) {
    do throws(RowSourceError) { try prepare(for: data, objective, .shared) } catch { fatalError("\(error)") }
  }
}
