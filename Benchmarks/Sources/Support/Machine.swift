import Foundation
import KAN

/// What a measurement was made on: processor, cores, threads, and the kernels that the engine and OpenBLAS have chosen.
public func machineText(threads: [Int]) -> String {
  "\(processorName()), \(ThreadPool.availableCores) cores, \(threads.map(String.init).joined(separator: ", ")) "
    + "threads, kernels for \(instructionSet), OpenBLAS's for \(BLAS.core)"
}

/// What the engine's kernels are built for: `baseline`, `x86-64-v3` or `x86-64-v4`.
public var instructionSet: String { Kernels.instructionSet }

/// A line on standard error.
public func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// What the system calls its processor.
private func processorName() -> String {
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
  let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  return name.isEmpty ? "this machine" : name
}
