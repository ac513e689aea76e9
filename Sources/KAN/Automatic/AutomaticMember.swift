/// One kind of member of a mixture: its networks by fold and start, and what they answer to rows that they did not learn.
struct AutomaticMember<Element: Scalar> {
  var name: String
  var networks: [Network<Element>]
  /// Whether the networks learned what the additive fit leaves.
  var isResidual = false
  /// Units of the hidden layer; 0 without one.
  var hidden = 0
  var weightDecay = 0.0
  /// The last layer's outputs: [judged rows × out]
  var outputs: Matrix<Element>
  /// The variance of networks that differ in their start alone, in units of the outputs; 0 with one start.
  var variance = 0.0
}
