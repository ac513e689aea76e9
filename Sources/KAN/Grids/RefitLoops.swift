// Transfer of a layer's curves to another grid and their comparison, one iteration for each input.

/// Numbers and cells for each worker of a loop, in one piece.
final class RefitMemory {
  private let allNumbers: UnsafeMutablePointer<Double>
  private let allCells: UnsafeMutablePointer<Int32>
  private let size, cellCount: Int

  /// - Parameters:
  ///   - size: numbers of a worker.
  ///   - cells: of a worker.
  init(numbers size: Int, cells: Int, workers: Int) {
    // Workers do not share a line of the cache.
    self.size = (size + 7) / 8 * 8
    cellCount = cells
    allNumbers = .allocate(capacity: max(1, self.size * workers))
    allCells = .allocate(capacity: max(1, cells * workers))
  }

  func numbers(_ worker: Int) -> UnsafeMutablePointer<Double> { allNumbers + worker * size }
  func cells(_ worker: Int) -> UnsafeMutablePointer<Int32> { allCells + worker * cellCount }

  deinit {
    allNumbers.deallocate()
    allCells.deallocate()
  }
}

/// The curves of a layer on two grids.
struct CurvePairs<Element: Scalar> {
  let transfer: CurveTransfer
  /// f, the fixed functions of an edge, whose rows of W are copied.
  let fixed: Int
  /// [rows × in]
  let sample: MatrixView<Element>?
  /// W: [in·K × out]
  let before: MatrixView<Element>

  var inputs: Int { transfer.old.inputs }
  var outputs: Int { transfer.outputs }
  /// K
  var functions: Int { before.rows / inputs }
}

struct RefitLoop<Element: Scalar>: ParallelLoop {
  let curves: CurvePairs<Element>
  /// W′: [in·K′ × out]
  let to: MutableMatrixView<Element>
  private let memory: RefitMemory

  init(_ curves: CurvePairs<Element>, to: MutableMatrixView<Element>, workers: Int) {
    self.curves = curves
    self.to = to
    let functions = curves.functions + to.rows / curves.inputs
    memory = RefitMemory(
      numbers: curves.transfer.scratchSize + functions * curves.outputs + 2 * (curves.sample?.rows ?? 0),
      cells: 2 * curves.transfer.capacity, workers: workers)
  }

  func run(on pool: ThreadPool) { pool.run(curves.inputs, work: 50 * to.rows * to.columns, self) }

  func iterate(_ input: Int, worker: Int) {
    let (k, outputs, fixed, weights) = (curves.functions, curves.outputs, curves.fixed, curves.before)
    let after = to.rows / curves.inputs
    let from = memory.numbers(worker)
    let result = from + k * outputs
    toDoubles(weights.base + input * k * outputs, from, (k - fixed) * outputs)
    let scratch = result + after * outputs
    curves.transfer.carry(
      input: input, from, to: result, values: values(input, in: scratch + curves.transfer.scratchSize),
      scratch: scratch, cells: memory.cells(worker))
    let rows = to.base + input * after * outputs
    fromDoubles(result, rows, (after - fixed) * outputs)
    for index in 0..<fixed * outputs {
      rows[(after - fixed) * outputs + index] = weights.base[(input * k + k - fixed) * outputs + index]
    }
  }

  /// The values of an input in the sample; none where the transfer is exact without.
  private func values(_ input: Int, in memory: UnsafeMutablePointer<Double>) -> WeightedValues {
    guard let sample = curves.sample, !curves.transfer.isExact else { return WeightedValues() }
    for row in 0..<sample.rows { memory[row] = Double(sample[row, input]) }
    return WeightedValues(
      of: UnsafeMutableBufferPointer(start: memory, count: sample.rows), shares: memory + sample.rows)
  }
}

/// Different values in rising order, each with its share of all: [count]
struct WeightedValues {
  private(set) var count = 0
  let x, shares: UnsafeMutablePointer<Double>

  /// No values.
  init() {
    x = UnsafeMutablePointer(bitPattern: MemoryLayout<Double>.alignment)!
    shares = x
  }

  /// Sorts values in place, where the different ones stay at the front.
  init(of values: UnsafeMutableBufferPointer<Double>, shares: UnsafeMutablePointer<Double>) {
    var values = values
    values.sort()
    self.shares = shares
    x = values.baseAddress ?? shares
    let share = 1 / Double(values.count)
    for value in values {
      if count > 0 && x[count - 1] == value {
        shares[count - 1] += share
      } else {
        (x[count], shares[count]) = (value, share)
        count += 1
      }
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
  /// Rows of the sample that are compared.
  private static var sampleRows: Int { 256 }
  let curves: CurvePairs<Element>
  /// W′: [in·K′ × out]
  let after: MatrixView<Element>
  private let memory: RefitMemory
  private let points: Int
  /// One for each input.
  private let largest: RefitMemory

  init(_ curves: CurvePairs<Element>, after: MatrixView<Element>, workers: Int) {
    self.curves = curves
    self.after = after
    points = curves.transfer.pointCapacity + min(curves.sample?.rows ?? 0, Self.sampleRows)
    let functions = curves.functions + after.rows / curves.inputs
    memory = RefitMemory(
      numbers: curves.transfer.pointMemory(points) + functions * curves.outputs, cells: 2 * points, workers: workers)
    largest = RefitMemory(numbers: curves.inputs, cells: 0, workers: 1)
  }

  func run(on pool: ThreadPool) -> Double {
    pool.run(curves.inputs, work: 50 * after.rows * after.columns, self)
    let largest = largest.numbers(0)
    var result = 0.0
    for input in 0..<curves.inputs where !(largest[input] <= result) { result = largest[input] }
    return result
  }

  func iterate(_ input: Int, worker: Int) {
    let (transfer, before) = (curves.transfer, curves.before)
    let (local, outputs) = (transfer.localFunctions, transfer.outputs)
    let x = memory.numbers(worker)
    var count = transfer.writePoints(input: input, x: x, weights: x + points)
    if let sample = curves.sample, sample.rows > 0 {
      let rows = min(sample.rows, Self.sampleRows)
      for place in 0..<rows { x[count + place] = Double(sample[place * sample.rows / rows, input]) }
      count += rows
    }
    let oldValues = x + 2 * points
    let newValues = oldValues + (transfer.pointMemory(points) - 2 * points) / 2
    let oldCells = memory.cells(worker)
    let newCells = oldCells + points
    transfer.writeOldFunctions(input: input, count: count, x, cells: oldCells, values: oldValues)
    transfer.writeNewFunctions(input: input, count: count, x, cells: newCells, values: newValues)
    let (oldRows, newRows) = (curves.functions, after.rows / curves.inputs)
    let old = x + transfer.pointMemory(points)
    let new = old + oldRows * outputs
    toDoubles(before.base + input * oldRows * outputs, old, oldRows * outputs)
    toDoubles(after.base + input * newRows * outputs, new, newRows * outputs)
    var result = 0.0
    for point in 0..<count {
      for output in 0..<outputs {
        var difference = 0.0
        for r in 0..<local {
          difference +=
            oldValues[r * count + point] * old[(Int(oldCells[point]) + r) * outputs + output]
            - newValues[r * count + point] * new[(Int(newCells[point]) + r) * outputs + output]
        }
        if !(abs(difference) <= result) { result = abs(difference) }
      }
    }
    largest.numbers(0)[input] = result
  }
}
