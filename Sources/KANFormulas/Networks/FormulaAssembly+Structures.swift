import KAN
import KANLinearAlgebra

/// Formulas that do not follow the network's edges.
///
/// A network without product nodes computes x·y by squares of sums, edge by edge a long detour. Asked as a whole it shows
/// the product, as any smooth model of the data does (``StructureSearch``).
extension FormulaAssembly {
  /// A field of more variables is not taken apart: the pairs of groups to ask for grow with their square, and a formula of
  /// as many columns is no shorter than the network's own.
  static let mostVariables = 12

  /// Formulas of an output from sums, products and transforms of the function as a whole, fitted to the data.
  func structures(ofOutput output: Int) -> [Formula] {
    let used = columns.indices.filter { Set(variables[$0]).count > 1 }
    if used.isEmpty || used.count > Self.mostVariables || used.contains(where: { columns[$0].isCode }) { return [] }
    let count = min(600, rows.rows)
    let places = (0..<count).map { $0 * rows.rows / count }
    let middles = variables.map { $0.sorted()[$0.count / 2] }
    func whole(_ columns: [[Double]]) -> [[Double]] {
      var result = middles.map { [Double](repeating: $0, count: columns[0].count) }
      for (place, column) in zip(used, columns) { result[place] = column }
      return result
    }
    let errors = zip(targets[output], predictions[output]).map { $0 - $1 }
    let field = ScalarField(
      samples: used.map { column in places.map { variables[column][$0] } }, noise: rootMeanSquare(errors)
    ) { self.predicted(at: whole($0), output) }
    guard field.spread > 0, field.noise < 0.05 * field.spread else { return [] }
    let fit = ConstantFit(columns: used.map { variables[$0] }, targets: targets[output])
    var found: [Formula] = []
    for structure in StructureSearch(seed: 0, pool: pool).structures(of: field) {
      let best = structure.best(for: fit, noise: min(field.noise / field.spread, 1e-9))
      guard best.error.isFinite else { continue }
      let plain = fit.fit(Snapping(fit, error: best.error).snapped(best.expression))
      for candidate in [best, plain] {
        let expression = candidate.expression.substituting { .variable(used[$0]) }
        let formula = Formula(expression, columns: variables, targets: targets[output])
        if formula.rmse.isFinite { found.append(formula) }
      }
    }
    return found
  }

  /// The network's predictions of an output at columns in the table's units, in those of the target.
  private func predicted(at values: [[Double]], _ output: Int) -> [Double] {
    var inputs = Matrix<Double>(rows: values[0].count, columns: values.count)
    for (column, numbers) in values.enumerated() {
      for (row, x) in numbers.enumerated() { inputs[row, column] = columns[column].encode(x) }
    }
    return original.inUnitsOfTable(original.predict(inputs, pool: pool)).column(output)
  }
}
