import ArgumentParser
import KAN
import KANFiles
import KANFormulas

struct FitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "From a table to a formula.",
    usage: "kan fit <data> --formula [<options>]",
    discussion: """
      Finds formulas for each target from the data alone: smooth models of the data are taken apart into sums and \
      products of groups of columns, after a transform of the target where that helps, until curves of one column are left, \
      which are compared with named functions. All constants are then fitted to the data, and closed forms such as pi are \
      recognised.

      The formulas go from simple to accurate, in the table's columns and units; the one with a star is the simplest whose \
      error is within the noise of the best. The search is made --restarts times from different starts; how many of them \
      choose the same formula tells how sure it is. All cells have to be numbers; rows \
      with a gap are left out. Of a trained network, kan symbolic makes a \
      formula.

      EXAMPLES
        kan fit pendulum.csv --formula
        kan fit pendulum.csv --formula --target period --inputs length,gravity --json
      """)

  @OptionGroup var data: DataArguments
  @OptionGroup var columns: ColumnArguments
  @Flag(help: "Look for a formula; there is no other kind of fit yet, so that it has to be given.")
  var formula = false
  @Option(parsing: .unconditional, help: "Searches, from different starts.")
  var restarts = 3
  @Option(parsing: .unconditional, help: "Seed of the first search.")
  var seed: UInt64 = 0
  @Option(help: "The formulas' syntax.")
  var syntax: FormulaSyntax = .sympy
  @OptionGroup var threads: ThreadArguments
  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if !formula { throw ValidationError("kan fit needs --formula; a network is trained by kan train") }
    if !(1...1000).contains(restarts) { throw ValidationError("--restarts has to be 1 to 1000") }
    if data.weights != nil { throw ValidationError("kan fit takes no --weights: each row counts once") }
    if !columns.categorical.isEmpty { throw ValidationError("a formula takes no --categorical columns") }
  }

  func run() throws {
    let source = try data.source(columns.columns)
    var notes: [String] = []
    let pool = try threads.pool()
    let rows: Dataset<Double>
    switch source.kind {
    case .table: rows = try source.completeRows(notes: &notes)
    case .array: rows = try Dataset(npy: data.data, target: data.target![0])
    case .images: throw ToolError.usage("\(data.data): a formula needs a table or arrays, not images")
    }
    for note in notes { Console.note(note) }
    guard case .values(let targets) = rows.targets else { throw ToolError.usage("\(data.data): targets of classes") }
    let kept = source.kind == .table ? Array(rows.names.inputs.indices) : try keptColumns(rows.names.inputs)
    let names = kept.map { rows.names.inputs[$0] }
    let variables = kept.map { rows.inputs.column($0) }
    Interruption.watch()
    let clock = ContinuousClock()
    let start = clock.now
    var found: [FormulaResults.Target] = []
    var agreement = 1.0
    for target in 0..<targets.columns {
      let fit: FormulaFit
      do {
        fit = try FormulaFit(
          variables, targets: targets.column(target), seeds: seed..<seed &+ UInt64(restarts), pool: pool
        ) { !Interruption.isRequested }
      } catch {
        throw ToolError.data("\(data.data): \(error.description)")
      }
      agreement = min(agreement, fit.agreement)
      found.append(
        FormulaResults.Target(
          fit.front, chosen: fit.chosen, modelErrors: nil, target: rows.names.target(target, of: targets.columns),
          names: names))
    }
    var results = FormulaResults(found)
    results.agreement = agreement
    let elapsed = clock.now - start
    results.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    try Console.print(json ? encodeJSON(results) : results.text(syntax))
    if !json {
      let agreeing = Int((agreement * Double(restarts)).rounded())
      Console.note("\(agreeing) of \(restarts) searches chose the formula with the star")
    }
    if Interruption.isRequested { Console.end(130) }
  }

  /// The columns of `--inputs` without those of `--ignore`.
  private func keptColumns(_ all: [String]) throws -> [Int] {
    for name in (columns.inputs ?? []) + columns.ignore where !all.contains(name) {
      throw ToolError.data("\(data.data): there is no column \"\(printable(name))\" to learn from")
    }
    let kept = all.indices.filter { place in
      (columns.inputs?.contains(all[place]) ?? true) && !columns.ignore.contains(all[place])
    }
    if kept.isEmpty { throw ToolError.data("\(data.data): no column is left to learn from") }
    return kept
  }
}
