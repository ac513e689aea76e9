import KAN

/// The scale of one axis, with round ticks.
struct Axis {
  let lowest, highest, length: Double
  /// (place, label) of each tick.
  private(set) var ticks: [(value: Double, label: String)] = []
  private let isLogarithmic: Bool

  /// - Parameters:
  ///   - values: what the axis has to show.
  ///   - padded: whether it ends at ticks.
  ///   - isLogarithmic: powers of ten at equal distances; values that are not positive are left out.
  init(covering values: [Double], length: Double, padded: Bool, isLogarithmic: Bool = false, ticks count: Int = 5) {
    let shown = values.compactMap { value -> Double? in
      guard value.isFinite else { return nil }
      return !isLogarithmic ? value : value > 0 ? Elementary.log(value) / Elementary.log(10) : nil
    }
    self.length = length
    self.isLogarithmic = isLogarithmic && !shown.isEmpty
    var low = shown.min() ?? 0
    var high = shown.max() ?? 1
    // A range of a few ulp has no ticks of its own.
    if !(high - low > 1e-12 * max(abs(low), abs(high))) {
      let room = low == 0 ? 0.5 : abs(low) / 2
      (low, high) = (low - room, high + room)
    }
    let step = Self.step(from: low, to: high, count: count, isWhole: isLogarithmic)
    if padded {
      (low, high) = ((low / step).rounded(.down) * step, (high / step).rounded(.up) * step)
    }
    (lowest, highest) = (low, high)
    let (first, last) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
    guard first <= last, last - first < 100 else { return }
    ticks = (0...Int(last - first)).map { place in
      let value = (first + Double(place)) * step
      return self.isLogarithmic
        ? (Elementary.pow(10, value), Self.powerOfTen(Int(value.rounded()))) : (value, Self.label(value, step: step))
    }
  }

  /// Ticks at given places, in place of round ones.
  init(covering values: [Double], length: Double, ticks: [(value: Double, label: String)]) {
    self.init(covering: values, length: length, padded: false)
    self.ticks = ticks.filter { $0.value >= lowest && $0.value <= highest }
  }

  /// Where a value is, from the start of the axis.
  func place(_ value: Double) -> Double {
    let value = isLogarithmic ? Elementary.log(max(value, .leastNonzeroMagnitude)) / Elementary.log(10) : value
    return (value - lowest) / (highest - lowest) * length
  }

  /// The smallest of 1, 2 and 5 times powers of ten that gives at most `count` intervals.
  private static func step(from low: Double, to high: Double, count: Int, isWhole: Bool) -> Double {
    let rough = high / Double(count) - low / Double(count)
    var power = 1.0
    while power > rough { power /= 10 }
    while power * 10 <= rough { power *= 10 }
    let candidates = [0.5, 1, 2, 5, 10].map { $0 * power }
    let step = candidates.first {
      ((high / $0) + 1e-9).rounded(.down) - ((low / $0) - 1e-9).rounded(.up) < Double(count)
    }
    return isWhole ? max(1, (step ?? 10 * power).rounded()) : step ?? 10 * power
  }

  /// A tick's label, with as many decimals as the step.
  private static func label(_ tick: Double, step: Double) -> String {
    if max(abs(tick), step) >= 1e6 || step < 1e-5 { return tick == 0 ? "0" : tick.text(digits: 3) }
    var decimals = 0
    var scaled = step
    while decimals < 12 && abs(scaled - scaled.rounded()) > 1e-6 * abs(scaled) {
      scaled *= 10
      decimals += 1
    }
    return fixed(tick, decimals: decimals)
  }

  private static func powerOfTen(_ exponent: Int) -> String {
    if (-3...4).contains(exponent) { return Elementary.pow(10, Double(exponent)).text(digits: 1) }
    return "1e\(exponent)"
  }
}
