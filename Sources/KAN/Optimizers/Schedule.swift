/// The learning rate over the steps of a training.
public enum Schedule: String, Sendable, CaseIterable, Codable {
  /// The same at every step.
  case constant
  /// rate·(1 + cos πs)/2 with s from 0 to 1 (Loshchilov and Hutter 2017, arXiv 1608.03983).
  case cosine
  /// From rate/25 up to the rate in the first 30 % of the steps and down to rate/250,000 in the rest, along cosines
  /// (Smith and Topin 2018, arXiv 1708.07120).
  case oneCycle = "one-cycle"

  /// The rate of a step, 0 ..< steps.
  public func rate(_ learningRate: Double, step: Int, of steps: Int) -> Double {
    /// From a to b along half a cosine, s from 0 to 1.
    func along(_ a: Double, _ b: Double, _ s: Double) -> Double {
      b + (a - b) * (1 + Elementary.cos(.pi * s)) / 2
    }
    switch self {
    case .constant:
      return learningRate
    case .cosine:
      return along(learningRate, 0, Double(step) / Double(max(1, steps)))
    case .oneCycle:
      let top = max(1, 0.3 * Double(steps) - 1)
      let last = max(top + 1, Double(steps - 1))
      let place = Double(step)
      return place <= top
        ? along(learningRate / 25, learningRate, place / top)
        : along(learningRate, learningRate / 250_000, min(1, (place - top) / (last - top)))
    }
  }
}
