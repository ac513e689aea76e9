import KAN
import KANLinearAlgebra

extension ExportPlan {
  /// The columns, and what becomes of each: the table's encoding, then the network's scaling.
  static func inputs<Element: Scalar>(of network: Network<Element>) -> ([ExportColumn], [InputBlock]) {
    let isDouble = Element.self == Double.self
    let scaling = network.inputScaling
    func scaled(_ x: Term, _ input: Int, _ builder: TapeBuilder) -> Tape {
      builder.tape(
        endingIn: (x.inReal - builder.parameter(Double(scaling.shift[input])))
          * builder.parameter(Double(scaling.factor[input])))
    }
    func range(_ input: Int) -> ClosedRange<Double>? {
      let (shift, factor) = (Double(scaling.shift[input]), Double(scaling.factor[input]))
      return factor > 0 ? shift - 1 / factor...shift + 1 / factor : nil
    }
    var columns: [ExportColumn] = []
    var places: [Int] = []
    var tapes: [Tape] = []
    if let encoding = network.encoding {
      for input in encoding.inputs where !columns.contains(where: { $0.name == input.column }) {
        let own = encoding.inputs.indices.filter { encoding.inputs[$0].column == input.column }
        columns.append(column(input.column, own.map { (encoding.inputs[$0].kind, range($0)) }))
      }
      for (place, input) in encoding.inputs.enumerated() {
        let column = columns.firstIndex { $0.name == input.column }!
        let builder = TapeBuilder(isDouble: isDouble)
        places.append(column)
        tapes.append(
          scaled(encoded(builder.input(.double), input.kind, columns[column].levels), place, builder))
      }
    } else {
      for input in 0..<network.inputs {
        let name = network.names.inputs.isEmpty ? "x\(input)" : network.names.inputs[input]
        columns.append(ExportColumn(name: name, kind: .number, takesGaps: false, range: range(input)))
        let builder = TapeBuilder(isDouble: isDouble)
        places.append(input)
        tapes.append(scaled(builder.input(.double), input, builder))
      }
    }
    let runs = tapes.runsOfOneForm { places[$0] + 1 == places[$1] }
    return (
      columns,
      runs.map { InputBlock(inputs: $0, columns: Array(places[$0]), tape: Tape(sideBySide: Array(tapes[$0]))) }
    )
  }

  /// What the cells of a column are, by the inputs that are made of them and the ranges of these.
  private static func column(
    _ name: String, _ inputs: [(kind: TableEncoding.Kind, range: ClosedRange<Double>?)]
  ) -> ExportColumn {
    var levels: [String] = []
    var kind = ExportColumn.Kind.number
    var range: ClosedRange<Double>?
    var takesGaps = true
    for input in inputs {
      switch input.kind {
      case .number(let shift, let scale, let gap):
        takesGaps = !gap.isNaN
        range = input.range.map { $0.lowerBound / scale + shift...$0.upperBound / scale + shift }
      case .magnitude(let center, let unit, _):
        range = input.range.map {
          center + unit * sinh($0.lowerBound)...center + unit * sinh($0.upperBound)
        }
      case .gap: break
      case .flag: (kind, range) = (.flag, 0...1)
      case .levels(let own, _): levels = own
      case .level(let level): levels.append(level)
      case .time(let part, let start, _):
        kind = .time
        if part == .days { range = input.range.map { $0.lowerBound * 86400 + start...$0.upperBound * 86400 + start } }
      }
    }
    if !levels.isEmpty { kind = .text(levels) }
    return ExportColumn(name: name, kind: kind, takesGaps: takesGaps, range: levels.isEmpty ? range : nil)
  }

  private static func sinh(_ x: Double) -> Double { Elementary.sinh(x) }

  /// What an input holds, of a cell: `TableEncoding` in the form of a tape.
  private static func encoded(_ cell: Term, _ kind: TableEncoding.Kind, _ levels: [String]) -> Term {
    let builder = cell.tape
    func filled(_ value: Term, _ gap: Double) -> Term {
      gap.isNaN ? value : cell.isNaN.select(builder.parameter(gap, .double), value)
    }
    switch kind {
    case .number(let shift, let scale, let gap):
      let value =
        (filled(cell, gap) - builder.parameter(shift, .double)) * builder.parameter(scale, .double)
      // Far beyond all that a training scales its numbers to.
      return value.held(builder.constant(-1e18, .double), builder.constant(1e18, .double))
    case .magnitude(let center, let unit, let gap):
      return
        (filled(cell, gap) / builder.parameter(unit, .double) - builder.parameter(center / unit, .double))
        .inverseHyperbolicSine
    case .gap: return cell.isNaN.select(1, builder.constant(0, .double))
    case .flag(let gap):
      let known = (cell.isEqual(to: 0)) | (cell.isEqual(to: 1))
      return known.select(cell, builder.parameter(gap, .double))
    case .levels(_, let gap): return filled(cell, Double(gap))
    case .level(let level):
      let place = Double((levels.firstIndex(of: level) ?? 0) + 1)
      return cell.isEqual(to: builder.parameter(place, .double)).select(1, builder.constant(0, .double))
    case .time(let part, let start, let gap):
      return filled(part.value(of: cell, start: start), gap)
    }
  }
}

extension Term {
  func isEqual(to other: Term) -> Term { (self <= other) & (other <= self) }
  func isEqual(to other: Double) -> Term { isEqual(to: tape.constant(other, kind)) }

  /// In double precision, as a table's encoding has it.
  fileprivate var inverseHyperbolicSine: Term {
    let size = apply(.magnitude)
    let far = Elementary.log(2) + size.apply(.log)
    let near = (size + (size * size + 1).apply(.squareRoot)).apply(.log)
    let value = (size > 1e8).select(far, near)
    return (self < 0).select(-value, value)
  }

  fileprivate var down: Term { apply(.floor) }
}

extension TableEncoding.TimePart {
  /// The part of a time, with the operations of `TimePart.swift`.
  fileprivate func value(of seconds: Term, start: Double) -> Term {
    if self == .days { return (seconds - seconds.tape.parameter(start, .double)) / 86400 }
    let day = (seconds / 86400).down
    switch self {
    case .days: return day
    case .hour: return (seconds - day * 86400) / 3600
    case .weekday: return (day + 3) - ((day + 3) / 7).down * 7
    case .yearday: return Self.dayOfYear(day)
    }
  }

  private static func dayOfYear(_ day: Term) -> Term {
    let shifted = day + 719_468
    let era = (shifted / 146_097).down
    let dayOfEra = shifted - era * 146_097
    let year =
      ((dayOfEra - (dayOfEra / 1460).down + (dayOfEra / 36524).down - (dayOfEra / 146_096).down) / 365).down
    let sinceMarch = dayOfEra - (365 * year + (year / 4).down - (year / 100).down)
    let calendarYear = year + era * 400
    func isMultiple(of number: Double) -> Term { ((calendarYear / number).down * number).isEqual(to: calendarYear) }
    let isOrdinary = isMultiple(of: 100)
    let isLeap = isMultiple(of: 400).select(
      1, isOrdinary.select(0, isMultiple(of: 4).select(1, day.tape.constant(0, .double))))
    return (sinceMarch < 306).select(sinceMarch + 60 + isLeap, sinceMarch - 305)
  }
}
