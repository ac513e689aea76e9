// Vector operations on arrays of the parameters' length, in parallel parts whose sums are added in order, so that
// results are bit-identical for any number of threads.

/// Inner products and sums of vectors of one length, without allocation.
struct VectorOperations<Element: Scalar> {
  let count: Int
  let pool: ThreadPool
  /// One sum for each part.
  private var sums: AlignedArray<Double>

  fileprivate static var part: Int { 8192 }
  private var parts: Int { (count + Self.part - 1) / Self.part }

  init(count: Int, pool: ThreadPool) {
    self.count = count
    self.pool = pool
    sums = AlignedArray(zeros: (count + Self.part - 1) / Self.part)
  }

  /// Σ a·b, in double precision.
  mutating func dot(_ a: AlignedArray<Element>, _ b: AlignedArray<Element>) -> Double {
    let sums = sums.mutablePointer()
    pool.run(parts, work: count, DotLoop(count: count, a: a.pointer, b: b.pointer, sums: sums))
    return UnsafeBufferPointer(start: sums, count: parts).reduce(0, +)
  }

  /// out = a + factor·b
  func add(
    _ a: UnsafePointer<Element>, _ factor: Double, _ b: UnsafePointer<Element>, to out: UnsafeMutablePointer<Element>
  ) {
    pool.run(parts, work: count, AddScaledLoop(count: count, a: a, factor: Element(factor), b: b, out: out))
  }
}

extension VectorOperations {
  /// x·factor, in place.
  func scale(_ x: UnsafeMutablePointer<Element>, by factor: Double) {
    pool.run(parts, work: count, ScaleLoop(count: count, x: x, factor: Element(factor)))
  }
}

private struct ScaleLoop<Element: Scalar>: ParallelLoop {
  let count: Int
  let x: UnsafeMutablePointer<Element>
  let factor: Element

  func iterate(_ index: Int, worker: Int) {
    let start = index * VectorOperations<Element>.part
    multiplyEach(min(VectorOperations<Element>.part, count - start), x + start, factor)
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func multiplyEach<Element: Scalar>(_ count: Int, _ x: UnsafeMutablePointer<Element>, _ factor: Element) {
  for index in 0..<count { x[index] *= factor }
}

private struct DotLoop<Element: Scalar>: ParallelLoop {
  let count: Int
  let a, b: UnsafePointer<Element>
  let sums: UnsafeMutablePointer<Double>

  func iterate(_ index: Int, worker: Int) {
    let start = index * VectorOperations<Element>.part
    sums[index] = Element.Kernels.dot(min(VectorOperations<Element>.part, count - start), a + start, b + start)
  }
}

private struct AddScaledLoop<Element: Scalar>: ParallelLoop {
  let count: Int
  let a: UnsafePointer<Element>
  let factor: Element
  let b: UnsafePointer<Element>
  let out: UnsafeMutablePointer<Element>

  func iterate(_ index: Int, worker: Int) {
    let start = index * VectorOperations<Element>.part
    Element.Kernels.addScaled(
      min(VectorOperations<Element>.part, count - start), a + start, factor, b + start, out + start)
  }
}
