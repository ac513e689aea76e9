// The curves of a layer carried to another grid, and compared; an iteration for each input.

/// Numbers and cells for each worker of a loop, in one piece.
final class RefitMemory {
  let numbers: UnsafeMutablePointer<Double>
  let cells: UnsafeMutablePointer<Int32>

  init(numbers count: Int, cells cellCount: Int) {
    numbers = .allocate(capacity: max(1, count))
    cells = .allocate(capacity: max(1, cellCount))
  }

  deinit {
    numbers.deallocate()
    cells.deallocate()
  }
}

struct RefitLoop<Element: Scalar>: ParallelLoop {
  let transfer: CurveTransfer
  /// Base functions of an edge, 0 or 1: their rows of W are copied.
  let base: Int
  /// [rows × in]
  let sample: MatrixView<Element>?
  /// W: [in·K × out]
  let weights: MatrixView<Element>
  /// W′: [in·K′ × out]
  let to: MutableMatrixView<Element>
  private let memory: RefitMemory
  private let size: Int

  init(
    transfer: CurveTransfer, base: Int, sample: MatrixView<Element>?, weights: MatrixView<Element>,
    to: MutableMatrixView<Element>, workers: Int
  ) {
    self.transfer = transfer
    self.base = base
    self.sample = sample
    self.weights = weights
    self.to = to
    let functions = weights.rows / transfer.old.inputs + to.rows / transfer.old.inputs
    size = (transfer.scratchSize + functions * transfer.outputs + 7) / 8 * 8
    memory = RefitMemory(numbers: size * workers, cells: 2 * transfer.pointCapacity * workers)
  }

  func run(on pool: ThreadPool) { pool.run(transfer.old.inputs, work: 50 * to.rows * to.columns, self) }

  func iterate(_ input: Int, worker: Int) {
    let (k, outputs) = (weights.rows / transfer.old.inputs, transfer.outputs)
    let after = to.rows / transfer.old.inputs
    let from = memory.numbers + worker * size
    let result = from + k * outputs
    toDoubles(weights.base + input * k * outputs, from, (k - base) * outputs)
    transfer.carry(
      input: input, from, to: result, density: density(input), scratch: result + after * outputs,
      cells: memory.cells + 2 * worker * transfer.pointCapacity)
    let rows = to.base + input * after * outputs
    fromDoubles(result, rows, (after - base) * outputs)
    for index in 0..<base * outputs {
      rows[(after - base) * outputs + index] = weights.base[(input * k + k - base) * outputs + index]
    }
  }

  /// How dense the sample is in each new interval, relative to an even one; at least a twentieth, so that every interval
  /// has a say.
  private func density(_ input: Int) -> [Double]? {
    guard let sample, sample.rows > 0, !transfer.isNested else { return nil }
    let grid = transfer.new.grid
    let u = grid.knots.elements.pointer + input * grid.knots.columns
    let (first, last) = (grid.degree, grid.degree + grid.intervals)
    var counts = [Double](repeating: 0, count: grid.intervals)
    for row in 0..<sample.rows {
      let x = Double(sample[row, input])
      if x >= u[first] && x <= u[last] { counts[findSpan(knots: u, first: first, last: last, x) - first] += 1 }
    }
    let width = u[last] - u[first]
    return counts.indices.map { index in
      let share = (u[first + index + 1] - u[first + index]) / width
      return 0.05 + (share > 0 ? counts[index] / Double(sample.rows) / share : 0)
    }
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
func toDoubles<Element: Scalar>(_ from: UnsafePointer<Element>, _ to: UnsafeMutablePointer<Double>, _ count: Int) {
  for index in 0..<count { to[index] = Double(from[index]) }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
func fromDoubles<Element: Scalar>(_ from: UnsafePointer<Double>, _ to: UnsafeMutablePointer<Element>, _ count: Int) {
  for index in 0..<count { to[index] = Element(from[index]) }
}

/// The largest distance between the curves before and after.
struct DeviationLoop<Element: Scalar>: ParallelLoop {
  /// Rows of the sample that are looked at.
  private static var sampleRows: Int { 256 }
  let transfer: CurveTransfer
  let base: Int
  let sample: MatrixView<Element>?
  let before, after: MatrixView<Element>
  private let memory: RefitMemory
  private let size: Int
  private let points: Int
  /// One for each input.
  private let largest: UnsafeMutablePointer<Double>

  init(
    transfer: CurveTransfer, base: Int, sample: MatrixView<Element>?, before: MatrixView<Element>,
    after: MatrixView<Element>, workers: Int
  ) {
    self.transfer = transfer
    self.base = base
    self.sample = sample
    self.before = before
    self.after = after
    points = transfer.pointCapacity + min(sample?.rows ?? 0, Self.sampleRows)
    let functions = (before.rows + after.rows) / transfer.old.inputs
    size = (points * (2 + 2 * (transfer.new.grid.degree + 1)) + functions * transfer.outputs + 7) / 8 * 8
    memory = RefitMemory(numbers: size * workers + transfer.old.inputs, cells: 2 * points * workers)
    largest = memory.numbers + size * workers
  }

  func run(on pool: ThreadPool) -> Double {
    pool.run(transfer.old.inputs, work: 50 * after.rows * after.columns, self)
    var result = 0.0
    for input in 0..<transfer.old.inputs where !(largest[input] <= result) { result = largest[input] }
    return result
  }

  func iterate(_ input: Int, worker: Int) {
    let (k, outputs) = (transfer.new.grid.degree, transfer.outputs)
    let x = memory.numbers + worker * size
    var count = transfer.writePoints(input: input, x: x, weights: x + points, density: nil)
    if let sample, sample.rows > 0 {
      let rows = min(sample.rows, Self.sampleRows)
      for place in 0..<rows { x[count + place] = Double(sample[place * sample.rows / rows, input]) }
      count += rows
    }
    let (oldValues, newValues) = (x + 2 * points, x + (3 + k) * points)
    let oldCells = memory.cells + 2 * worker * points
    let newCells = oldCells + points
    transfer.writeOldFunctions(input: input, count: count, x, cells: oldCells, values: oldValues)
    withExtendedLifetime(transfer.new) {
      Double._splinePoints(transfer.new.parameters, input, count, x, 1, newCells, newValues)
    }
    let (oldRows, newRows) = (before.rows / transfer.old.inputs, after.rows / transfer.old.inputs)
    let old = x + (4 + 2 * k) * points
    let new = old + oldRows * outputs
    toDoubles(before.base + input * oldRows * outputs, old, oldRows * outputs)
    toDoubles(after.base + input * newRows * outputs, new, newRows * outputs)
    var result = 0.0
    for point in 0..<count {
      for output in 0..<outputs {
        var difference = 0.0
        for r in 0...k {
          difference +=
            oldValues[r * count + point] * old[(Int(oldCells[point]) + r) * outputs + output]
            - newValues[r * count + point] * new[(Int(newCells[point]) + r) * outputs + output]
        }
        if !(abs(difference) <= result) { result = abs(difference) }
      }
    }
    largest[input] = result
  }
}
