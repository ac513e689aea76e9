import CKANKernels
import Foundation
import Testing

@testable import KANLinearAlgebra

/// OpenBLAS runs kernels for the vectors that this processor has, also where it is older than the processor.
@Suite struct OpenBLASCoreTests {
  /// What the kernel of the system says that this processor can do; empty on other architectures.
  static let flags: Set<Substring> = {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return Set(line.split(separator: " "))
  }()

  static let best: String? =
    if flags.isSuperset(of: ["avx512bw", "avx512vl", "avx512_bf16"]) {
      "Cooperlake"
    } else if flags.isSuperset(of: ["avx512bw", "avx512vl"]) {
      "SkylakeX"
    } else if flags.isSuperset(of: ["avx2", "fma"]) {
      "Haswell"
    } else {
      nil
    }

  @Test(arguments: ["Prescott", "Barcelona", "Nehalem", "Sandybridge"])
  func aFallbackIsReplaced(fallback: String) {
    #expect(kan_openblas_core_instead_of(fallback).map { String(cString: $0) } == Self.best)
  }

  @Test(arguments: ["Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", "generic"])
  func aChoiceStays(core: String) {
    #expect(kan_openblas_core_instead_of(core) == nil)
  }

  @Test(.enabled(if: ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"] == nil))
  func noFallbackRuns() {
    #expect(kan_openblas_core_instead_of(BLAS.core) == nil)
    // Children choose for themselves.
    #expect(getenv("OPENBLAS_CORETYPE") == nil)
  }

  /// Buffers for threads that multiply at a time are there before the first product; a second request takes no more.
  @Test func buffersAreTakenAhead() {
    #expect(kan_openblas_take_buffers(2) == 2)
    let taken = kan_openblas_buffers()
    #expect(taken >= 2)
    #expect(kan_openblas_take_buffers(1) == 1)
    #expect(kan_openblas_buffers() == taken)
  }
}
