import ArgumentParser
import KAN
import KANFiles
import KANFormulas

struct SymbolicCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "symbolic", abstract: "Formulas for a network, from simple to accurate.",
    usage: "kan symbolic <model> <data> [<options>]",
    discussion: """
      The network as a whole is asked whether its columns separate into sums, products and quotients, after a transform of \
      the target where that helps. Each edge's curve is compared with named functions, the likely ones are tried within the network with all else free \
      to move, and the one is kept that serves the network's error best. Then all constants are fitted to DATA, which should \
      be the training data, and closed forms such as pi are recognised. Edges for which no function serves stay splines, \
      which are named as such.

      The formulas are in the table's columns and units. The one with a star is the simplest whose error is within the noise \
      of the best. A small network gives a better formula: kan prune first. Where the whole shows an exact formula, edges are only \
      searched for --save.

      An edge is LAYER,INPUT,OUTPUT, from 0. Functions are \
      \(NamedFunction.allCases.map(\.rawValue).joined(separator: ", ")).

      EXAMPLES
        kan symbolic houses.safetensors houses.csv
        kan symbolic houses.safetensors houses.csv --candidates 0,1,0
        kan symbolic houses.safetensors houses.csv --fix 0,1,0=sin
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @OptionGroup var data: DataArguments
  @Option(help: "File for the network with functions on its edges.", completion: .file(extensions: ["safetensors"]))
  var save: String?
  @Option(help: "The formulas' syntax.")
  var syntax: FormulaSyntax = .sympy
  @Option(help: ArgumentHelp("The function of an edge, such as 0,1,0=sin.", valueName: "edge=function"))
  var fix: [FixedEdge] = []
  @Option(help: ArgumentHelp("An edge that keeps its curve.", valueName: "edge"))
  var free: [EdgeArgument] = []
  @Option(help: ArgumentHelp("Only list the functions for an edge.", valueName: "edge"))
  var candidates: EdgeArgument?
  @OptionGroup var intervals: IntervalArguments
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if intervals.test != nil && save == nil { throw ValidationError("--test needs --save") }
    try requireDistinct(outputs: [("--save", save)], inputs: [data.data] + (data.target ?? []) + intervals.files)
    if candidates != nil && (save != nil || !fix.isEmpty || !free.isEmpty) {
      throw ValidationError("--candidates only lists, and takes no --save, --fix or --free")
    }
    let given = fix.map(\.edge) + free.map(\.edge)
    if let twice = given.indices.first(where: { given[..<$0].contains(given[$0]) }) {
      throw ValidationError("edge \(given[twice]) is given twice")
    }
  }

  func run() throws {
    // Constants need the data's digits, whatever the model's precision.
    let network = try Network<Double>(ModelFile(path: model))
    let pool = try threads.pool()
    let read = try data.source().rows(for: network, pool: pool)
    for note in read.notes { Console.note(note) }
    let heldOut = try intervals.rows(for: network, like: data, pool)
    if let save { try checkWritable(save) }
    if let edge = candidates?.edge {
      let found = try formula { () throws(FormulaError) in
        try network.formulaCandidates(ofEdge: edge, on: read.data, pool: pool)
      }
      return try print(found, of: edge)
    }
    let options = NetworkFormulaOptions(
      fixed: Dictionary(uniqueKeysWithValues: fix.map { ($0.edge, $0.function) }), free: Set(free.map(\.edge)),
      namesEdges: save != nil)
    let found = try formula { () throws(FormulaError) in
      try network.formulas(on: read.data, options: options, pool: pool)
    }
    if let save {
      var symbolic = found.network
      intervals.calibrate(&symbolic, hadIntervals: network.hasIntervals, training: read.data, heldOut: heldOut, pool)
      symbolic.noteCommand()
      try symbolic.save(to: save)
    }
    let results = FormulaResults(found, meanings: network.encoding?.meanings ?? [:])
    try Console.print(json ? encodeJSON(results) : results.text(syntax))
    if let save { Console.note("saved \(printable(save, limit: 4096))") }
  }

  private func formula<Result>(_ body: () throws(FormulaError) -> Result) throws -> Result {
    do throws(FormulaError) {
      return try body()
    } catch {
      throw ToolError.data("\(model): \(printable(error.description, limit: 300))")
    }
  }

  private func print(_ found: [EdgeCandidate], of edge: NetworkEdge) throws {
    if json { return try Console.print(encodeJSON(CandidateResults(edge: "\(edge)", candidates: found))) }
    let rows = found.map { [$0.function.rawValue, short($0.networkError), short($0.curveError)] }
    try Console.print(table([["", "error of the network", "of the curve"]] + rows))
  }
}

/// LAYER,INPUT,OUTPUT
struct EdgeArgument: ExpressibleByArgument {
  let edge: NetworkEdge

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    edge = NetworkEdge(layer: numbers[0], input: numbers[1], output: numbers[2])
  }
}

/// LAYER,INPUT,OUTPUT=FUNCTION
struct FixedEdge: ExpressibleByArgument {
  let edge: NetworkEdge
  let function: NamedFunction

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let edge = EdgeArgument(argument: String(parts[0]))?.edge,
      let function = NamedFunction(rawValue: String(parts[1]))
    else { return nil }
    (self.edge, self.function) = (edge, function)
  }
}

extension FormulaSyntax: ExpressibleByArgument {}

/// The output of `kan symbolic --candidates --json`.
private struct CandidateResults: Encodable {
  struct Candidate: Encodable {
    var function: String
    var networkError, curveError: Double
  }

  var edge: String
  var candidates: [Candidate]

  init(edge: String, candidates: [EdgeCandidate]) {
    self.edge = edge
    self.candidates = candidates.map {
      Candidate(
        function: $0.function.rawValue, networkError: $0.networkError, curveError: $0.curveError)
    }
  }
}
