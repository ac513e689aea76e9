import Foundation
import KANBenchmarking

// Five peaks learned one after another: errors over the whole line on standard output, and the picture as a file.
guard CommandLine.arguments.count == 2 else {
  FileHandle.standardError.write(Data("usage: peaks PICTURE.svg\n".utf8))
  exit(64)
}
do {
  let peaks = try FivePeaks(degree: 5)
  for learner in try FivePeaks(degree: 3).learners.prefix(1) + peaks.learners {
    print("\(learner.name): RMSE \(String(format: "%.3g", learner.error))")
  }
  try peaks.svg().write(toFile: CommandLine.arguments[1], atomically: true, encoding: .utf8)
} catch {
  FileHandle.standardError.write(Data("error: \(error)\n".utf8))
  exit(65)
}
