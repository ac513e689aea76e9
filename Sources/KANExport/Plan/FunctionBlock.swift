/// Neighbouring inputs of a layer with functions of one kind: evaluated by one tape, and multiplied by their rows of W.
struct FunctionBlock: Sendable {
  /// Where a value's row of W is.
  enum Place: Sendable, Equatable, Hashable {
    /// Behind the cell's first row.
    case cell(Int)
    /// The same in every cell.
    case row(Int)
  }

  /// The functions of one input, before neighbours are joined.
  struct Functions {
    var tape: Tape
    /// A whole number, the first row of W of the functions that depend on the cell.
    var cell: Tape.Value?
    var values: [Value]
    /// Rows of W.
    var rows: Int
    /// W: [rows × sums]
    var weights: [Double]
    /// The range of x in which a table of the functions is worth having; nil for what is a table by itself.
    var range: ClosedRange<Double>?
  }

  struct Value: Sendable, Equatable {
    var value: Tape.Value
    var place: Place
  }

  /// Of the layer.
  let inputs: Range<Int>
  let tape: Tape
  let cell: Tape.Value?
  /// In the order in which the engine adds their products.
  let values: [Value]
  /// Rows of W of an input.
  let rows: Int
  /// W: [inputs × rows × sums]
  let weights: [Double]
  /// ``Functions/range`` of each input.
  let ranges: [ClosedRange<Double>?]

  /// Blocks from the functions of inputs, nil for an input without any.
  static func joining(_ inputs: [Functions?]) -> [FunctionBlock] {
    let present = inputs.indices.filter { inputs[$0] != nil }
    let own = present.map { inputs[$0]! }
    let runs = own.map(\.tape).runsOfOneForm { last, next in
      present[last] + 1 == present[next] && own[last].cell == own[next].cell && own[last].values == own[next].values
        && own[last].rows == own[next].rows
    }
    return runs.map { run in
      let first = own[run.lowerBound]
      return FunctionBlock(
        inputs: present[run.lowerBound]..<present[run.upperBound - 1] + 1,
        tape: Tape(sideBySide: own[run].map(\.tape)), cell: first.cell, values: first.values, rows: first.rows,
        weights: own[run].flatMap(\.weights), ranges: own[run].map(\.range))
    }
  }
}
