import CKANKernels
import Foundation
import KANLinearAlgebra
import Testing

/// KAN_INSTRUCTION_SET names the kernels that all other tests of this run compute with.
@Suite struct ChosenInstructionSetTests {
  static let wanted = ProcessInfo.processInfo.environment["KAN_INSTRUCTION_SET"]

  @Test(.enabled(if: wanted != nil)) func kernelsAreThoseOfTheEnvironment() {
    #expect(Kernels.instructionSet == Self.wanted)
  }

  /// The best one that has a table here.
  @Test(.enabled(if: wanted == nil)) func kernelsAreTheBest() {
    let sets = [KAN_BASELINE, KAN_X86_64_V3, KAN_X86_64_V4].filter { kan_kernels_for_f($0) != nil }
    #expect(Kernels.instructionSet == sets.last.map { String(cString: kan_instruction_set_name($0)) })
  }
}
