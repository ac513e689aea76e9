import KAN
import KANLinearAlgebra

/// An input of a network as a column of its table, in the table's units.
struct InputColumn {
  let name: String
  /// The network's scaled input as a formula of the column, which is variable `index`.
  let expression: Expression
  /// The column's numbers from the network's inputs before scaling.
  let restore: @Sendable (Double) -> Double
  /// The network's inputs before scaling from the column's numbers.
  let encode: @Sendable (Double) -> Double
  /// The same from the network's scaled inputs; nil for a constant column.
  let restoreScaled: (@Sendable (Double) -> Double)?
  /// Whether the input holds codes of categories, which are no quantity.
  let isCode: Bool

  init(_ network: Network<Double>, index: Int) {
    let encoded = network.encoding?.inputs[index]
    let (shift, factor) = (network.inputScaling.shift[index], network.inputScaling.factor[index])
    let x = Expression.variable(index)
    name = encoded?.name ?? (network.names.inputs.isEmpty ? "x\(index)" : network.names.inputs[index])
    let inner: Expression
    let restore: @Sendable (Double) -> Double
    let encode: @Sendable (Double) -> Double
    switch encoded?.kind {
    case .number(let shift, let scale, _):
      inner = .product([.constant(scale), .sum([x, .constant(-shift)])])
      restore = { $0 / scale + shift }
      encode = { ($0 - shift) * scale }
      isCode = false
    case .magnitude(let center, let unit, _):
      // asinh u = log(u + √(u² + 1))
      let u = Expression.product([.constant(1 / unit), .sum([x, .constant(-center)])])
      inner = .apply(
        .log, .sum([u, .power(.sum([.power(u, .whole(2)), .whole(1)]), .exact(Exact(1, over: 2)))]))
      restore = { center + unit * Elementary.sinh($0) }
      encode = { Elementary.asinh(($0 - center) / unit) }
      isCode = false
    case .levels:
      (inner, restore, encode, isCode) = (x, { $0 }, { $0 }, true)
    default:
      (inner, restore, encode, isCode) = (x, { $0 }, { $0 }, false)
    }
    expression =
      factor == 0 ? .whole(0) : Expression.product([.constant(factor), .sum([inner, .constant(-shift)])])
    (self.restore, self.encode) = (restore, encode)
    let scaled: @Sendable (Double) -> Double = { restore($0 / factor + shift) }
    restoreScaled = factor == 0 ? nil : scaled
  }
}
