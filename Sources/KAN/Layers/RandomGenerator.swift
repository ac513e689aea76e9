/// A seeded source of random numbers, xoshiro256** (Blackman and Vigna 2018, arXiv 1805.01407), seeded by SplitMix64.
///
/// The same seed gives the same numbers on every machine.
public struct RandomGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter stream: selects one of many independent sequences for a seed, such as one per epoch.
  public init(seed: UInt64, stream: UInt64 = 0) {
    var counter = seed ^ (stream &* 0xD134_2543_DE82_EF95)
    func splitMix() -> UInt64 {
      counter &+= 0x9E37_79B9_7F4A_7C15
      var z = counter
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (splitMix(), splitMix(), splitMix(), splitMix())
  }

  public mutating func next() -> UInt64 {
    func rotate(_ x: UInt64, _ by: UInt64) -> UInt64 { (x << by) | (x >> (64 - by)) }
    let result = rotate(state.1 &* 5, 7) &* 9
    let t = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= t
    state.3 = rotate(state.3, 45)
    return result
  }

  /// Uniform on [0, 1), in steps of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// From the standard normal distribution, by the polar method of Marsaglia and Bray.
  public mutating func normal() -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0 && s < 1 { return u * (-2 * Elementary.log(s) / s).squareRoot() }
    }
  }

  /// The numbers 0 ..< count in random order (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }

  /// Shuffles an array in place.
  mutating func shuffle(_ order: inout [Int]) {
    guard order.count > 1 else { return }
    for last in stride(from: order.count - 1, to: 0, by: -1) {
      let (high, _) = next().multipliedFullWidth(by: UInt64(last + 1))
      order.swapAt(last, Int(high))
    }
  }
}
