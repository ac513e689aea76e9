/// The limits of a checkup, each with its reason.
enum CheckupLimits {
  /// PSI beyond which a column is distributed otherwise, and beyond which it is worth a note: the rule of credit scoring
  /// (Siddiqi 2006).
  static let drift = 0.25
  static let someDrift = 0.1
  /// The probability that chance alone makes any column of a model drift.
  static let driftLevel = 1e-3
  /// A share of rows outside, empty or unknown that makes predictions as a whole doubtful. ``Warnings`` has the same for
  /// values beyond the range of training.
  static let share = 0.05
  /// A share worth a note.
  static let someShare = 0.01
  /// An edge varies by less than this times the largest into the same sum: below the digits of single precision that a
  /// sum of a few dozen edges keeps. Nodes compare with the largest of their layer.
  static let dead = 1e-6
  /// 1/√ε of double precision. A refit solves normal equations, whose condition is the square: beyond this, no digit of
  /// some combination of coefficients comes from the rows.
  static let condition = 1 / Double.ulpOfOne.squareRoot()
  /// Rows that condition numbers are taken from; more hardly change them.
  static let conditionRows = 1000
  /// Inputs of a layer, evenly spaced, of which condition numbers are taken: a millisecond each.
  static let conditionInputs = 1024
  /// A loss of this many times that of the training is much worse. A test's loss of good models is up to half as large
  /// again as the training's.
  static let lossFactor = 2.0
  /// Standard errors that a difference of losses has to exceed, with a chance of one in a thousand.
  static let standardErrors = 3.0
  /// With so much explained, a loss of a multiple of a tiny one is no cause for concern.
  static let goodFit = 0.99
  /// Below this many rows, edges that do not vary and functions without rows mean nothing.
  static let fewRows = 20
}
