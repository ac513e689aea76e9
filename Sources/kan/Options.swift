import ArgumentParser
import KAN
import KANFiles

enum Edge: String, ExpressibleByArgument, CaseIterable { case spline, linear, chebyshev, gaussian }
enum OptimizerName: String, ExpressibleByArgument, CaseIterable { case adam, sgd, lbfgs, lm }
enum Initialization: String, ExpressibleByArgument, CaseIterable {
  case random
  case leastSquares = "least-squares"
}
enum Precision: String, ExpressibleByArgument, CaseIterable { case float, double }

extension Activation: ExpressibleByArgument {}
extension Contraction: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension LearningTask: ExpressibleByArgument {}

/// Whole numbers with commas between them.
func parseWidths(_ text: String) throws -> [Int] {
  try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
    guard let width = Int(part), (1...1_000_000).contains(width) else {
      throw ValidationError("widths from 1 to 1000000 with commas between them are expected, such as 64,32")
    }
    return width
  }
}

/// Rising numbers of intervals with commas between them.
func parseGrids(_ text: String) throws -> [Int] {
  let grids = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  guard grids.allSatisfy({ (1...100_000).contains($0) }), zip(grids, grids.dropFirst()).allSatisfy({ $0 < $1 }) else {
    throw ValidationError("grids from 1 to 100000 that rise, with commas between them, are expected, such as 5,10,20")
  }
  return grids
}

/// LOW,HIGH for all inputs, or one after another for each.
func parseRanges(_ text: String) throws -> [ClosedRange<Double>] {
  let ends = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
  let isPairs = ends.count % 2 == 0 && ends.allSatisfy(\.isFinite)
  guard isPairs, stride(from: 0, to: ends.count, by: 2).allSatisfy({ ends[$0] < ends[$0 + 1] }) else {
    throw ValidationError("pairs of rising numbers with commas between them are expected, such as -1,1")
  }
  return stride(from: 0, to: ends.count, by: 2).map { ends[$0]...ends[$0 + 1] }
}

/// Names with commas between them.
func parseNames(_ text: String) throws -> [String] {
  let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  if names.contains("") { throw ValidationError("names with commas between them are expected, such as price,size") }
  return names
}

/// The data that a command works on.
struct DataArguments: ParsableArguments {
  @Argument(
    help: "x.csv or x.tsv, x.npy, or a folder of images in the format of MNIST.", completion: .file())
  var data: String

  @Option(
    help: "Target columns of a table, NAME[,NAME…] (default: the last), or y.npy for an array.",
    transform: parseNames)
  var target: [String]?

  @Option(help: "Column of a table with a weight for each row: 2 counts as the row twice; it is no input.")
  var weights: String?

  func source() throws -> DataSource {
    let source = DataSource(path: data, targets: target ?? [], weights: weights)
    try source.checkTargets(option: "--target")
    if weights != nil && source.kind != .table {
      throw ToolError.usage("\(data): --weights names a column, and only a table has columns with names")
    }
    return source
  }
}

extension DataSource {
  /// Refuses targets that do not go with the kind of data.
  func checkTargets(option: String) throws {
    if !exists { throw FileError(.notFound, path: path, "no such file") }
    switch kind {
    case .table: return
    case .array:
      if targets.count == 1, targets[0].lowercased().hasSuffix(".npy") { return }
      throw ToolError.usage("\(path): an array needs its targets in a second one: \(option) FILE.npy")
    case .images:
      if targets.isEmpty { return }
      throw ToolError.usage("\(path): a folder of images has labels of its own and takes no \(option)")
    }
  }
}

/// Threads, and what OpenBLAS needs for them.
struct ThreadArguments: ParsableArguments {
  @Option(parsing: .unconditional, help: "Threads (default: all cores).")
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
