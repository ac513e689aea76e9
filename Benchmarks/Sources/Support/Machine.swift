import Foundation
import KAN

/// What a measurement was made on: processor, cores, threads, and the kernels that OpenBLAS has chosen.
public func machineText(threads: [Int]) -> String {
  "\(processorName()), \(ThreadPool.availableCores) cores, \(threads.map(String.init).joined(separator: ", ")) "
    + "threads, OpenBLAS with kernels for \(BLAS.core)"
}

/// A line on standard error.
public func note(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

/// What the system calls its processor.
private func processorName() -> String {
  let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
  let name = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
  return name.isEmpty ? "this machine" : name
}
