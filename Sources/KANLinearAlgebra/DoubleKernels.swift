private import CKANKernels
private import COpenBLAS

/// The kernels of the best instruction set that this processor has.
private let kernels = kan_kernels_for_d(kan_best_instruction_set()).pointee

extension Double: Scalar {
  @_documentation(visibility: internal)
  public typealias Kernels = DoubleKernels
}

@_documentation(visibility: internal)
public enum DoubleKernels: ScalarKernels {
  public typealias Element = Double

  public static func product(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Element, _ a: UnsafePointer<Element>, _ aStride: Int, _ b: UnsafePointer<Element>, _ bStride: Int,
    _ beta: Element, _ c: UnsafeMutablePointer<Element>, _ cStride: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(aStride), b, blasint(bStride), beta, c, blasint(cStride))
  }

  public static func addSquare(
    _ n: Int, _ k: Int, _ a: UnsafePointer<Element>, _ aStride: Int, _ c: UnsafeMutablePointer<Element>, _ cStride: Int
  ) {
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, blasint(n), blasint(k), 1, a, blasint(aStride), 1, c, blasint(cStride))
  }

  public static func leastSquares(
    _ m: Int, _ n: Int, _ rightHandSides: Int, _ a: UnsafeMutablePointer<Element>, _ b: UnsafeMutablePointer<Element>,
    _ bStride: Int, _ singularValues: UnsafeMutablePointer<Element>, _ tolerance: Element, _ rank: inout Int
  ) -> Int {
    var found: Int32 = 0
    let info = LAPACKE_dgelsd(
      LAPACK_COL_MAJOR, Int32(m), Int32(n), Int32(rightHandSides), a, Int32(m), b,
      Int32(bStride), singularValues, tolerance, &found)
    rank = Int(found)
    return Int(info)
  }

  public static func evaluateSpline(
    _ spline: SplineParameters<Element>, _ first: Int, _ x: MatrixView<Element>, _ order: Int,
    _ to: PointEvaluation<Element>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) { spline in
      withUnsafePointer(to: kan_points_d(to)) {
        kernels.spline_evaluate(
          spline, Int64(first), Int64(x.columns), Int64(x.rows), x.base, Int64(x.stride), Int32(order), $0)
      }
    }
  }

  public static func addNormalEquations(
    _ count: Int, _ functions: Int, _ cells: UnsafePointer<Int32>, _ values: UnsafePointer<Element>, _ stride: Int,
    _ weights: UnsafePointer<Double>?, _ y: MatrixView<Element>, _ gram: UnsafeMutablePointer<Double>,
    _ gramStride: Int,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    kernels.normal_equations(
      Int64(count), Int64(functions), cells, values, Int64(stride), weights, Int64(y.columns), y.base, Int64(y.stride),
      gram, Int64(gramStride), sums)
  }

  public static func contractForward(
    _ block: ContractionBlock<Element>, _ following: Int, _ weights: MatrixView<Element>,
    _ start: UnsafePointer<Element>,
    _ startStride: Int, _ z: MutableMatrixView<Element>
  ) {
    withUnsafePointer(to: kan_block_d(block)) {
      kernels.forward(
        $0, Int64(z.columns), Int64(following), weights.base, Int64(weights.stride), start, Int64(startStride), z.base,
        Int64(z.stride))
    }
  }

  public static func contractionScratch(_ rows: Int) -> Int { Int(kernels.scratch(Int64(rows))) }

  public static func orderRows(
    _ block: ContractionBlock<Element>, _ outputs: Int, _ scratch: UnsafeMutablePointer<Element>
  ) {
    withUnsafePointer(to: kan_block_d(block)) { kernels.order($0, Int64(outputs), scratch) }
  }

  public static func contractWeights(
    _ block: ContractionBlock<Element>, _ dz: MatrixView<Element>, _ panels: UnsafePointer<Element>?,
    _ panelStride: Int,
    _ dWeights: MutableMatrixView<Element>, _ scratch: UnsafeMutablePointer<Element>
  ) {
    withUnsafePointer(to: kan_block_d(block)) {
      kernels.weights($0, Int64(dz.columns), dz.base, panels, Int64(panelStride), dWeights.base, scratch)
    }
  }

  public static func contractInputs(
    _ slopes: ContractionBlock<Element>, _ dz: MatrixView<Element>, _ weights: MatrixView<Element>,
    _ dx: MutableMatrixView<Element>, _ scratch: UnsafeMutablePointer<Element>
  ) {
    withUnsafePointer(to: kan_block_d(slopes)) {
      kernels.inputs($0, Int64(dz.columns), dz.base, weights.base, dx.base, Int64(dx.stride), scratch)
    }
  }

  public static func panelWidth(_ shape: CompactShape, _ rows: Int, _ outputs: Int) -> Int {
    withUnsafePointer(to: kan_block_d(shape, rows: rows)) { Int(kernels.panel_width($0, Int64(outputs))) }
  }

  public static func writePanels(_ dz: MatrixView<Element>, _ panels: UnsafeMutablePointer<Element>, _ panelStride: Int)
  {
    kernels.panels(Int64(dz.rows), Int64(dz.columns), dz.base, panels, Int64(panelStride))
  }

  public static func exp(_ count: Int, _ values: UnsafeMutablePointer<Element>) {
    kernels.exponentials(Int64(count), values)
  }

  public static func activate(
    _ activation: Int32, _ count: Int, _ z: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>
  ) {
    kernels.activation_values(activation, Int64(count), z, y)
  }

  public static func activationPullBack(
    _ activation: Int32, _ count: Int, _ kept: UnsafePointer<Element>, _ dy: UnsafeMutablePointer<Element>
  ) {
    kernels.activation_pull_back(activation, Int64(count), kept, dy)
  }

  public static func broadcastRow(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Element>, _ z: UnsafeMutablePointer<Element>
  ) {
    kernels.broadcast_row(Int64(rows), Int64(columns), row, z)
  }

  public static func columnSums(
    _ rows: Int, _ columns: Int, _ z: UnsafePointer<Element>, _ sums: UnsafeMutablePointer<Element>
  ) {
    kernels.column_sums(Int64(rows), Int64(columns), z, sums)
  }

  public static func scaleColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Element>, _ shift: UnsafePointer<Element>,
    _ factor: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>
  ) {
    kernels.scale_columns(Int64(rows), Int64(columns), x, shift, factor, y)
  }

  public static func firstNonFinite(_ count: Int, _ values: UnsafePointer<Element>) -> Int {
    Int(kernels.first_non_finite(Int64(count), values))
  }

  public static func squaredError(
    _ count: Int, _ outputs: UnsafePointer<Element>, _ targets: UnsafePointer<Element>, _ factor: Element,
    _ gradient: UnsafeMutablePointer<Element>?
  ) -> Double {
    kernels.squared_error(Int64(count), outputs, targets, factor, gradient)
  }

  public static func crossEntropy(
    _ rows: Int, _ columns: Int, _ logits: UnsafePointer<Element>, _ labels: UnsafePointer<Int32>, _ factor: Element,
    _ gradient: UnsafeMutablePointer<Element>?
  ) -> Double {
    kernels.cross_entropy(Int64(rows), Int64(columns), logits, labels, factor, gradient)
  }

  public static func softmax(_ rows: Int, _ columns: Int, _ logits: UnsafeMutablePointer<Element>) {
    kernels.softmax(Int64(rows), Int64(columns), logits)
  }

  public static func sgd(
    _ count: Int, _ parameters: UnsafeMutablePointer<Element>, _ gradients: UnsafePointer<Element>,
    _ velocity: UnsafeMutablePointer<Element>, _ rate: Element, _ momentum: Element, _ decay: Element
  ) {
    kernels.sgd(Int64(count), parameters, gradients, velocity, rate, momentum, decay)
  }

  public static func adamW(
    _ count: Int, _ parameters: UnsafeMutablePointer<Element>, _ gradients: UnsafePointer<Element>,
    _ mean: UnsafeMutablePointer<Element>, _ variance: UnsafeMutablePointer<Element>, _ rate: Element, _ beta1: Element,
    _ rest1: Element, _ beta2: Element, _ rest2: Element, _ scale: Element, _ epsilon: Element, _ shrink: Element
  ) {
    kernels.adamw(
      Int64(count), parameters, gradients, mean, variance, rate, beta1, rest1, beta2, rest2, scale, epsilon, shrink)
  }

  public static func dot(_ count: Int, _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>) -> Double {
    kernels.inner_product(Int64(count), a, b)
  }

  public static func addScaled(
    _ count: Int, _ a: UnsafePointer<Element>, _ factor: Element, _ b: UnsafePointer<Element>,
    _ out: UnsafeMutablePointer<Element>
  ) {
    kernels.add_scaled(Int64(count), a, factor, b, out)
  }

  public static func smoothSteps(
    _ rows: Int, _ columns: Int, _ solves: Int, _ q: UnsafePointer<Element>, _ c: UnsafePointer<Element>,
    _ before: UnsafePointer<Element>, _ p: UnsafeMutablePointer<Element>
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
