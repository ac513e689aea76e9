import KAN
import KANLinearAlgebra

/// From a network and its data to fronts of formulas.
struct FormulaAssembly {
  let original: Network<Double>
  let pool: ThreadPool
  private let start: EdgeNetwork
  let columns: [InputColumn]
  /// All rows, those of the search, and those that constants are fitted to.
  let rows: EdgeRows
  private let searchRows: EdgeRows
  /// Of all rows, in the table's units: [in][rows], [out][rows], and the network's predictions.
  let variables, targets, predictions: [[Double]]

  /// Rows of a search: a trial costs rows·parameters², and some hundred rows show which function is right.
  private static func searchLimit(parameters: Int) -> Int {
    max(200, min(800, 1_000_000_000 / max(1, parameters * parameters)))
  }

  private static let mostCurves = 4

  /// A search in a larger network would take hours, and no one could read its formula.
  private static let mostParameters = 3000

  /// Rows that constants are fitted to; more determine them no better than the noise lets them.
  private static let fitLimit = 2000

  init<Element: Scalar>(
    _ network: Network<Element>, _ data: Dataset<Element>, _ pool: ThreadPool
  ) throws(FormulaError) {
    self.pool = pool
    guard network.task == .regression, case .values(let values) = data.targets else {
      throw FormulaError("formulas are for numbers, and this model is one of classes")
    }
    guard network.objective.link == .identity else {
      throw FormulaError(
        "formulas are for numbers as they are, and this model is one of rates or probabilities")
    }
    guard data.inputs.columns == network.inputs, values.columns == network.outputs else {
      throw FormulaError(
        "rows of \(data.inputs.columns) inputs and \(values.columns) targets for a model of \(network.inputs) and "
          + "\(network.outputs)")
    }
    do throws(BasisError) {
      original = try network.converted(to: Double.self)
    } catch {
      throw FormulaError("\(error)")
    }
    let kept = (0..<data.rows).filter { row in data.weights.map { $0[row] > 0 } ?? true }
    if kept.isEmpty { throw FormulaError("there are no rows") }
    func doubles(_ matrix: Matrix<Element>) -> Matrix<Double> {
      let own = matrix.selecting(rows: kept)
      return Matrix(
        rows: own.rows, columns: own.columns,
        elements: AlignedArray(own.elements.map { Double($0) }))
    }
    let inputs = doubles(data.inputs)
    let outputs = doubles(values)
    guard inputs.elements.allSatisfy(\.isFinite), outputs.elements.allSatisfy(\.isFinite) else {
      throw FormulaError("the rows hold numbers that are not finite")
    }
    let start = try EdgeNetwork(original)
    if start.parameterCount > Self.mostParameters {
      throw FormulaError(
        "\(start.openEdges.count) edges with \(start.parameterCount) parameters are too many for a formula: make the "
          + "network smaller first, as kan prune does")
    }
    let weights = data.weights.map { weights in AlignedArray(kept.map { Double(weights[$0]) }) }
    let scaledInputs = original.inputScaling.applied(to: inputs)
    let scaledTargets = original.outputScaling.applied(to: outputs)
    rows = EdgeRows(start, inputs: scaledInputs, targets: scaledTargets, weights: weights)
    searchRows = EdgeRows(
      start, inputs: scaledInputs, targets: scaledTargets, weights: weights,
      limit: Self.searchLimit(parameters: start.parameterCount))
    self.start = start
    let original = original
    let columns = (0..<original.inputs).map { InputColumn(original, index: $0) }
    self.columns = columns
    variables = columns.indices.map { column in
      inputs.column(column).map { columns[column].restore($0) }
    }
    func restored(_ matrix: Matrix<Double>) -> [[Double]] {
      let own = original.inUnitsOfTable(matrix)
      return (0..<own.columns).map { own.column($0) }
    }
    targets = restored(outputs)
    predictions = restored(original.predict(inputs, pool: pool))
  }

