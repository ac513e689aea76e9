import ArgumentParser
import KAN
import KANFiles

/// Functions on the edges, by their name in the registry of bases.
struct Edge: ExpressibleByArgument, Equatable, Sendable {
  let name: String

  private static var types: [any ConfigurableBasis<Double>.Type] { knownBases(Double.self) }
  static let spline = Edge(type: BSpline<Double>.self)
  static var allValueStrings: [String] { types.map { $0.name } }

  private init(type: any ConfigurableBasis<Double>.Type) { name = type.name }

  init?(argument: String) {
    guard let type = Self.types.first(where: { $0.name == argument }) else { return nil }
    self.init(type: type)
  }

  var defaultValueDescription: String { name }

  private func type<Element: Scalar>(_: Element.Type) -> any ConfigurableBasis<Element>.Type {
    // Every edge comes from the registry.
    guard let type = knownBases(Element.self).first(where: { $0.name == name }) else { fatalError("Edge: \(name)") }
    return type
  }

  var grids: ClosedRange<Int>? { type(Double.self).grids }
  var degrees: ClosedRange<Int>? { type(Double.self).degrees }
  /// Whether layers can be moved to finer grids.
  var isGridded: Bool { type(Double.self).isGridded }
  /// Whether it makes a multilayer perceptron.
  var isIdentity: Bool { basis(BasisOptions(inputs: 1), Double.self).isIdentity }

  func basis<Element: Scalar>(_ options: BasisOptions, _: Element.Type) -> any ConfigurableBasis<Element> {
    type(Element.self).init(options)
  }

  /// The names of all edges that satisfy a condition, for the help text.
  static func names(where holds: (any ConfigurableBasis<Double>.Type) -> Bool) -> String {
    types.filter(holds).map { $0.name }.joined(separator: ", ")
  }
}

enum OptimizerName: String, ExpressibleByArgument, CaseIterable { case adam, sgd, lbfgs, lm }
enum Initialization: String, ExpressibleByArgument, CaseIterable {
  case random
  case leastSquares = "least-squares"
}
/// `--knots`
enum Knots: String, ExpressibleByArgument, CaseIterable { case data, even }
/// `--auto`
enum AutomaticChoice: String, ExpressibleByArgument, CaseIterable { case fast, best, off }
/// `--on-divergence`
enum DivergenceChoice: String, ExpressibleByArgument, CaseIterable { case stop, recover }
/// `--missing`
enum MissingCells: String, ExpressibleByArgument, CaseIterable { case fit, error }
enum ClassWeight: String, ExpressibleByArgument, CaseIterable { case balanced, none }
enum Precision: String, ExpressibleByArgument, CaseIterable { case float, double }

/// auto, or a number: 0 is no penalty at all.
extension Smoothing: ExpressibleByArgument {
  public init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Double(argument), number >= 0, number.isFinite {
      self = number == 0 ? .none : .fixed(number)
    } else {
      return nil
    }
  }

  public var defaultValueDescription: String { "auto" }
}

extension Activation: ExpressibleByArgument {}
extension Contraction: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}
extension LearningTask: ExpressibleByArgument {}

/// The width of a hidden layer: 64, or 3+2 for three sums and two products.
struct HiddenWidth: CustomStringConvertible, Equatable {
  var sums: Int
  var products = 0

  var outputs: Int { sums + products }
  var description: String { products == 0 ? "\(sums)" : "\(sums)+\(products)" }
}

