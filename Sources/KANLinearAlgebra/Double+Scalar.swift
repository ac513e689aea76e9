private import CKANKernels
private import COpenBLAS

/// The kernels of the best instruction set that this processor has.
private let kernels = kan_kernels_for_d(kan_best_instruction_set()).pointee

extension Double: Scalar {
  @_documentation(visibility: internal)
  public static func _product(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Self, _ a: UnsafePointer<Self>, _ aStride: Int, _ b: UnsafePointer<Self>, _ bStride: Int,
    _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ cStride: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(aStride), b, blasint(bStride), beta, c, blasint(cStride))
  }

  @_documentation(visibility: internal)
  public static func _addSquare(
    _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, _ aStride: Int, _ c: UnsafeMutablePointer<Self>, _ cStride: Int
  ) {
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, blasint(n), blasint(k), 1, a, blasint(aStride), 1, c, blasint(cStride))
  }

  @_documentation(visibility: internal)
  public static func _leastSquares(
    _ m: Int, _ n: Int, _ rightHandSides: Int, _ a: UnsafeMutablePointer<Self>, _ b: UnsafeMutablePointer<Self>,
    _ bStride: Int, _ singularValues: UnsafeMutablePointer<Self>, _ tolerance: Self, _ rank: inout Int
  ) -> Int {
    var found: Int32 = 0
    let info = LAPACKE_dgelsd(
      LAPACK_COL_MAJOR, Int32(m), Int32(n), Int32(rightHandSides), a, Int32(m), b,
      Int32(bStride), singularValues, tolerance, &found)
    rank = Int(found)
    return Int(info)
  }

  @_documentation(visibility: internal)
  public static func _evaluateSpline(
    _ spline: SplineParameters<Self>, _ first: Int, _ x: MatrixView<Self>, _ order: Int, _ to: PointEvaluation<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) { spline in
      withUnsafePointer(to: kan_points_d(to)) {
        kernels.spline_evaluate(
          spline, Int64(first), Int64(x.columns), Int64(x.rows), x.base, Int64(x.stride), Int32(order), $0)
      }
    }
  }

  @_documentation(visibility: internal)
  public static func _addNormalEquations(
    _ count: Int, _ functions: Int, _ cells: UnsafePointer<Int32>, _ values: UnsafePointer<Self>, _ stride: Int,
    _ weights: UnsafePointer<Double>?, _ y: MatrixView<Self>, _ gram: UnsafeMutablePointer<Double>, _ gramStride: Int,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    kernels.normal_equations(
      Int64(count), Int64(functions), cells, values, Int64(stride), weights, Int64(y.columns), y.base, Int64(y.stride),
      gram, Int64(gramStride), sums)
  }

  @_documentation(visibility: internal)
  public static func _contractForward(
    _ block: ContractionBlock<Self>, _ following: Int, _ weights: MatrixView<Self>, _ start: UnsafePointer<Self>,
    _ startStride: Int, _ z: MutableMatrixView<Self>
  ) {
    withUnsafePointer(to: kan_block_d(block)) {
      kernels.forward(
        $0, Int64(z.columns), Int64(following), weights.base, Int64(weights.stride), start, Int64(startStride), z.base,
        Int64(z.stride))
    }
  }

  @_documentation(visibility: internal)
  public static func _contractionScratch(_ rows: Int) -> Int { Int(kernels.scratch(Int64(rows))) }

  @_documentation(visibility: internal)
  public static func _orderRows(
    _ block: ContractionBlock<Self>, _ outputs: Int, _ scratch: UnsafeMutablePointer<Self>
  ) {
    withUnsafePointer(to: kan_block_d(block)) { kernels.order($0, Int64(outputs), scratch) }
  }

  @_documentation(visibility: internal)
  public static func _contractWeights(
    _ block: ContractionBlock<Self>, _ dz: MatrixView<Self>, _ panels: UnsafePointer<Self>?, _ panelStride: Int,
    _ dWeights: MutableMatrixView<Self>, _ scratch: UnsafeMutablePointer<Self>
  ) {
    withUnsafePointer(to: kan_block_d(block)) {
      kernels.weights($0, Int64(dz.columns), dz.base, panels, Int64(panelStride), dWeights.base, scratch)
    }
  }

  @_documentation(visibility: internal)
  public static func _contractInputs(
    _ slopes: ContractionBlock<Self>, _ dz: MatrixView<Self>, _ weights: MatrixView<Self>,
    _ dx: MutableMatrixView<Self>, _ scratch: UnsafeMutablePointer<Self>
  ) {
    withUnsafePointer(to: kan_block_d(slopes)) {
      kernels.inputs($0, Int64(dz.columns), dz.base, weights.base, dx.base, Int64(dx.stride), scratch)
    }
  }

  @_documentation(visibility: internal)
  public static func _panelWidth(_ shape: CompactShape, _ rows: Int, _ outputs: Int) -> Int {
    withUnsafePointer(to: kan_block_d(shape, rows: rows)) { Int(kernels.panel_width($0, Int64(outputs))) }
  }

  @_documentation(visibility: internal)
  public static func _writePanels(_ dz: MatrixView<Self>, _ panels: UnsafeMutablePointer<Self>, _ panelStride: Int) {
    kernels.panels(Int64(dz.rows), Int64(dz.columns), dz.base, panels, Int64(panelStride))
  }

  @_documentation(visibility: internal)
  public static func _exp(_ count: Int, _ values: UnsafeMutablePointer<Self>) {
    kernels.exponentials(Int64(count), values)
  }

  @_documentation(visibility: internal)
  public static func _activate(
    _ activation: Int32, _ count: Int, _ z: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    kernels.activation_values(activation, Int64(count), z, y)
  }

  @_documentation(visibility: internal)
  public static func _activationPullBack(
    _ activation: Int32, _ count: Int, _ kept: UnsafePointer<Self>, _ dy: UnsafeMutablePointer<Self>
  ) {
    kernels.activation_pull_back(activation, Int64(count), kept, dy)
  }

  @_documentation(visibility: internal)
  public static func _broadcastRow(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Self>, _ z: UnsafeMutablePointer<Self>
  ) {
    kernels.broadcast_row(Int64(rows), Int64(columns), row, z)
  }

  @_documentation(visibility: internal)
  public static func _columnSums(
    _ rows: Int, _ columns: Int, _ z: UnsafePointer<Self>, _ sums: UnsafeMutablePointer<Self>
  ) {
    kernels.column_sums(Int64(rows), Int64(columns), z, sums)
  }

  @_documentation(visibility: internal)
  public static func _scaleColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Self>, _ shift: UnsafePointer<Self>,
    _ factor: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    kernels.scale_columns(Int64(rows), Int64(columns), x, shift, factor, y)
  }

  @_documentation(visibility: internal)
  public static func _firstNonFinite(_ count: Int, _ values: UnsafePointer<Self>) -> Int {
    Int(kernels.first_non_finite(Int64(count), values))
  }

  @_documentation(visibility: internal)
  public static func _squaredError(
    _ count: Int, _ outputs: UnsafePointer<Self>, _ targets: UnsafePointer<Self>, _ factor: Self,
    _ gradient: UnsafeMutablePointer<Self>?
  ) -> Double {
    kernels.squared_error(Int64(count), outputs, targets, factor, gradient)
  }

  @_documentation(visibility: internal)
  public static func _crossEntropy(
    _ rows: Int, _ columns: Int, _ logits: UnsafePointer<Self>, _ labels: UnsafePointer<Int32>, _ factor: Self,
    _ gradient: UnsafeMutablePointer<Self>?
  ) -> Double {
    kernels.cross_entropy(Int64(rows), Int64(columns), logits, labels, factor, gradient)
  }

  @_documentation(visibility: internal)
  public static func _softmax(_ rows: Int, _ columns: Int, _ logits: UnsafeMutablePointer<Self>) {
    kernels.softmax(Int64(rows), Int64(columns), logits)
  }

  @_documentation(visibility: internal)
  public static func _sgd(
    _ count: Int, _ parameters: UnsafeMutablePointer<Self>, _ gradients: UnsafePointer<Self>,
    _ velocity: UnsafeMutablePointer<Self>, _ rate: Self, _ momentum: Self, _ decay: Self
  ) {
    kernels.sgd(Int64(count), parameters, gradients, velocity, rate, momentum, decay)
  }

  @_documentation(visibility: internal)
  public static func _adamW(
    _ count: Int, _ parameters: UnsafeMutablePointer<Self>, _ gradients: UnsafePointer<Self>,
    _ mean: UnsafeMutablePointer<Self>, _ variance: UnsafeMutablePointer<Self>, _ rate: Self, _ beta1: Self,
    _ rest1: Self, _ beta2: Self, _ rest2: Self, _ scale: Self, _ epsilon: Self, _ shrink: Self
  ) {
    kernels.adamw(
      Int64(count), parameters, gradients, mean, variance, rate, beta1, rest1, beta2, rest2, scale, epsilon, shrink)
  }

  @_documentation(visibility: internal)
  public static func _dot(_ count: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>) -> Double {
    kernels.inner_product(Int64(count), a, b)
  }

  @_documentation(visibility: internal)
  public static func _addScaled(
    _ count: Int, _ a: UnsafePointer<Self>, _ factor: Self, _ b: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>
  ) {
    kernels.add_scaled(Int64(count), a, factor, b, out)
  }

  @_documentation(visibility: internal)
  public static func _smoothSteps(
    _ rows: Int, _ columns: Int, _ solves: Int, _ q: UnsafePointer<Self>, _ c: UnsafePointer<Self>,
    _ before: UnsafePointer<Self>, _ p: UnsafeMutablePointer<Self>
  ) {
    kernels.smooth_steps(Int64(rows), Int64(columns), Int64(solves), q, c, before, p)
  }
}

