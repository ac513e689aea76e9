import ArgumentParser
import KAN
import KANFiles

enum Edge: String, ExpressibleByArgument, CaseIterable { case spline, linear, chebyshev, gaussian }
enum OptimizerName: String, ExpressibleByArgument, CaseIterable { case adam, sgd }
enum Precision: String, ExpressibleByArgument, CaseIterable { case float, double }

extension Activation: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension Task: ExpressibleByArgument {}

/// Whole numbers with commas between them.
struct Widths: ExpressibleByArgument {
  let values: [Int]

  init?(argument: String) {
    var values: [Int] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Int(part), (1...1_000_000).contains(value) else { return nil }
      values.append(value)
    }
    self.values = values
  }
}

/// Names with commas between them.
struct NameList: ExpressibleByArgument {
  let values: [String]

  init?(argument: String) {
    values = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if values.contains(where: \.isEmpty) { return nil }
  }
}

/// The data that a command works on.
struct DataArguments: ParsableArguments {
  @Argument(
    help: "x.csv or x.tsv, x.npy, or a folder of images in the format of MNIST.", completion: .file())
  var data: String

  @Option(help: "Target columns of a table, NAME[,NAME…] (default: the last), or y.npy for an array.")
  var target: NameList?

  func source() -> DataSource { DataSource(path: data, targets: target?.values ?? []) }
}

/// Threads, and what OpenBLAS needs for them.
struct ThreadArguments: ParsableArguments {
  @Option(help: "Threads (default: all cores).")
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) { throw ValidationError("--threads has to be 1 to 1024") }
  }

  func pool() throws -> ThreadPool {
    do {
      try ThreadPool.checkAddressSpace()
    } catch {
      throw ToolError(message: "\(error)", code: 70)
    }
    return ThreadPool(threads: threads)
  }
}
