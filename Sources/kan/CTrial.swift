import Foundation
import KANExport
import KANFiles

/// An exported C source compiled by the system's compiler and run on some rows.
struct CTrial {
  let outputs: [[Double]]
  let nanosecondsPerRow: Double
  /// Bytes of code and constants.
  let object: Int
  let command: String

  /// A source that takes a compiler minutes.
  private static let mostBytes = 20_000_000

  /// Nil without a compiler, where it fails, and for a source that would take it minutes.
  init?(_ plan: ExportPlan, _ source: [UInt8], _ sample: ExportSample) {
    if source.count > Self.mostBytes { return nil }
    do {
      guard let trial = try Self(compiling: plan, source, sample) else { return nil }
      self = trial
    } catch {
      return nil
    }
  }

  private init?(compiling plan: ExportPlan, _ source: [UInt8], _ sample: ExportSample) throws {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let compiler = folders.map { "\($0)/cc" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let compiler else { return nil }
    let folder = FileManager.default.temporaryDirectory.appending(path: "kan-\(UUID().uuidString)")
    func path(_ name: String) -> String { folder.appending(path: name).path }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try writeFile(source, to: path("model.c"))
    try writeFile(Array(Self.harness(plan, rows: sample.rows.count).utf8), to: path("main.c"))
    let input = sample.rows.joined().flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
    try writeFile(input, to: path("rows"))
    let options = ["-std=c99", "-O3", "-march=native", "-ffp-contract=off"]
    command = (["cc"] + options).joined(separator: " ")
    try Self.run(compiler, options + ["-c", path("model.c"), "-o", path("model.o")])
    try Self.run(compiler, ["-O2", path("main.c"), path("model.o"), "-o", path("main"), "-lm"])
    try Self.run(path("main"), [path("rows"), path("results")])
    let results = try readFile(path("results")).withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
    }
    guard results.count == sample.rows.count * plan.outputs + 1 else {
      throw ToolError(message: "the compiled source gives \(results.count) numbers", code: 70)
    }
    nanosecondsPerRow = results[results.count - 1]
    outputs = sample.rows.indices.map { Array(results[$0 * plan.outputs..<($0 + 1) * plan.outputs]) }
    object = try readFile(path("model.o")).count
  }

  private static func run(_ tool: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 {
      throw ToolError(
        message: "\(tool) \(arguments.last ?? "") ends with status \(process.terminationStatus)", code: 70)
    }
  }

  /// Predicts all rows once, then again and again for a fifth of a second, and writes the outputs and the least time of a
  /// row in nanoseconds.
  private static func harness(_ plan: ExportPlan, rows: Int) -> String {
    """
    #include <stdio.h>
    #include <time.h>
    void \(plan.name)_predict(const double *inputs, double *outputs);
    static double rows[\(rows)][\(plan.columns.count)], results[\(rows)][\(plan.outputs)], again[\(plan.outputs)];
    static double now(void) {
      struct timespec t;
      clock_gettime(CLOCK_MONOTONIC, &t);
      return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
    }
    int main(int count, char **paths) {
      FILE *file = fopen(paths[1], "rb");
      double least = 1e300, begin = now(), start;
      int row;
      if (count < 3 || !file || fread(rows, sizeof rows, 1, file) != 1) return 1;
      fclose(file);
      for (row = 0; row < \(rows); row++) \(plan.name)_predict(rows[row], results[row]);
      do {
        start = now();
        for (row = 0; row < \(rows); row++) \(plan.name)_predict(rows[row], again);
        start = (now() - start) / \(rows);
        least = start < least ? start : least;
      } while (now() - begin < 2e8);
      file = fopen(paths[2], "wb");
      if (!file || fwrite(results, sizeof results, 1, file) != 1 || fwrite(&least, sizeof least, 1, file) != 1) return 1;
      return fclose(file);
    }
    """
  }
}
