/// What the cells of a column are read as, once all of them have been seen.
enum ColumnPlan: Sendable {
  case passOver
  /// `strays` cells are no numbers and not missing.
  case numbers(mark: UInt8, strays: Int)
  /// `strays` cells are no times and not missing.
  case times(strays: Int)
  case texts
}

extension ColumnPlan {
  /// The plan for a column, by what it holds. Adds notes on what a reader of the table may not expect.
  ///
  /// Throws the problem and where it is if a target holds numbers that are too large, or a column of numbers others.
  init(_ request: ColumnRequest, _ survey: ColumnSurvey, notes: inout [String]) throws(CellProblem) {
    switch request {
    case .passOver: self = .passOver
    case .category: self = .texts
    case .number:
      if let place = survey.first(survey.textKinds + [.time, .tooLarge, .notFinite]) {
        throw CellProblem(place, survey)
      }
      self = .numbers(mark: survey.mark, strays: 0)
    case .numbersWithGaps:
      self = .numbers(mark: survey.mark, strays: survey.count(survey.textKinds + [.time, .tooLarge, .notFinite]))
    case .timesWithGaps:
      self = .times(strays: survey.count(survey.textKinds + survey.numberKinds + [.tooLarge, .notFinite]))
    case .input, .target: self = try Self.detected(survey, isTarget: request == .target, notes: &notes)
    }
  }

  private static func detected(
    _ survey: ColumnSurvey, isTarget: Bool, notes: inout [String]
  ) throws(CellProblem) -> ColumnPlan {
    let infinite: [CellKind] = [.tooLarge, .notFinite]
    let (numbers, times) = (survey.count(survey.numberKinds), survey[.time].count)
    let others = survey.count(survey.textKinds + infinite)
    if let reason = survey.wholes.reasonForNames, numbers > 0 {
      // Among other texts nobody expects numbers.
      if times + others == 0 { notes.append("\(reason), read as texts") }
      return .texts
    }
    if survey.count(survey.textKinds) + times == 0 {
      if let first = survey.first(infinite) {
        if isTarget { throw CellProblem(first, survey) }
        notes.append(
          "no finite number in \(amount(others, "cell")), first \(quoted(first.text)) in \(first); read as missing")
      }
      return .numbers(mark: survey.mark, strays: 0)
    }
    if numbers >= 9 * (times + others) { return .numbers(mark: survey.mark, strays: times + others) }
    return times >= 9 * (numbers + others) ? .times(strays: numbers + others) : .texts
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
