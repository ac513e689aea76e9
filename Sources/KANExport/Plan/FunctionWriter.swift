import KAN

/// Writes the functions of one input of a layer as a tape, with the operations of the engine in their order, and keeps
/// what belongs to each: its row of W.
struct FunctionWriter<Element: Scalar> {
  let builder: TapeBuilder
  let x: Term
  /// W of the input: [K × sums]
  private var weights: [[Double]]
  private let sums: Int
  private var cell: Term?
  private var values: [FunctionBlock.Value] = []
  private var rows: [[Double]] = []
  /// Where the functions are at home.
  private let range: ClosedRange<Double>?

  /// - Parameter range: where the functions are at home, if they are more than straight lines.
  init(weights: [[Double]], range: ClosedRange<Double>?) {
    self.range = range
    builder = TapeBuilder(isDouble: Element.self == Double.self)
    x = builder.input()
    self.weights = weights
    sums = weights.first?.count ?? 0
  }

  /// Functions of which as many as there are terms follow the cell's first one.
  ///
  /// - Parameter own: the rows of W, from the first cell's first one on; nil for zeros.
  mutating func add(_ terms: [Term], inCell cell: Term, own: [Int?]) {
    for (r, term) in terms.enumerated() {
      values.append(FunctionBlock.Value(value: term.value, place: .cell(rows.count + r)))
    }
    self.cell = cell
    rows += own.map { $0.map { weights[$0] } ?? [Double](repeating: 0, count: sums) }
  }

  /// A function that is the same everywhere.
  mutating func add(_ term: Term, own: Int) {
    values.append(FunctionBlock.Value(value: term.value, place: .row(rows.count)))
    rows.append(weights[own])
  }

  /// What follows counts its functions from another one of the layer's.
  mutating func skip(_ count: Int) { weights.removeFirst(count) }

  /// Nil if there are none.
  var functions: FunctionBlock.Functions? {
    if values.isEmpty { return nil }
    return FunctionBlock.Functions(
      tape: builder.tape, cell: cell?.value, values: values, rows: rows.count, weights: rows.flatMap { $0 },
      range: range)
  }
}

extension FunctionWriter {
  /// b(x) by the kernels.
  func base(_ base: BaseFunction) -> Term? {
    switch base {
    case .none: nil
    case .identity: x
    case .silu: x.apply(.silu)
    }
  }

  /// x·σ(x) in double precision.
  func siluInDouble() -> Term { x * (1 / (1 + (-x.inDouble).apply(.exp))).inReal }
}
