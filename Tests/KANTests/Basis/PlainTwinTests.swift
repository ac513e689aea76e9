import CKANKernels
import Testing

@testable import KAN

/// The plain twin of the evaluation, which the tests of kernels compare with, against scipy.
@Suite struct PlainTwinTests {
  @Test(arguments: try BSplineReferenceTests.cases.get())
  func equalsScipy(example: BSplineReferenceTests.Case) throws {
    let basis = try example.basis(Double.self)
    let parameters = basis.parameters
    var spline = kan_spline_d(
      inputs: 1, intervals: Int32(parameters.intervals), degree: Int32(parameters.degree),
      functions: Int32(parameters.functions), outside: parameters.outside, base: parameters.base,
      uniform: parameters.isUniform ? 1 : 0, lower: parameters.lower, upper: parameters.upper,
      inverse_step: parameters.inverseStep, knots: parameters.knots)
    let order = parameters.degree + 1
    var cells = [Int32](repeating: 0, count: 1)
    var numbers = [Double](repeating: 0, count: 3 * order)
    withExtendedLifetime(basis) {
      for (index, x) in example.x.enumerated() {
        numbers.withUnsafeMutableBufferPointer { numbers in
          cells.withUnsafeMutableBufferPointer { cells in
            let base = numbers.baseAddress!
            var points = kan_points_d(
              cells: cells.baseAddress, values: base, slopes: base + order, seconds: base + 2 * order, cell_stride: 1,
              input_stride: Int64(order), function_stride: 1, row_capacity: 1)
            kan_plain_kernels_d().pointee.spline_evaluate(&spline, 0, 1, 1, [x], 1, 1, &points)
          }
        }
        for (derivative, expected) in [example.values[index], example.derivatives[index]].enumerated() {
          var all = [Double](repeating: 0, count: parameters.functions)
          for r in 0..<order { all[Int(cells[0]) + r] = numbers[derivative * order + r] }
          #expect(
            largestDifference(all, expected) <= 1e-12 * scale(expected, atLeast: 1), "derivative \(derivative) at \(x)")
        }
      }
    }
  }
}