  func requireEdge(_ edge: NetworkEdge) throws(FormulaError) {
    guard original.layers.indices.contains(edge.layer),
      (0..<original.layers[edge.layer].inputs).contains(edge.input),
      (0..<original.layers[edge.layer].sums).contains(edge.output)
    else { throw FormulaError("there is no edge \(edge)") }
  }

  func search(keeping kept: Set<NetworkEdge>) -> NetworkSearch {
    NetworkSearch(start, searchRows, keeping: kept, pool: pool)
  }

  // MARK: Stages

  func formulas(_ options: NetworkFormulaOptions) throws(FormulaError) -> NetworkFormulas {
    for edge in options.free.union(options.fixed.keys) { try requireEdge(edge) }
    let fixed = options.fixed.sorted {
      ($0.key.layer, $0.key.input, $0.key.output) < ($1.key.layer, $1.key.input, $1.key.output)
    }
    var search = search(keeping: options.free.union(options.fixed.keys))
    for (edge, function) in fixed {
      guard search.fix(edge, to: function) else {
        throw FormulaError("\(function.rawValue) is not finite on the data of edge \(edge)")
      }
    }
    // Given functions and kept curves are wishes that formulas of the whole would ignore.
    let isFree = options.free.isEmpty && options.fixed.isEmpty
    let others = (0..<original.outputs).map { isFree ? structures(ofOutput: $0) : [] }
    let isExact = others.indices.allSatisfy { output in
      others[output].contains { $0.rmse <= 1e-9 * spread(of: output) }
    }
    var stages: [EdgeNetwork] = [search.network]
    if isExact && !options.namesEdges { return try result(stages, others: others, isSearched: false) }
    // Errors may be noise, within which the simplest function is the one to take, or those of curves that approximate,
    // which a right function is not always the best to make up for. The data decide between what either finds.
    let noise = 1 + (2 / Double(max(1, searchRows.rows))).squareRoot()
    for (cost, factors) in [
      (NetworkSearch.chance(searchRows), [noise, 4, 40, .infinity]),
      (NetworkSearch.approximation, [4, 40, .infinity]),
    ] {
      var trial = search
      trial.nodeCost = cost
      // Of an exact formula of the whole, the edges' are the longer ones.
      if symbolic(&trial, factors, &stages) < 1e-9 || isExact { break }
    }
    return try result(stages, others: others)
  }

  /// Takes functions for edges, adding a stage for each factor by which the network's error may rise: hardly any at
  /// first, then what a function costs that has not arrived or that others must still make up for, and at last anything,
  /// for the simple end of the front. Returns the error without curves.
  private func symbolic(
    _ search: inout NetworkSearch, _ factors: [Double], _ stages: inout [EdgeNetwork]
  ) -> Double {
    for factor in factors {
      var isChanged = factor.isFinite ? search.removeEdges(upTo: factor.squareRoot()) : false
      if search.replaceEdges(upTo: factor) { isChanged = true }
      if !isChanged { continue }
      search.polish()
      stages.append(search.network)
    }
    if search.revisit() {
      search.polish()
      stages.append(search.network)
    }
    let error = search.error
    for _ in 0..<Self.removals where search.removeOne() {
      search.polish()
      stages.append(search.network)
    }
    return error
  }

  /// The simple end of the front: each removal is tried for every edge.
  private static let removals = 8

