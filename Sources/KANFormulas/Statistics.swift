/// √(Σ x²/n), without squares beyond the range of numbers.
func rootMeanSquare(_ values: [Double]) -> Double {
  let largest = values.reduce(0) { max($0, abs($1)) }
  guard largest > 0, largest.isFinite, values.allSatisfy({ !$0.isNaN }) else {
    return values.allSatisfy { $0 == 0 } ? 0 : .infinity
  }
  let sum = values.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }
  return (sum / Double(values.count)).squareRoot() * largest
}

/// x²
func squared(_ x: Double) -> Double { x * x }

/// Values at even steps through the sorted list: those in the middle of `count` equal parts.
func evenQuantiles(of sorted: [Double], count: Int) -> [Double] {
  (0..<count).map { sorted[min(sorted.count - 1, ($0 * 2 + 1) * sorted.count / (2 * count))] }
}
