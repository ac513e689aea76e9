/// A column's values, (x - shift)·factor, at `most` evenly spaced rows at most, in ascending order; what is no number is
/// infinite.
@specialized(where Element == Float)
@specialized(where Element == Double)
package func sortedSample<Element: Scalar>(
  _ x: MatrixView<Element>, column: Int, most: Int, shift: Element = 0, factor: Element = 1
) -> [Element] {
  let count = min(x.rows, most)
  var sample: [Element] = []
  sample.reserveCapacity(count + 2)
  for index in 0..<count {
    let value = x.base[index * x.rows / count * x.stride + column]
    sample.append(value == value ? (value - shift) * factor : .infinity)
  }
  sample.sort()
  return sample
}

/// The different values of a sorted list.
@specialized(where Element == Float)
@specialized(where Element == Double)
func distinctValues<Element: Scalar>(_ sorted: [Element]) -> [Element] {
  var result: [Element] = []
  for value in sorted {
    if let last = result.last, !(last < value) { continue }
    result.append(value)
  }
  return result
}
