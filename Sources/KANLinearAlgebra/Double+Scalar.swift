private import CKANKernels
private import COpenBLAS

/// The kernels of the best instruction set that this processor has.
private let kernels = kan_kernels_for_d(kan_best_instruction_set()).pointee

extension Double: Scalar {
  public static func _product(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Self, _ a: UnsafePointer<Self>, _ aStride: Int, _ b: UnsafePointer<Self>, _ bStride: Int,
    _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ cStride: Int
  ) {
    cblas_dgemm(
      CblasRowMajor, transposeA ? CblasTrans : CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), alpha, a, blasint(aStride), b, blasint(bStride), beta, c, blasint(cStride))
  }

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

  public static func _splineValues(
    _ spline: SplineParameters<Self>, _ first: Int, _ x: MatrixView<Self>, _ values: MutableMatrixView<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.spline_values(
        $0, Int64(first), Int64(x.columns), Int64(x.rows), x.base, Int64(x.stride), values.base, Int64(values.stride))
    }
  }

  public static func _splineDerivatives(
    _ spline: SplineParameters<Self>, _ first: Int, _ x: MatrixView<Self>, _ derivatives: MutableMatrixView<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.spline_derivatives(
        $0, Int64(first), Int64(x.columns), Int64(x.rows), x.base, Int64(x.stride), derivatives.base,
        Int64(derivatives.stride))
    }
  }

  public static func _splinePullBack(
    _ spline: SplineParameters<Self>, _ first: Int, _ x: MatrixView<Self>, _ dValues: MatrixView<Self>,
    _ dx: MutableMatrixView<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.spline_pull_back(
        $0, Int64(first), Int64(x.columns), Int64(x.rows), x.base, Int64(x.stride), dValues.base,
        Int64(dValues.stride), dx.base, Int64(dx.stride))
    }
  }

  public static func _splinePoints(
    _ spline: SplineParameters<Self>, _ input: Int, _ count: Int, _ x: UnsafePointer<Self>, _ stride: Int,
    _ cells: UnsafeMutablePointer<Int32>, _ values: UnsafeMutablePointer<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.spline_points($0, Int64(input), Int64(count), x, Int64(stride), cells, values)
    }
  }

  public static func _splineNormalEquations(
    _ spline: SplineParameters<Self>, _ input: Int, _ x: UnsafePointer<Self>, _ stride: Int,
    _ weights: UnsafePointer<Double>?, _ y: MatrixView<Self>, _ gram: UnsafeMutablePointer<Double>, _ gramStride: Int,
    _ sums: UnsafeMutablePointer<Double>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.spline_normal_equations(
        $0, Int64(input), Int64(y.rows), x, Int64(stride), weights, Int64(y.columns), y.base, Int64(y.stride), gram,
        Int64(gramStride), sums)
    }
  }

  public static func _localScratch(_ rows: Int) -> Int { Int(kernels.local_scratch(Int64(rows))) }

  public static func _localForward(
    _ spline: SplineParameters<Self>, _ x: MatrixView<Self>, _ weights: MatrixView<Self>, _ bias: UnsafePointer<Self>,
    _ z: MutableMatrixView<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.local_forward(
        $0, Int64(x.rows), Int64(z.stride), Int64(z.columns), x.base, Int64(x.stride), weights.base, bias, z.base)
    }
  }

  public static func _localPanelWidth(_ spline: SplineParameters<Self>, _ rows: Int, _ outputs: Int) -> Int {
    withUnsafePointer(to: kan_spline_d(spline)) { Int(kernels.local_panel_width($0, Int64(rows), Int64(outputs))) }
  }

  public static func _writeLocalPanels(
    _ dz: MatrixView<Self>, _ panels: UnsafeMutablePointer<Self>, _ panelStride: Int
  ) {
    kernels.local_panels(Int64(dz.rows), Int64(dz.columns), dz.base, panels, Int64(panelStride))
  }

  public static func _localBackward(
    _ spline: SplineParameters<Self>, _ first: Int, _ x: MatrixView<Self>, _ weights: MatrixView<Self>,
    _ dz: MatrixView<Self>, _ panels: UnsafePointer<Self>?, _ panelStride: Int, _ dWeights: MutableMatrixView<Self>,
    _ dx: MutableMatrixView<Self>?, _ scratch: UnsafeMutablePointer<Self>
  ) {
    withUnsafePointer(to: kan_spline_d(spline)) {
      kernels.local_backward(
        $0, Int64(first), Int64(x.columns), Int64(x.rows), Int64(dz.columns), x.base, Int64(x.stride), weights.base,
        dz.base, panels, Int64(panelStride), dWeights.base, dx?.base, Int64(dx?.stride ?? 0), scratch)
    }
  }

  public static func _exp(_ count: Int, _ values: UnsafeMutablePointer<Self>) {
    kernels.exponentials(Int64(count), values)
  }

  public static func _activate(
    _ activation: Int32, _ count: Int, _ z: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    kernels.activation_values(activation, Int64(count), z, y)
  }

  public static func _activationPullBack(
    _ activation: Int32, _ count: Int, _ kept: UnsafePointer<Self>, _ dy: UnsafeMutablePointer<Self>
  ) {
    kernels.activation_pull_back(activation, Int64(count), kept, dy)
  }

  public static func _broadcastRow(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Self>, _ z: UnsafeMutablePointer<Self>
  ) {
    kernels.broadcast_row(Int64(rows), Int64(columns), row, z)
  }

  public static func _columnSums(
    _ rows: Int, _ columns: Int, _ z: UnsafePointer<Self>, _ sums: UnsafeMutablePointer<Self>
  ) {
    kernels.column_sums(Int64(rows), Int64(columns), z, sums)
  }

  public static func _scaleColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Self>, _ shift: UnsafePointer<Self>,
    _ factor: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>
  ) {
    kernels.scale_columns(Int64(rows), Int64(columns), x, shift, factor, y)
  }

  public static func _firstNonFinite(_ count: Int, _ values: UnsafePointer<Self>) -> Int {
    Int(kernels.first_non_finite(Int64(count), values))
  }

  public static func _squaredError(
    _ count: Int, _ outputs: UnsafePointer<Self>, _ targets: UnsafePointer<Self>, _ factor: Self,
    _ gradient: UnsafeMutablePointer<Self>?
  ) -> Double {
    kernels.squared_error(Int64(count), outputs, targets, factor, gradient)
  }

  public static func _crossEntropy(
    _ rows: Int, _ columns: Int, _ logits: UnsafePointer<Self>, _ labels: UnsafePointer<Int32>, _ factor: Self,
    _ gradient: UnsafeMutablePointer<Self>?
  ) -> Double {
    kernels.cross_entropy(Int64(rows), Int64(columns), logits, labels, factor, gradient)
  }

  public static func _softmax(_ rows: Int, _ columns: Int, _ logits: UnsafeMutablePointer<Self>) {
    kernels.softmax(Int64(rows), Int64(columns), logits)
  }

  public static func _sgd(
    _ count: Int, _ parameters: UnsafeMutablePointer<Self>, _ gradients: UnsafePointer<Self>,
    _ velocity: UnsafeMutablePointer<Self>, _ rate: Self, _ momentum: Self, _ decay: Self
  ) {
    kernels.sgd(Int64(count), parameters, gradients, velocity, rate, momentum, decay)
  }

  public static func _adamW(
    _ count: Int, _ parameters: UnsafeMutablePointer<Self>, _ gradients: UnsafePointer<Self>,
    _ mean: UnsafeMutablePointer<Self>, _ variance: UnsafeMutablePointer<Self>, _ rate: Self, _ beta1: Self,
    _ rest1: Self, _ beta2: Self, _ rest2: Self, _ scale: Self, _ epsilon: Self, _ shrink: Self
  ) {
    kernels.adamw(
      Int64(count), parameters, gradients, mean, variance, rate, beta1, rest1, beta2, rest2, scale, epsilon, shrink)
  }

  public static func _dot(_ count: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>) -> Double {
    kernels.inner_product(Int64(count), a, b)
  }

  public static func _addScaled(
    _ count: Int, _ a: UnsafePointer<Self>, _ factor: Self, _ b: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>
  ) {
    kernels.add_scaled(Int64(count), a, factor, b, out)
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
