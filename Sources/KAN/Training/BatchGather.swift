/// Gathers a batch: scaled rows from random places of a data set, with their targets and weights.
struct BatchGather<Element: Scalar>: ParallelLoop {
  static var chunk: Int { 64 }
  let rows: UnsafeBufferPointer<Int>
  let inputs: MatrixView<Element>
  let inputScaling: Scaling<Element>
  let to: MutableMatrixView<Element>  // [rows × in]
  let targets: Targets<Element>
  let targetScaling: Scaling<Element>
  /// [rows × out] for values, [rows] for classes
  let targetValues: UnsafeMutablePointer<Element>
  let targetClasses: UnsafeMutablePointer<Int32>
  /// Weights of the data set's rows, if any, and those of the batch, relative to their mean: [rows]
  let weights: AlignedArray<Element>?
  let meanWeight: Double
  let rowWeights: UnsafeMutablePointer<Element>

  var count: Int { (rows.count + Self.chunk - 1) / Self.chunk }

  func iterate(_ index: Int, worker: Int) {
    let places = index * Self.chunk..<min((index + 1) * Self.chunk, rows.count)
    scale(inputs, places, inputScaling, to.base, stride: to.stride)
    switch targets {
    case .values(let matrix): scale(matrix.view, places, targetScaling, targetValues, stride: matrix.columns)
    case .classes(let labels, _):
      for place in places { targetClasses[place] = labels[rows[place]] }
    }
    if let weights { gatherWeights(rows, places, of: weights.pointer, mean: meanWeight, to: rowWeights) }
  }

  private func scale(
    _ source: MatrixView<Element>, _ places: Range<Int>, _ scaling: Scaling<Element>,
    _ to: UnsafeMutablePointer<Element>, stride: Int
  ) {
    for place in places {
      Element._scaleColumns(
        1, source.columns, source.base + rows[place] * source.stride, scaling.shift.pointer, scaling.factor.pointer,
        to + place * stride)
    }
  }
}

/// Gathers weights, relative to their mean.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func gatherWeights<Element: Scalar>(
  _ rows: UnsafeBufferPointer<Int>, _ places: Range<Int>, of weights: UnsafePointer<Element>, mean: Double,
  to: UnsafeMutablePointer<Element>
) {
  for place in places { to[place] = Element(Double(weights[rows[place]]) / mean) }
}
