/// Texts among the numbers or times of a column.
struct StrayCells {
  /// How many there are, and how many different ones.
  let cells, levels: Int
  /// The first one.
  let first: ColumnSurvey.Place
  let isTime: Bool

  /// - Parameter levels: how many different ones there are.
  init?(_ plan: ColumnPlan, levels: Int, _ survey: ColumnSurvey) {
    let kinds: [CellKind]
    switch plan {
    case .numbers(_, let strays) where strays > 0: (cells, isTime, kinds) = (strays, false, [.time])
    case .times(let strays) where strays > 0: (cells, isTime, kinds) = (strays, true, survey.numberKinds)
    default: return nil
    }
    guard let first = survey.first(kinds + survey.textKinds + [.tooLarge, .notFinite]) else { return nil }
    self.first = first
    self.levels = levels
  }

  /// Whether they are slips, which leave gaps among `values`, and not categories, which make all of the column texts.
  ///
  /// The words of a scale, such as `4+` after 1, 2 and 3, stand beside few numbers, and come back as often as these. So
  /// words are slips, if in less than a tenth of the cells, which the plan has seen to, where there are many different
  /// numbers for each different word, as with `unknown` in a column of ages; or where each comes back less than a tenth
  /// as often as a number does, as with `x` once among thousands of grades from 1 to 5; or where none comes back, since
  /// of a level of one row nothing can be learned.
  func areSlips(among values: [Double]) -> Bool {
    var different: Set<Double> = []
    var count = 0
    for value in values where !value.isNaN {
      count += 1
      different.insert(value)
      if different.count >= Self.many * levels { return true }
    }
    return areSlips(different: different.count, of: count)
  }

  /// More steps than a scale has that people write down.
  private static var many: Int { 20 }

  /// The same by how many numbers there are, and how many different ones.
  func areSlips(different: Int, of count: Int) -> Bool {
    cells == levels || different >= Self.many * levels
      || Double(10 * cells) * Double(different) < Double(count) * Double(levels)
  }

  /// The sentence on those that leave gaps in a column of `rows` cells.
  func note(rows: Int) -> String {
    "no \(noun) in \(cells) of \(amount(rows, "cell")), first \(quoted(first.text)) in \(first); read as missing"
  }

  /// The problem that they are in a target.
  var problem: CellProblem {
    CellProblem(
      place: first, message: "\(quoted(first.text)) is not a \(noun), as nearly all cells of the column are")
  }

  private var noun: String { isTime ? "date or time" : "number" }
}
