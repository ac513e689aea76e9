import Foundation
import KAN

/// What a measurement was made on: processor, cores, threads, and the kernels that the engine and OpenBLAS have chosen.
public func machineText(threads: [Int]) -> String {
  "\(processorName()), \(ThreadPool.availableCores) cores, \(threads.map(String.init).joined(separator: ", ")) "
    + "threads, kernels for \(Kernels.instructionSet), OpenBLAS's for \(BLAS.core)"
}

/// The name of a folder for this machine's results: `amd-epyc-x86-64-v4`, of the processor and of what the engine's kernels
/// are built for.
public var machineName: String { folderName(processor: processorName(), instructionSet: Kernels.instructionSet) }

/// Vendors end the name of a processor in its clock rate, and call it a processor.
func folderName(processor: String, instructionSet: String) -> String {
  let name = processor.prefix { $0 != "@" }.replacing(#/\((R|TM)\)|CPU|Processor/#, with: "")
  let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
  return (words + [instructionSet[...]]).joined(separator: "-")
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