/// Comma-separated widths.
func parseWidths(_ text: String) throws -> [HiddenWidth] {
  try text.split(separator: ",", omittingEmptySubsequences: false).map { part in
    let numbers = part.split(separator: "+", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    let width = HiddenWidth(sums: numbers[0], products: numbers.count > 1 ? numbers[1] : 0)
    guard numbers.count <= 2, numbers.allSatisfy({ (0...1_000_000).contains($0) }), width.outputs > 0,
      numbers.count == 1 || width.products > 0
    else {
      throw ValidationError(
        "widths from 1 to 1000000 separated by commas are expected, such as 64,32, or 3+2 for three sums and two "
          + "products")
    }
    return width
  }
}

/// Comma-separated rising numbers of intervals.
func parseGrids(_ text: String) throws -> [Int] {
  let grids = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
  guard grids.allSatisfy({ (1...100_000).contains($0) }), zip(grids, grids.dropFirst()).allSatisfy({ $0 < $1 }) else {
    throw ValidationError("grids from 1 to 100000 in rising order, separated by commas, are expected, such as 5,10,20")
  }
  return grids
}

/// LOW,HIGH for all inputs, or a pair for each.
func parseRanges(_ text: String) throws -> [ClosedRange<Double>] {
  let ends = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
  let isPairs = ends.count % 2 == 0 && ends.allSatisfy(\.isFinite)
  guard isPairs, stride(from: 0, to: ends.count, by: 2).allSatisfy({ ends[$0] < ends[$0 + 1] }) else {
    throw ValidationError("pairs of rising numbers separated by commas are expected, such as -1,1")
  }
  return stride(from: 0, to: ends.count, by: 2).map { ends[$0]...ends[$0 + 1] }
}

/// A seed: a whole number from 0 on.
func parseSeed(_ text: String) throws -> UInt64 {
  guard let seed = UInt64(text) else {
    throw ValidationError("a whole number from 0 to \(UInt64.max) is expected")
  }
  return seed
}

/// Comma-separated names.
func parseNames(_ text: String) throws -> [String] {
  let names = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  if names.contains("") { throw ValidationError("names separated by commas are expected, such as price,size") }
  return names
}

/// Which words of a table are gaps.
struct MissingWordArguments: ParsableArguments {
  @Option(
    name: .customLong("missing-words"), parsing: .unconditional,
    help: ArgumentHelp(
      "Words that stand for an empty cell, beside NA, N/A, NaN, null, None, ? and -. A model keeps those of its training.",
      valueName: "word,…"),
    transform: parseNames)
  var words: [String] = []

  /// The inputs of a model, without targets: [rows × in]. Notes about them go to standard error.
  func inputs<Element: Scalar>(
    of path: String, for network: Network<Element>, _ pool: ThreadPool
  ) throws -> Matrix<Element> {
    var notes: [String] = []
    let inputs = try DataSource(path: path, missingWords: words).inputs(for: network, notes: &notes, pool: pool)
    for note in notes { Console.note(note) }
    return inputs
  }
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
  @OptionGroup var missing: MissingWordArguments

  /// - Parameter columns: which columns of a table are inputs.
  func source(_ columns: TableColumns = TableColumns()) throws -> DataSource {
    var columns = columns
    columns.targets = target ?? []
    columns.weights = weights
    let source = DataSource(path: data, columns: columns, missingWords: missing.words)
    try source.checkTargets(option: "--target")
    if weights != nil && source.kind != .table {
      throw ToolError.usage("\(data): --weights names a column, and only a table has columns with names")
    }
    return source
  }
}

extension DataArguments {
  /// The rows of a model with targets that its loss can judge. Notes about them go to standard error.
  func rows<Element: Scalar>(
    for network: Network<Element>, _ pool: ThreadPool
  ) throws -> DataSource.Rows<Element> {
    let read = try source().rows(for: network, pool: pool)
    for note in read.notes { Console.note(note) }
    try network.objective.requireTargets(of: read.data, in: data)
    return read
  }
}

/// Which columns of a table a training takes.
struct ColumnArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Columns to learn from (default: all but the targets and --weights).", valueName: "name,…"),
    transform: parseNames)
  var inputs: [String]?
  @Option(help: ArgumentHelp("Columns not to learn from.", valueName: "name,…"), transform: parseNames)
  var ignore: [String] = []
  @Option(
    help: ArgumentHelp("Columns whose numbers are names, such as postcodes.", valueName: "name,…"),
    transform: parseNames)
  var categorical: [String] = []

  var columns: TableColumns { TableColumns(inputs: inputs, ignored: ignore, categorical: categorical) }
  var isGiven: Bool { inputs != nil || !ignore.isEmpty || !categorical.isEmpty }
}

extension DataSource {
  /// Rejects targets that do not fit the kind of data.
  func checkTargets(option: String) throws {
    try requireExists()
    switch kind {
    case .table: return
    case .array:
      if columns.targets.count == 1, columns.targets[0].lowercased().hasSuffix(".npy") { return }
      throw ToolError.usage("\(path): an array needs its targets in a second one: \(option) FILE.npy")
    case .images:
      if columns.targets.isEmpty { return }
      throw ToolError.usage("\(path): a folder of images has labels of its own and takes no \(option)")
    }
  }
}

/// The number of threads, checked against the memory that OpenBLAS needs for them.
struct ThreadArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: "Threads (default: the cores that this process may use, or OMP_NUM_THREADS if that is less).")
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

extension Layer {
  /// The layer's width in the form of `--hidden`.
  var width: HiddenWidth {
    let products = (node as? Products)?.count ?? 0
    return HiddenWidth(sums: outputs - products, products: products)
  }

  /// The activation in the form of `--activation`, that of the sums that are not multiplied.
  var activationText: String { (activation ?? (node as? Products)?.activation)?.rawValue ?? nodeText }
}
