import Synchronization

/// Reads rows from all over a source to one after another, inputs and targets scaled, weights over their mean: a batch.
struct BatchGather<Element: Scalar>: ParallelLoop {
  /// Rows of an iteration, which stay in cache while they are scaled.
  static var chunk: Int { 64 }
  let rows: UnsafeBufferPointer<Int>
  let source: TrainingRows<Element>
  let inputScaling: Scaling<Element>
  let targetScaling: Scaling<Element>
  /// Inputs have no gaps between rows.
  let to: RowBatch<Element>
  /// Where an error is noted.
  let failure: FirstFailure

  var count: Int { (rows.count + Self.chunk - 1) / Self.chunk }

  /// Reads all rows and returns when they are there.
  func run(on pool: ThreadPool) { pool.run(count, work: rows.count * source.inputColumns, self) }

  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func iterate(_ index: Int, worker: Int) {
    let places = index * Self.chunk..<min((index + 1) * Self.chunk, rows.count)
    let part = to.slice(places.lowerBound, rows: places.count)
    let rows = UnsafeBufferPointer(rebasing: rows[places])
    if let memory = source.memory {
      copy(memory, rows, to: part)
      if let weights = memory.weights, let to = part.weights {
        gatherWeights(rows, of: weights.pointer, mean: source.meanWeight, to: to)
      }
    } else {
      do throws(RowSourceError) {
        try source.source.read(rows, into: part)
        if let classes = part.classes { try source.targetShape.check(classes, rows) }
      } catch {
        return failure.note(error, index)
      }
      scale(part.inputs, inputScaling)
      scale(part.values, targetScaling)
      if let weights = part.weights { divide(weights, rows.count, by: source.meanWeight) }
    }
  }

  private func scale(_ values: MutableMatrixView<Element>?, _ scaling: Scaling<Element>) {
    guard let values else { return }
    Element.Kernels.scaleColumns(
      values.rows, values.columns, UnsafePointer(values.base), scaling.shift.pointer, scaling.factor.pointer,
      values.base)
  }

  /// Rows in memory are scaled on their way, without a copy in between.
  private func copy(_ data: Dataset<Element>, _ rows: UnsafeBufferPointer<Int>, to part: RowBatch<Element>) {
    if let to = part.inputs { scale(data.inputs.view, rows, inputScaling, to) }
    switch data.targets {
    case .values(let matrix):
      if let to = part.values { scale(matrix.view, rows, targetScaling, to) }
    case .classes(let labels, _):
      if let to = part.classes { for place in 0..<rows.count { to[place] = labels[rows[place]] } }
    }
  }

  private func scale(
    _ matrix: MatrixView<Element>, _ rows: UnsafeBufferPointer<Int>, _ scaling: Scaling<Element>,
    _ to: MutableMatrixView<Element>
  ) {
    for place in 0..<rows.count {
      Element.Kernels.scaleColumns(
        1, matrix.columns, matrix.base + rows[place] * matrix.stride, scaling.shift.pointer, scaling.factor.pointer,
        to.base + place * to.stride)
    }
  }
}

/// Weights over their mean, in place.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func divide<Element: Scalar>(_ weights: UnsafeMutablePointer<Element>, _ count: Int, by mean: Double) {
  // Weights that are all 0 stay 0.
  for place in 0..<count { weights[place] = mean > 0 ? Element(Double(weights[place]) / mean) : 0 }
}

/// The same from all over a data set.
@specialized(where Element == Float)
@specialized(where Element == Double)
private func gatherWeights<Element: Scalar>(
  _ rows: UnsafeBufferPointer<Int>, of weights: UnsafePointer<Element>, mean: Double,
  to: UnsafeMutablePointer<Element>
) {
  for place in 0..<rows.count { to[place] = mean > 0 ? Element(Double(weights[rows[place]]) / mean) : 0 }
}

/// The error of the first of the iterations of a loop that fail, whichever thread meets it first.
final class FirstFailure: Sendable {
  private let noted = Mutex<(error: RowSourceError, index: Int)?>(nil)

  func note(_ error: RowSourceError, _ index: Int) {
    noted.withLock { noted in
      if noted.map({ index < $0.index }) ?? true { noted = (error, index) }
    }
  }

  var error: RowSourceError? { noted.withLock { $0?.error } }
}
