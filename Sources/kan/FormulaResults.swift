import KAN
import KANFiles
import KANFormulas

/// The output of `kan symbolic` and `kan fit --formula`.
struct FormulaResults: Encodable {
  /// A formula in sympy's syntax, with its errors against the data and against the network.
  struct Member: Encodable {
    var formula: String
    var complexity: Int
    var rmse: Double
    var modelRmse: Double?
    var r2: Double
  }

  /// A curve in a formula: the natural cubic spline through its points, straight beyond them.
  struct Spline: Encodable {
    var name: String
    var points, values: [Double]
  }

  struct Target: Encodable {
    var target: String
    var formula: String
    var rmse: Double
    var modelRmse: Double?
    var r2: Double
    var complexity: Int
    var latex, swift: String
    /// The formula's name of each column that is in it.
    var variables: [String: String]
    /// What columns in the formula, and the target, mean where they are not the numbers of the table, such as `days since
    /// 2024-01-01`.
    var meaning: [String: String]
    var splines: [Spline]
    /// From simple to accurate.
    var front: [Member]

    /// Texts in other syntaxes, for the console.
    fileprivate let texts: [FormulaSyntax: [String]]
    fileprivate let chosen: Int
    /// Of the columns of all formulas, and the formulas' names of them.
    fileprivate let allMeanings, identifiers: [String: String]

    enum CodingKeys: CodingKey {
      case target, formula, rmse, modelRmse, r2, complexity, latex, swift, variables, meaning, splines, front
    }
  }

  var formulas: [Target]
  /// Edges for which no function serves.
  var openEdges: [String]?
  /// The wall time of a search from data.
  var seconds: Double?
  /// The share of its seeds that chose the same formula.
  var agreement: Double?

  init(_ formulas: [Target]) { self.formulas = formulas }

  /// - Parameter meanings: of columns and targets by name; see ``Target/meaning``.
  init(_ found: NetworkFormulas, meanings: [String: String]) {
    formulas = found.targets.map {
      Target(
        $0.front, chosen: $0.chosen, modelErrors: $0.modelErrors, target: $0.name, names: found.names,
        meanings: meanings)
    }
    openEdges = found.openEdges.map(\.description)
  }

  func text(_ syntax: FormulaSyntax) -> String {
    let parts = formulas.map { target in
      let rows = zip(target.front.indices, target.front).map { index, member in
        [
          index == target.chosen ? "*" : "", "\(member.complexity)", short(member.rmse),
          member.modelRmse.map(short) ?? "-", short(member.r2),
        ]
      }
      let lines = table([["", "complexity", "rmse", "to model", "r2"]] + rows).split(separator: "\n")
      let texts = [""] + (target.texts[syntax] ?? [])
      let table = zip(lines, texts).map { $1.isEmpty ? String($0) : "\($0)  \($1)" }
      // Of all formulas: a simpler one may have columns that the chosen one does without.
      let meanings = target.allMeanings.sorted { $0.key < $1.key }.map { name, meaning in
        let identifier = target.identifiers[name] ?? name
        let own = identifier == name ? printable(name) : "\(identifier) (\(printable(name)))"
        return "\(own): \(printable(meaning, limit: 300))"
      }
      return ([printable(target.target)] + table + meanings).joined(separator: "\n")
    }
    // The formula may be one that does not follow the edges.
    let open = formulas.contains { !$0.splines.isEmpty } ? openEdges ?? [] : []
    let note =
      open.isEmpty
      ? [] : ["no function serves for \(open.count == 1 ? "edge" : "edges") \(open.joined(separator: " "))"]
    return (parts + note).joined(separator: "\n\n")
  }
}

extension FormulaResults.Target {
  /// - Parameter modelErrors: those of the front against the network, if there is one.
  init(
    _ front: [Formula], chosen: Int, modelErrors: [Double]?, target: String, names: [String],
    meanings: [String: String] = [:]
  ) {
    self.target = target
    self.chosen = chosen
    let formula = front[chosen]
    func text(_ formula: Formula, _ syntax: FormulaSyntax) -> String {
      formula.expression.text(names: names, syntax: syntax)
    }
    texts = Dictionary(
      uniqueKeysWithValues: FormulaSyntax.allCases.map { syntax in (syntax, front.map { text($0, syntax) }) })
    self.formula = text(formula, .sympy)
    (latex, swift) = (text(formula, .latex), text(formula, .swift))
    (rmse, r2, complexity) = (formula.rmse, formula.r2, formula.complexity)
    modelRmse = modelErrors?[chosen]
    let identifiers = Expression.identifiers(for: names)
    variables = Dictionary(uniqueKeysWithValues: formula.expression.variables.map { (names[$0], identifiers[$0]) })
    func known(_ columns: [String]) -> [String: String] { meanings.filter { columns.contains($0.key) } }
    meaning = known(Array(variables.keys) + [target])
    let all = Set(front.flatMap { $0.expression.variables })
    allMeanings = known(all.map { names[$0] } + [target])
    self.identifiers = Dictionary(uniqueKeysWithValues: all.map { (names[$0], identifiers[$0]) })
    splines = formula.expression.splines.map {
      FormulaResults.Spline(name: $0.name, points: $0.points, values: $0.values)
    }
    self.front = front.enumerated().map { index, member in
      FormulaResults.Member(
        formula: text(member, .sympy), complexity: member.complexity, rmse: member.rmse,
        modelRmse: modelErrors?[index], r2: member.r2)
    }
  }
}
