import Foundation
import KANBenchmarking

// The pictures and the page of a folder with the raw results of scripts/bench; or the table of several such pages.
let arguments = CommandLine.arguments.dropFirst()
let together = arguments.first == "--together"
let folders = Array(arguments.dropFirst(together ? 1 : 0))
guard together ? !folders.isEmpty : folders.count == 2 else {
  FileHandle.standardError.write(Data("usage: charts RESULTS PAGE | charts --together PAGES\n".utf8))
  exit(64)
}
do {
  if together {
    print(try overview(of: folders))
  } else {
    for name in try drawResults(in: folders[0], to: folders[1]) { print(name) }
  }
} catch {
  FileHandle.standardError.write(Data("error: \(error.localizedDescription)\n".utf8))
  exit(65)
}