  /// - Parameter others: for each output, formulas that are those of no stage.
  private func result(
    _ stages: [EdgeNetwork], others: [[Formula]], isSearched: Bool = true
  ) throws(FormulaError) -> NetworkFormulas {
    let names = columns.map(\.name)
    var targets: [NetworkFormulas.Target] = []
    // The network to save is the one of the chosen formulas, of several targets' the one with the least error.
    var chosenStages: [Int] = []
    for output in 0..<original.outputs {
      let name =
        original.encoding?.targets[output].column
        ?? (original.names.targets.isEmpty
          ? "y\(original.outputs > 1 ? "\(output)" : "")" : original.names.targets[output])
      let formulas = pool.map(stages) { assembled($0, output) }
      let found = formulas.enumerated().flatMap { stage, formulas in
        formulas.map { (formula: $0, stage: stage) }
      }
      let front = Formula.front(of: found.map(\.formula) + others[output])
      if front.isEmpty { throw FormulaError("no formula of \(name) is finite on the data") }
      let chosen = Formula.choice(of: front, rows: rows.rows, spread: spread(of: output))
      // The network to save is the one of the best formula that follows its edges.
      let ofEdges = Formula.front(of: found.map(\.formula))
      if !ofEdges.isEmpty {
        let best = ofEdges[Formula.choice(of: ofEdges, rows: rows.rows, spread: spread(of: output))]
        chosenStages.append(found.first { $0.formula == best }!.stage)
      }
      for column in front[chosen].expression.variables where columns[column].isCode {
        throw FormulaError(
          "column \(columns[column].name) is one of categories, whose codes are no numbers to calculate with: a model "
            + "trained with --edge spline has a column of 0 and 1 for each")
      }
      targets.append(
        NetworkFormulas.Target(
          name: name, front: front, modelErrors: front.map { modelError(of: $0, output) },
          chosen: chosen))
    }
    let best =
      chosenStages.map { stages[$0] }.min { EdgeFit($0, rows).squares < EdgeFit($1, rows).squares } ?? stages[0]
    do throws(BasisError) {
      return NetworkFormulas(
        targets: targets, names: names, network: try best.network(like: original, at: rows),
        openEdges: isSearched ? best.openEdges : [])
    } catch {
      throw FormulaError("\(error)")
    }
  }

  /// The formulas of a stage: as it is, and with closed forms for its constants.
  private func assembled(_ network: EdgeNetwork, _ output: Int) -> [Formula] {
    let passes = EdgePasses(network, at: rows, slopes: false)
    let inner = network.expression(
      ofOutput: output, columns: columns, scaling: original.outputScaling, at: passes)
    let target = original.encoding?.targets[output].number
    let expression =
      target.map {
        Expression.sum([.product([.constant(1 / $0.scale), inner]), .constant($0.shift)])
      } ?? inner
    let chosen =
      rows.rows <= Self.fitLimit
      ? Array(0..<rows.rows) : (0..<Self.fitLimit).map { $0 * rows.rows / Self.fitLimit }
    let fit = ConstantFit(
      columns: variables.map { column in chosen.map { column[$0] } },
      targets: chosen.map { targets[output][$0] })
    let fitted = fit.fit(expression.simplified(), iterations: 60, tolerance: 1e-6)
    guard fitted.error.isFinite else { return [] }
    // Closed forms in a formula that is full of curves tell nothing.
    if fitted.expression.splines.count > Self.mostCurves {
      return [
        Formula(fitted.expression.foldingSplines(), columns: variables, targets: targets[output])
      ]
    }
    let snapped = snapped(fitted, fit)
    var found = [fitted.expression, snapped.expression]
    let expanded = snapped.expression.expanded()
    // Of squares of sums, such as (u + 2·v)²/4 - u²/4 - v² = u·v.
    if expanded != snapped.expression, expanded.complexity <= 3 * snapped.expression.complexity {
      let again = fit.fit(expanded)
      if again.error.isFinite { found.append(self.snapped(again, fit).expression) }
    }
    return found.map {
      Formula($0.foldingSplines(), columns: variables, targets: targets[output])
    }.filter { $0.rmse.isFinite }
  }

  private func snapped(_ fitted: FormulaCandidate, _ fit: ConstantFit) -> FormulaCandidate {
    fit.fit(Snapping(fit, error: fitted.error).snapped(fitted.expression).simplified())
  }

  private func spread(of output: Int) -> Double {
    ConstantFit(columns: [], targets: targets[output]).spread
  }

  private func modelError(of formula: Formula, _ output: Int) -> Double {
    let values = formula.expression.values(at: variables)
    let sum = zip(values, predictions[output]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (sum / Double(max(1, values.count))).squareRoot()
  }
}