extension kan_spline_d {
  fileprivate init(_ spline: SplineParameters<Double>) {
    self.init(
      inputs: Int32(spline.inputs), intervals: Int32(spline.intervals), degree: Int32(spline.degree),
      functions: Int32(spline.functions), outside: spline.outside, base: spline.base,
      uniform: spline.isUniform ? 1 : 0, lower: spline.lower, upper: spline.upper,
      inverse_step: spline.inverseStep, knots: spline.knots)
  }
}

extension kan_points_d {
  fileprivate init(_ points: PointEvaluation<Double>) {
    self.init(
      cells: points.cells, values: points.values, slopes: points.slopes, seconds: points.seconds,
      cell_stride: Int64(points.cellStride), input_stride: Int64(points.inputStride),
      function_stride: Int64(points.functionStride), row_capacity: Int64(points.paddedRows))
  }
}

extension kan_block_d {
  fileprivate init(_ block: ContractionBlock<Double>) {
    self.init(block.shape, rows: block.rows)
    inputs = Int64(block.inputs)
    cell = UnsafePointer(block.evaluation.cells)
    value = block.values
    cell_stride = Int64(block.evaluation.cellStride)
    input_stride = Int64(block.evaluation.inputStride)
    function_stride = Int64(block.evaluation.functionStride)
  }

  fileprivate init(_ shape: CompactShape, rows: Int) {
    self.init()
    self.rows = Int64(rows)
    functions = Int64(shape.functions)
    fixed = Int64(shape.fixed)
    stored = Int64(shape.stored)
    cells = Int64(shape.cells)
    sums_to_1 = shape.sumsToOne ? 1 : 0
  }
}
