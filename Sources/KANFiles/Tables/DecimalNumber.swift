/// 10⁰ … 10²², all exact in binary64.
private let exactPowersOfTen: [Double] = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
  1e20, 1e21, 1e22,
]

/// 10⁰ … 10¹⁹, all below 2⁶⁴.
private let integerPowersOfTen: [UInt64] = [
  1, 10, 100, 1000, 10000, 100000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
  100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
  10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]

/// The decimal number that starts at `start`, correctly rounded, and the position after it.
///
/// Syntax: optional sign, decimal digits with an optional `mark` (one digit at least), optional exponent. The value is
/// infinite if it overflows; nil if there is no number.
@inline(__always)
func scanDecimal(
  _ text: borrowing Span<UInt8>, from start: Int, mark: UInt8 = 0x2E
) -> (value: Double, end: Int)? {
  let count = text.count
  var index = start
  var isNegative = false
  if index < count, text[index] == 0x2D || text[index] == 0x2B {
    isNegative = text[index] == 0x2D
    index &+= 1
  }
  var mantissa: UInt64 = 0
  let integerStart = index
  while index < count, text[index] == 0x30 { index &+= 1 }
  let significantStart = index
  while index < count, text[index] &- 0x30 < 10 {
    mantissa = mantissa &* 10 &+ UInt64(text[index] &- 0x30)
    index &+= 1
  }
  var significantDigits = index - significantStart
  var digits = index - integerStart
  var exponent = 0
  if index < count, text[index] == mark {
    index &+= 1
    let fractionStart = index
    if significantDigits == 0 {
      while index < count, text[index] == 0x30 { index &+= 1 }
    }
    let fractionSignificantStart = index
    while index < count, text[index] &- 0x30 < 10 {
      mantissa = mantissa &* 10 &+ UInt64(text[index] &- 0x30)
      index &+= 1
    }
    significantDigits += index - fractionSignificantStart
    digits += index - fractionStart
    exponent = fractionStart - index
  }
  guard digits > 0 else { return nil }
  if index < count, text[index] | 0x20 == 0x65 {
    guard let written = scanExponent(text, from: index + 1) else { return nil }
    exponent += written.value
    index = written.end
  }
  // With more than 19 significant digits the mantissa may have wrapped around.
  if significantDigits <= 19 {
    if mantissa < 1 << 53, exponent >= -22, exponent <= 22 {
      let exact = Double(mantissa)
      let value = exponent < 0 ? exact / exactPowersOfTen[-exponent] : exact * exactPowersOfTen[exponent]
      return (isNegative ? -value : value, index)
    }
    if mantissa == 0 { return (isNegative ? -0.0 : 0.0, index) }
    if exponent >= -19, exponent <= 19 {
      let value = scaled(mantissa, byPowerOfTen: exponent)
      return (isNegative ? -value : value, index)
    }
  }
  return (convertDigits(text, start, index, mark), index)
}

/// The exponent after the letter e, cut off at ±10¹⁵, and the position after it; nil if there are no digits.
@inline(__always)
private func scanExponent(_ text: borrowing Span<UInt8>, from start: Int) -> (value: Int, end: Int)? {
  var index = start
  var isNegative = false
  if index < text.count, text[index] == 0x2D || text[index] == 0x2B {
    isNegative = text[index] == 0x2D
    index += 1
  }
  let digitsStart = index
  var value = 0
  while index < text.count, text[index] &- 0x30 < 10 {
    if value < 100_000_000_000_000 { value = value * 10 + Int(text[index] &- 0x30) }
    index += 1
  }
  return index == digitsStart ? nil : (isNegative ? -value : value, index)
}

/// `mantissa` · 10^`exponent`, correctly rounded, for a positive mantissa and −19 ≤ exponent ≤ 19.
///
/// A 128-bit product or quotient holds every bit that decides the rounding.
@inline(never)
func scaled(_ mantissa: UInt64, byPowerOfTen exponent: Int) -> Double {
  let shift = mantissa.leadingZeroBitCount
  let normal = mantissa << UInt64(shift)
  let power = integerPowersOfTen[abs(exponent)]
  let powerShift = power.leadingZeroBitCount
  let normalPower = power << UInt64(powerShift)
  let leading: UInt64
  let isInexact: Bool
  let binaryExponent: Int
  if exponent < 0 {
    // normal · 2⁶³ / normalPower lies between 2⁶² and 2⁶⁴.
    let (quotient, remainder) = normalPower.dividingFullWidth((normal >> 1, normal << 63))
    leading = quotient
    isInexact = remainder != 0
    binaryExponent = powerShift - shift - 63
  } else {
    let (high, low) = normal.multipliedFullWidth(by: normalPower)
    leading = high
    isInexact = low != 0
    binaryExponent = 64 - shift - powerShift
  }
  // Round to 53 bits, ties to even.
  let excess = UInt64(11 - leading.leadingZeroBitCount)
  var significand = leading >> excess
  let rest = leading & ((1 << excess) - 1)
  let half: UInt64 = 1 << (excess - 1)
  if rest > half || (rest == half && (isInexact || significand & 1 == 1)) { significand += 1 }
  return Double(significand) * Double(sign: .plus, exponent: binaryExponent + Int(excess), significand: 1)
}

/// Converts the checked number text from `start` to `end` with the standard library's correctly rounded conversion.
@inline(never)
private func convertDigits(_ text: borrowing Span<UInt8>, _ start: Int, _ end: Int, _ mark: UInt8) -> Double {
  let number = text.extracting(start..<end).withUnsafeBufferPointer { digits in
    String(decoding: digits.map { $0 == mark ? 0x2E : $0 }, as: UTF8.self)
  }
  return Double(number) ?? .infinity
}
