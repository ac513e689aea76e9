/// The parameters that ``TrainingOptions/updating`` excludes from training.
///
/// Moments of earlier steps and weight decay move parameters even if their gradient is 0. So the gradient is cleared
/// and the parameters are restored after each step, bit for bit.
struct FrozenParameters<Element: Scalar> {
  /// Rising and non-empty.
  let ranges: [Range<Int>]
  /// A copy of all parameters.
  private let kept: AlignedArray<Element>

  /// - Throws: ``TrainingError/noSupport`` if nothing is left to change.
  init(_ network: Network<Element>, on data: TrainingRows<Element>, pool: ThreadPool) throws(TrainingError) {
    let support: SupportMap
    do { support = try SupportMap(of: network, on: data, pool: pool) } catch { throw .rowSource(error) }
    if support.isEmpty { throw .noSupport }
    var ranges: [Range<Int>] = []
    func freeze(_ range: Range<Int>) {
      if let last = ranges.last, last.upperBound == range.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
      } else {
        ranges.append(range)
      }
    }
    for (index, layer) in network.layers.enumerated() {
      let start = network.parameterOffset(ofLayer: index)
      for (row, isMet) in support.functions[index].enumerated() where !isMet {
        freeze(start + row * layer.sums..<start + (row + 1) * layer.sums)
      }
      freeze(start + layer.weightCount..<start + layer.parameterCount)
    }
    self.ranges = ranges
    kept = network.parameters
  }

  func clear(_ gradient: UnsafeMutablePointer<Element>) {
    for range in ranges { (gradient + range.lowerBound).update(repeating: 0, count: range.count) }
  }

  func restore(_ parameters: UnsafeMutablePointer<Element>) {
    for range in ranges {
      (parameters + range.lowerBound).update(from: kept.pointer + range.lowerBound, count: range.count)
    }
  }
}
