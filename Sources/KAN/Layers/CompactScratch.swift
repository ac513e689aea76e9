extension CompactShape {
  /// Traps unless the functions of every cell are among the K.
  init<Element: Scalar>(_ basis: some CompactBasis<Element>) {
    let (n, fixed, cells) = (basis.nonZeroFunctions, basis.fixedFunctions, basis.cells)
    require(
      (0...1).contains(fixed) && n > fixed && cells > 0 && cells + n - 1 <= basis.functions,
      "\(type(of: basis)): \(n) functions of \(basis.functions) in \(cells) cells, \(fixed) of them fixed")
    self.init(functions: n, fixed: fixed, stored: basis.functions, cells: cells, sumsToOne: basis.sumsToOne)
  }
}

/// The scratch of one worker for the products of a compact basis: the evaluation of one block of inputs at the rows of a
/// tile, and behind it what the contractions need.
struct CompactScratch<Element: Scalar> {
  /// Inputs of a block, by contract with the kernels.
  static var blockInputs: Int { 8 }
  /// Inputs of a row that goes alone, which stand one behind another.
  static var rowInputs: Int { 64 }
  /// From here on rows go together: a vector runs over them, and no longer over inputs.
  static var fewRows: Int { 4 }

  let shape: CompactShape
  let base: UnsafeMutablePointer<Element>
  /// From a function to the next. Vectors are written and read whole, and no power of two stands between rows, which would
  /// compete for the same lines of the cache.
  let stride: Int

  init(_ shape: CompactShape, rows: Int, at base: UnsafeMutablePointer<Element>) {
    self.shape = shape
    self.base = base
    stride = Self.stride(rows)
  }

  private static func stride(_ rows: Int) -> Int { (rows + 15) / 16 * 16 + 16 }

  /// Elements of scratch for tiles of so many rows, or fewer.
  static func elements(_ shape: CompactShape, rows: Int) -> Int {
    blockInputs * (1 + 2 * shape.functions) * stride(rows) + Element._contractionScratch(rows)
  }

  private var size: Int { Self.blockInputs * shape.functions * stride }
  private var cells: UnsafeMutablePointer<Int32> {
    // No cell is wider than an element, and this memory holds nothing else.
    UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int32.self)
  }
  private var values: UnsafeMutablePointer<Element> { base + Self.blockInputs * stride }

  /// Behind the evaluation, for the contractions.
  var contraction: UnsafeMutablePointer<Element> { values + 2 * size }

  /// Where up to 8 inputs at the rows of a tile go.
  var block: PointEvaluation<Element> {
    PointEvaluation(
      cells: cells, cellStride: stride, values: values, slopes: values + size, seconds: values + size,
      inputStride: shape.functions * stride, functionStride: stride, paddedRows: stride)
  }

  /// Where up to 64 inputs of one row go.
  var row: PointEvaluation<Element> {
    PointEvaluation(
      cells: cells, cellStride: 1, values: values, slopes: values + size, seconds: values + size, inputStride: 1,
      functionStride: Self.rowInputs, paddedRows: 1)
  }
}
