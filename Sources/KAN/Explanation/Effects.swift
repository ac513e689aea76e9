/// What a network's output makes of each input by itself, of pairs of inputs, and of more together, on some rows.
///
///     f(x) = mean + Σ gᵢ(xᵢ) + Σ gᵢⱼ(xᵢ, xⱼ) + rest
///
/// The additive part g is the network itself if it has one layer, and else the additive function nearest to it on the
/// rows, by penalised least squares (functional ANOVA on the data: Hooker 2007, Journal of Computational and Graphical
/// Statistics 16). Shares are of the variance of f over the rows:
///
///     additive = 1 - Var(f - g)/Var(f)        share i = additive·Var(gᵢ)/Σ Var(gⱼ)
///     share ij = what gᵢⱼ takes from the variance that those before it leave, over Var(f)
///     rest     = 1 - additive - Σ share ij
///
/// None is negative, and together they are 1. Where inputs depend on each other, effects share what they explain
/// together in the way that least squares gives it to them.
public struct Effects: Sendable, Equatable {
  /// The target, or the class, and in which units effects are: those of ``Contributions``.
  public let output: String
  /// The mean of f over the rows.
  public let mean: Double
  /// One for each input.
  public let inputs: [Effect]
  /// The share of the additive part.
  public let additive: Double
  /// From the largest share down; none for an additive network.
  public let interactions: [Interaction]
  /// What neither single inputs nor these pairs explain.
  public let rest: Double
}

/// The effect of one input: how far it moves the output from the mean.
public struct Effect: Sendable, Equatable {
  /// The input's name.
  public let name: String
  /// The table's column that it is made of.
  public let column: String
  /// Values of the input, in the units of the table's column where it has some: [points]
  public let points: [Double]
  /// Names of the points, if they are levels of a text or the like: [points]
  public let labels: [String]?
  /// gᵢ, less its mean over the rows: [points]
  public let values: [Double]
  /// Two standard errors below (``Network/edgeBand(input:output:at:units:)``): [points]; nil where they are not known.
  public let low: [Double]?
  /// Two standard errors above: [points]
  public let high: [Double]?
  /// Its share of the variance.
  public let share: Double
}

/// The effect of two inputs together beyond their single ones.
public struct Interaction: Sendable, Equatable {
  /// The first input, from 0.
  public let first: Int
  /// The second input, from 0.
  public let second: Int
  /// Their names.
  public let names: [String]
  /// Values of the first and the second input at which ``values`` are, as in ``Effect``; linear between them.
  public let points: [[Double]]
  /// Names of the points, if they are levels.
  public let labels: [[String]?]
  /// gᵢⱼ: [points of the first × points of the second]
  public let values: Matrix<Double>
  /// Its share of the variance.
  public let share: Double
}

extension TableEncoding.Input {
  /// What the input's value is in the column.
  func decoded(_ x: Double) -> Double {
    switch kind {
    case .number(let shift, let scale, _): x / scale + shift
    case .magnitude(let center, let unit, _): center + unit * (Elementary.exp(x) - Elementary.exp(-x)) / 2
    case .gap, .flag, .levels, .level, .time: x
    }
  }

  /// The name of a code, if the input is one of names.
  func label(_ code: Int) -> String? {
    switch kind {
    case .levels(let levels, _): code == 0 ? "other" : code <= levels.count ? levels[code - 1] : "missing"
    case .gap, .flag, .level: code == 0 ? "no" : "yes"
    case .number, .magnitude, .time: nil
    }
  }
}
