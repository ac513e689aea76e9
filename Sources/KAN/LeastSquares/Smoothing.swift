/// How a least-squares fit is smoothed by its basis's penalties (``Basis/penalties(ofInput:)``).
public enum Smoothing: Sendable, Equatable {
  /// A strength for each input and penalty, chosen from the data by restricted maximum likelihood. Data without noise
  /// pulls it to 0, noise raises it.
  case auto
  /// The same strength λ for all penalties, in units of the mean Σ f² of a function over the rows, each less its mean.
  /// Traps unless it is finite and not negative.
  case fixed(Double)
  /// No penalty: the solution of smallest norm, which may go anywhere between the rows and beyond them.
  case none
}
