import Foundation
import KAN
import Testing

@testable import KANFormulas

/// A file of golden numbers from the folder `Reference`, where the script that made it stands too.
func reference<Value: Decodable>(_ name: String, as _: Value.Type = Value.self) throws -> Value {
  let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Reference"))
  return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

extension RandomGenerator {
  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix<Double> {
    Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in 2 * uniform() - 1 })
  }
}

/// Rows of inputs in -1 … 1 and a function of them.
func dataset(_ rows: Int, _ inputs: Int, seed: UInt64, _ function: ([Double]) -> Double) -> Dataset<Double> {
  var generator = RandomGenerator(seed: seed)
  let x = generator.matrix(rows, inputs)
  return Dataset(
    inputs: x,
    targets: .values(Matrix(rows: rows, columns: 1, elements: (0..<rows).map { function(x.row($0)) })))
}

/// Foundation has one too.
typealias Expression = KANFormulas.Expression
