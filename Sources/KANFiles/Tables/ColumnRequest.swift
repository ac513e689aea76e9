/// How a column is to be read.
package enum ColumnRequest: Sendable {
  /// Its cells are only counted.
  case passOver
  /// What its cells say; a few texts among numbers are gaps.
  case input
  /// What its cells say; a few texts among numbers are an error.
  case target
  /// Texts, whatever it holds.
  case category
  /// Numbers, and an error at the first cell that is none.
  case number
}

/// What the cells of a column are read as, once all of them have been seen.
enum ColumnPlan {
  case passOver
  case numbers(mark: UInt8)
  case times
  /// Texts with a number for each level, about which there is more to decide.
  case texts
}

extension ColumnPlan {
  /// The plan for a column, by what it holds. Adds notes on what a reader of the table may not expect.
  ///
  /// Throws the problem and where it is if a target holds numbers that are too large, or a column of numbers others.
  init(
    _ request: ColumnRequest, _ survey: ColumnSurvey, notes: inout [String]
  ) throws(CellProblem) {
    // A column that uses decimal commas has no decimal points.
    let points: [CellKind] = survey.commas == 0 ? [.pointNumber] : []
    let others: [CellKind] = survey.commas == 0 ? [.text] : [.text, .pointNumber]
    let infinite: [CellKind] = [.tooLarge, .notFinite]
    let numbers = ColumnPlan.numbers(mark: survey.commas == 0 ? 0x2E : 0x2C)
    switch request {
    case .passOver: self = .passOver
    case .category: self = .texts
    case .number:
      if let place = survey.first(others + infinite + [.time]) { throw CellProblem(place, survey) }
      self = numbers
    case .input, .target:
      if survey.count(others + [.time]) == 0 {
        if let reason = survey.wholes.reasonForNames {
          notes.append("\(reason): they are read as names, not as numbers")
          self = .texts
          return
        }
        if let first = survey.first(infinite) {
          if request == .target { throw CellProblem(first, survey) }
          notes.append(
            "\(amount(survey.count(infinite), "cell")) infinite or too large for a number, the first in "
              + "\(first.description): they count as missing")
        }
        self = numbers
      } else if survey.count(others + points + infinite + [.number]) == 0 {
        self = .times
      } else {
        self = .texts
      }
    }
  }
}

/// A cell that its column cannot do with.
struct CellProblem: Error {
  let place: ColumnSurvey.Place
  let message: String
}

extension CellProblem {
  /// Says of what kind the cell is.
  init(_ place: ColumnSurvey.Place, _ survey: ColumnSurvey) {
    self.place = place
    let kind = CellKind.allCases.first { survey[$0].first?.row == place.row } ?? .text
    let reason =
      switch kind {
      case .tooLarge: "is too large"
      case .notFinite: "is not a finite number"
      case .missing, .missingAmongNumbers: "is missing"
      default: "is not a number"
      }
    message = place.isEmpty ? "missing value" : "\(quoted(place.text)) \(reason)"
  }
}
