import Foundation
import KANLinearAlgebra
import Testing

@Suite struct ElementaryTests {
  struct Function: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Arguments tested for each precision.
    let floats, doubles: ClosedRange<Double>
    let float: @Sendable (inout [Float]) -> Void
    let double: @Sendable (inout [Double]) -> Void
    let truth: @Sendable (Double) -> Double
    let ulps: Double
  }

  private static func activation<Element: Scalar>(_ code: Int32, _ values: inout [Element]) {
    let z = values
    Element.Kernels.activate(code, z.count, z, &values)
  }

  static let functions = [
    Function(
      testDescription: "exp", floats: -86.8...88.72, doubles: -707.9...709.78,
      float: { Float.Kernels.exp($0.count, &$0) },
      double: { Double.Kernels.exp($0.count, &$0) }, truth: { exp($0) }, ulps: 4),
    Function(
      testDescription: "SiLU", floats: -86...1e5, doubles: -700...1e5, float: { activation(2, &$0) },
      double: { activation(2, &$0) }, truth: { $0 / (1 + exp(-$0)) }, ulps: 4),
    Function(
      testDescription: "tanh", floats: -12...12, doubles: -25...25, float: { activation(3, &$0) },
      double: { activation(3, &$0) }, truth: { tanh($0) }, ulps: 4),
    Function(
      testDescription: "sigmoid", floats: -86...100, doubles: -700...800, float: { activation(4, &$0) },
      double: { activation(4, &$0) }, truth: { 1 / (1 + exp(-$0)) }, ulps: 4),
  ]

  /// Evenly spread over the range, and closer and closer to 0.
  private func points(_ range: ClosedRange<Double>) -> [Double] {
    let count = 20_000
    let spread = (0...count).map {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count)
    }
    let narrow = (0...count).map { -3 + 6 * Double($0) / Double(count) }
    let tiny = (1...120).flatMap { power in [1.0, -1.3].map { $0 * pow(2, -Double(power) / 2) } }
    return spread + narrow.filter(range.contains) + tiny
  }

  @Test(arguments: functions)
  func unitsInTheLastPlace(function: Function) {
    let floats = points(function.floats).map { Float($0) }
    var values = floats
    function.float(&values)
    var worst = zip(floats, values).map { ulps($1, from: function.truth(Double($0))) }.max()!
    #expect(worst <= function.ulps, "Float")

    let doubles = points(function.doubles)
    var results = doubles
    function.double(&results)
    worst = zip(doubles, results).map { ulps($1, from: function.truth($0)) }.max()!
    // The truth is rounded to Double too.
    #expect(worst <= function.ulps + 1, "Double")
  }

  @Test(arguments: [1, 2, 3, 4])
  func activationsAtTheExtremes(code: Int32) {
    check(Float.self, code)
    check(Double.self, code)
  }

  private func check<Element: Scalar>(_: Element.Type, _ code: Int32) {
    // NaN with a payload is NaN as well.
    let payload = Element(
      sign: .plus, exponentBitPattern: Element.nan.exponentBitPattern,
      significandBitPattern: Element.nan.significandBitPattern | 3)
    let z: [Element] = [
      -200, -1000, -1e30, -.greatestFiniteMagnitude, -.infinity, 1e30, .infinity, .nan, 0, payload,
    ]
    let silu: [Element] = [0, 0, 0, 0, 0, 1e30, .infinity, .nan, 0, .nan]
    let expected: [Int32: [Element]] = [
      1: silu, 2: silu, 3: [-1, -1, -1, -1, -1, 1, 1, .nan, 0, .nan],
      4: [0, 0, 0, 0, 0, 1, 1, .nan, 0.5, .nan],
    ]
    var y = z
    Self.activation(code, &y)
    var slopes = [Element](repeating: 1, count: z.count)
    Element.Kernels.activationPullBack(code, z.count, code == 2 ? z : y, &slopes)
    for (index, value) in expected[code]!.enumerated() {
      if value.isNaN {
        #expect(y[index].isNaN && (slopes[index].isNaN || code == 1))
        continue
      }
      // σ(-200) and its like are smaller than any normal Float, but not than any Double; SiLU of a Float ends with
      // -87·σ(-87).
      #expect(y[index] == value || (y[index] - value).magnitude < 2e-36, "f(\(z[index])) = \(y[index])")
      let steep = code <= 2 && index > 4 && index < 7
      let slope: Element = index == 8 ? [0, 0, 0.5, 1, 0.25][Int(code)] : steep ? 1 : 0
      #expect((slopes[index] - slope).magnitude < 2e-36, "f′(\(z[index])) = \(slopes[index])")
    }
  }

  @Test func exponentialsBeyondTheRange() {
    var floats: [Float] = [-87.5, -1e30, -.infinity, 88.73, 1e30, .infinity, .nan]
    Float.Kernels.exp(floats.count, &floats)
    #expect(floats[0...2].allSatisfy { $0 >= 0 && $0 < 2e-38 })
    #expect(floats[3...5].allSatisfy { $0 == .infinity })
    #expect(floats[6].isNaN)
    var doubles: [Double] = [-708.5, -1e300, -.infinity, 709.79, 1e300, .infinity, .nan]
    Double.Kernels.exp(doubles.count, &doubles)
    #expect(doubles[0...2].allSatisfy { $0 >= 0 && $0 < 4e-308 })
    #expect(doubles[3...5].allSatisfy { $0 == .infinity })
    #expect(doubles[6].isNaN)
  }

  @Test(arguments: [1, 15, 16, 17, 4095, 4096, 4097, 10_000])
  func firstNonFinite(count: Int) {
    for bad in [Float.nan, .infinity, -.infinity] {
      for place in Set([0, count / 2, count - 1]) {
        var values = [Float](repeating: .greatestFiniteMagnitude, count: count)
        #expect(Float.Kernels.firstNonFinite(count, values) == -1)
        values[place] = bad
        values[count - 1] = bad
        #expect(Float.Kernels.firstNonFinite(count, values) == place)
      }
    }
  }
}
