import Foundation
import KANLinearAlgebra
import Testing

/// A file of golden numbers from the folder `Reference`, where the script that made it stands too.
func reference<Value: Decodable>(_ name: String, as _: Value.Type = Value.self) throws -> Value {
  let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Reference"))
  return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

/// SplitMix64 with a fixed seed, so that every run tests the same cases.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func uniform<Element: Scalar>(_ range: ClosedRange<Double> = -1...1) -> Element {
    Element(Double.random(in: range, using: &self))
  }

  mutating func matrix<Element: Scalar>(_ rows: Int, _ columns: Int) -> Matrix<Element> {
    Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in uniform() })
  }
}

/// How far a result is from the truth, in units of the last place of the truth rounded to the result's type.
func ulps<Element: Scalar>(_ result: Element, from truth: Double) -> Double {
  abs(Double(result) - truth) / Double(max(Element(truth).magnitude, .leastNormalMagnitude).ulp)
}

/// √Σ aᵢⱼ²
func norm<Element: Scalar>(_ matrix: Matrix<Element>) -> Double {
  // In units of the largest element, whose square may be no number.
  let largest = matrix.elements.reduce(0) { max($0, abs(Double($1))) }
  if largest == 0 || !largest.isFinite { return largest }
  let squares = matrix.elements.reduce(0) { $0 + (Double($1) / largest) * (Double($1) / largest) }
  return largest * squares.squareRoot()
}

/// The largest |aᵢⱼ - bᵢⱼ|, or infinity for different shapes; NaN where there is one.
func largestDifference<Element: Scalar>(_ a: Matrix<Element>, _ b: Matrix<Element>) -> Double {
  guard a.rows == b.rows && a.columns == b.columns else { return .infinity }
  return zip(a.elements, b.elements).reduce(0) { largest, pair in
    let distance = Double((pair.0 - pair.1).magnitude)
    return distance <= largest ? largest : distance
  }
}

func difference<Element: Scalar>(_ a: Matrix<Element>, _ b: Matrix<Element>) -> Matrix<Element> {
  Matrix(rows: a.rows, columns: a.columns, elements: zip(a.elements, b.elements).map { $0 - $1 })
}
