extension CompactShape {
  /// Traps if a cell has functions beyond the K.
  init<Element: Scalar>(_ basis: some CompactBasis<Element>) {
    let (n, fixed, cells) = (basis.nonZeroFunctions, basis.fixedFunctions, basis.cells)
    require(
      (0...1).contains(fixed) && n > fixed && cells > 0 && cells + n - 1 <= basis.functions,
      "\(type(of: basis)): \(n) functions of \(basis.functions) in \(cells) cells, \(fixed) of them fixed")
    self.init(functions: n, fixed: fixed, stored: basis.functions, cells: cells, sumsToOne: basis.sumsToOne)
  }
}

/// One worker's scratch for the products of a compact basis: the evaluation of a block of inputs at the rows of a tile,
/// followed by the scratch of the contractions.
struct CompactScratch<Element: Scalar> {
  /// Inputs of a block, by contract with the kernels.
  static var blockInputs: Int { 8 }
  /// Inputs of a block of a single row.
  static var rowInputs: Int { 64 }
  /// From this many rows on, vectors run over rows rather than over inputs.
  static var fewRows: Int { 4 }

  let shape: CompactShape
  let base: UnsafeMutablePointer<Element>
  /// From a function to the next: whole vectors and one cache line more, since rows a power of two apart would compete
  /// for the same cache sets.
  let stride: Int

  init(_ shape: CompactShape, rows: Int, at base: UnsafeMutablePointer<Element>) {
    self.shape = shape
    self.base = base
    stride = Self.stride(rows)
  }

  static func stride(_ rows: Int) -> Int { (rows + 15) / 16 * 16 + 16 }

  /// Elements of scratch for tiles of up to `rows` rows.
  static func elements(_ shape: CompactShape, rows: Int) -> Int {
    blockInputs * (1 + 2 * shape.functions) * stride(rows) + Element.Kernels.contractionScratch(rows)
  }

  private var size: Int { Self.blockInputs * shape.functions * stride }
  private var cells: UnsafeMutablePointer<Int32> {
    // A cell is no wider than an element, and this memory holds only cells.
    UnsafeMutableRawPointer(base).assumingMemoryBound(to: Int32.self)
  }
  private var values: UnsafeMutablePointer<Element> { base + Self.blockInputs * stride }

  /// The scratch of the contractions, after the evaluation.
  var contraction: UnsafeMutablePointer<Element> { values + 2 * size }

  /// The evaluation of up to 8 inputs at the rows of a tile.
  var block: PointEvaluation<Element> {
    PointEvaluation(
      cells: cells, cellStride: stride, values: values, slopes: values + size, seconds: values + size,
      inputStride: shape.functions * stride, functionStride: stride, paddedRows: stride)
  }

  /// The evaluation of up to 64 inputs of one row.
  var row: PointEvaluation<Element> {
    PointEvaluation(
      cells: cells, cellStride: 1, values: values, slopes: values + size, seconds: values + size, inputStride: 1,
      functionStride: Self.rowInputs, paddedRows: 1)
  }
}
