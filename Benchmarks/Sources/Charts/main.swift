import Foundation
import KANBenchmarking

// The pictures and the table of a folder with the results of scripts/bench.
guard CommandLine.arguments.count == 2 else {
  FileHandle.standardError.write(Data("usage: charts FOLDER\n".utf8))
  exit(64)
}
do {
  for name in try drawResults(in: CommandLine.arguments[1]) { print(name) }
} catch {
  FileHandle.standardError.write(Data("error: \(error.localizedDescription)\n".utf8))
  exit(65)
}
