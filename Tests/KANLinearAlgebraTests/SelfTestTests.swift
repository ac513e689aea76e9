import CKANKernels
import Testing

@testable import KANLinearAlgebra

/// The self-test finds nothing on a machine that is right, and a kernel that is wrong.
@Suite struct SelfTestTests {
  @Test func nothingIsWrong() throws {
    let checks = try SelfTest.run()
    for check in checks { #expect(check.isRight, "\(check)") }
    let sets = Set(checks.compactMap(\.instructionSet))
    #expect(sets.contains("baseline") && sets.contains(Kernels.instructionSet))
    #expect(Set(checks.filter { $0.instructionSet == nil }.map(\.name)).count == 3)
    // What takes part has differences of rounding in one precision at least.
    let different = Set(checks.filter { $0.error > 0 }.map(\.name))
    let exact = ["broadcast a row", "first non-finite", "contract weights by panels"]
    #expect(Set(checks.map(\.name)).subtracting(different).isSubset(of: exact))
  }

  private func failures(_ change: (inout kan_kernels_f) -> Void) -> [String] {
    var table = kan_kernels_for_f(kan_best_instruction_set()).pointee
    change(&table)
    var results = [kan_self_test_result](repeating: kan_self_test_result(), count: Int(KAN_SELF_TEST_KERNELS))
    #expect(kan_self_test_f(&table, &results))
    return results.filter { !($0.error <= $0.tolerance) }.map { String(cString: $0.kernel) }
  }

  @Test func brokenKernels() {
    #expect(failures { _ in } == [])
    // A last element left out, as by a mask that is one too short.
    #expect(
      failures { $0.exponentials = { kan_kernels_for_f(KAN_BASELINE).pointee.exponentials($0 - 1, $1) } } == [
        "exponentials"
      ])
    #expect(
      failures { table in
        table.add_scaled = { count, a, factor, b, out in
          for index in 0..<Int(count) { out![index] = a![index] + (index == 900 ? 1.0001 : 1) * factor * b![index] }
        }
      } == ["add scaled"])
    #expect(failures { $0.first_non_finite = { _, _ in -1 } } == ["first non-finite"])
    #expect(
      failures { table in
        table.forward = { block, columns, following, w, wStride, start, startStride, z, zStride in
          kan_kernels_for_f(KAN_BASELINE).pointee.forward(
            block, columns, following, w, wStride, start, startStride, z, zStride)
          if columns == 33 { z![32] *= 1.001 }
        }
      } == ["contract forward"])
    #expect(
      failures { table in
        table.spline_evaluate = { spline, first, count, rows, x, xStride, order, to in
          kan_plain_kernels_f().pointee.spline_evaluate(spline, first, count, rows, x, xStride, order, to)
          to!.pointee.cells[0] += 1
        }
      } == ["evaluate splines"])
    #expect(failures { $0.inner_product = { _, _, _ in .nan } } == ["inner product"])
  }
}
