private import CKANKernels

/// The engine's own kernels.
package enum Kernels {
  /// What those in use are built for: `baseline`, `x86-64-v3` or `x86-64-v4`.
  package static var instructionSet: String { String(cString: kan_instruction_set_name(kan_best_instruction_set())) }
}
