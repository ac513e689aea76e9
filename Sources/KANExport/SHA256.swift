/// The SHA-256 digest (FIPS 180-4) of bytes in hexadecimal digits, as `sha256sum` prints it.
public func sha256(_ bytes: [UInt8]) -> String {
  var state: [UInt32] = SHA256Constants.start
  var padded = bytes + [0x80]
  padded += [UInt8](repeating: 0, count: (120 - padded.count % 64) % 64)
  let bits = UInt64(bytes.count) * 8
  for shift in stride(from: 56, through: 0, by: -8) { padded.append(UInt8(truncatingIfNeeded: bits >> shift)) }
  var w = [UInt32](repeating: 0, count: 64)
  for start in stride(from: 0, to: padded.count, by: 64) {
    for t in 0..<16 {
      w[t] = (0..<4).reduce(0) { $0 << 8 | UInt32(padded[start + 4 * t + $1]) }
    }
    for t in 16..<64 {
      let s0 = rotated(w[t - 15], 7) ^ rotated(w[t - 15], 18) ^ (w[t - 15] >> 3)
      let s1 = rotated(w[t - 2], 17) ^ rotated(w[t - 2], 19) ^ (w[t - 2] >> 10)
      w[t] = w[t - 16] &+ s0 &+ w[t - 7] &+ s1
    }
    compress(w, into: &state)
  }
  return state.map { word in
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }.joined()
}

private func compress(_ w: [UInt32], into state: inout [UInt32]) {
  var (a, b, c, d) = (state[0], state[1], state[2], state[3])
  var (e, f, g, h) = (state[4], state[5], state[6], state[7])
  for t in 0..<64 {
    let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
    let choice = (e & f) ^ (~e & g)
    let first = h &+ s1 &+ choice &+ SHA256Constants.rounds[t] &+ w[t]
    let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
    let second = s0 &+ ((a & b) ^ (a & c) ^ (b & c))
    (h, g, f, e) = (g, f, e, d &+ first)
    (d, c, b, a) = (c, b, a, first &+ second)
  }
  for (place, value) in [a, b, c, d, e, f, g, h].enumerated() { state[place] &+= value }
}

private func rotated(_ x: UInt32, _ count: UInt32) -> UInt32 { x >> count | x << (32 - count) }

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes, and of the cube roots of the first
/// 64, as the standard defines them.
private enum SHA256Constants {
  static let start = primes.prefix(8).map { fraction(of: $0, power: 2) }
  static let rounds = primes.map { fraction(of: $0, power: 3) }

  private static let primes: [UInt64] = {
    var result: [UInt64] = []
    var number: UInt64 = 2
    while result.count < 64 {
      if result.allSatisfy({ number % $0 != 0 }) { result.append(number) }
      number += 1
    }
    return result
  }()

  /// 2³²·p^(1/power), rounded down, without its whole part: the largest x with x^power ≤ p·2^(32·power).
  private static func fraction(of prime: UInt64, power: Int) -> UInt32 {
    let target = UInt128(prime) << (32 * power)
    var (low, high): (UInt128, UInt128) = (0, 1 << 37)
    while high - low > 1 {
      let middle = (low + high) / 2
      // Below 2^111, so that nothing overflows.
      let value = power == 2 ? middle * middle : middle * middle * middle
      if value <= target { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}
