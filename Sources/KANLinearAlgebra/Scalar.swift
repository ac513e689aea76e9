/// A floating-point type that the engine computes in: `Float` or `Double`.
///
/// `Float` trains; `Double` is for refits, second-order training and gradient checks. The underscored requirements
/// forward to CBLAS, LAPACKE and the kernels in C; call the verbs of ``Matrix`` and ``ThreadPool`` instead.
/// The protocol is closed: other conformances are not supported.
public protocol Scalar: BinaryFloatingPoint, BitwiseCopyable, LosslessStringConvertible, Codable, Sendable
where RawSignificand: FixedWidthInteger {
  /// C = α·op(A)·op(B) + β·C, row-major, by `cblas_?gemm`.
  @_documentation(visibility: internal)
  static func _product(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Self, _ a: UnsafePointer<Self>, _ aStride: Int, _ b: UnsafePointer<Self>, _ bStride: Int,
    _ beta: Self, _ c: UnsafeMutablePointer<Self>, _ cStride: Int)

  /// C += AᵀA, the lower triangle alone, by `cblas_?syrk`; A: [k × n], C: [n × n], row-major.
  @_documentation(visibility: internal)
  static func _addSquare(
    _ n: Int, _ k: Int, _ a: UnsafePointer<Self>, _ aStride: Int, _ c: UnsafeMutablePointer<Self>, _ cStride: Int)

  /// Least squares of smallest norm by singular values, column-major, by `LAPACKE_?gelsd`; returns LAPACK's info.
  @_documentation(visibility: internal)
  static func _leastSquares(
    _ m: Int, _ n: Int, _ rightHandSides: Int, _ a: UnsafeMutablePointer<Self>, _ b: UnsafeMutablePointer<Self>,
    _ bStride: Int, _ singularValues: UnsafeMutablePointer<Self>, _ tolerance: Self, _ rank: inout Int
  ) -> Int

  // Splines
  /// Cells, values and, by order, slopes and second derivatives of splines and their base function.
  @_documentation(visibility: internal)
  static func _evaluateSpline(
    _ spline: SplineParameters<Self>, _ first: Int, _ x: MatrixView<Self>, _ order: Int, _ to: PointEvaluation<Self>)

  /// Adds the normal equations of evaluated points of one input, in double precision: Σ w·fⱼ·fⱼ₊d, d < n, to
  /// `gram[j·gramStride + d]`, and Σ w·fⱼ·y to `sums`: [functions × y.columns]; y has a row for each of `count` points.
  /// Function `cells[p] + r` at point p is `values[r·stride + p]`.
  @_documentation(visibility: internal)
  static func _addNormalEquations(
    _ count: Int, _ functions: Int, _ cells: UnsafePointer<Int32>, _ values: UnsafePointer<Self>, _ stride: Int,
    _ weights: UnsafePointer<Double>?, _ y: MatrixView<Self>, _ gram: UnsafeMutablePointer<Double>, _ gramStride: Int,
    _ sums: UnsafeMutablePointer<Double>)

  // Contractions of a compact basis, for a block of at most 8 inputs
  /// Z = start + Φ·W; `start` has a row for each of Z's, `startStride` apart, or one for all (0). The rows of W of
  /// `following` inputs come behind those of the block.
  @_documentation(visibility: internal)
  static func _contractForward(
    _ block: ContractionBlock<Self>, _ following: Int, _ weights: MatrixView<Self>, _ start: UnsafePointer<Self>,
    _ startStride: Int, _ z: MutableMatrixView<Self>)
  /// Elements of scratch for the next three functions, for blocks of up to `rows` rows.
  @_documentation(visibility: internal)
  static func _contractionScratch(_ rows: Int) -> Int
  /// Sorts the rows of a block by cell, for the next two functions.
  @_documentation(visibility: internal)
  static func _orderRows(_ block: ContractionBlock<Self>, _ outputs: Int, _ scratch: UnsafeMutablePointer<Self>)
  /// dW += Φᵀ·dZ, both contiguous; `panels` holds the panels of dZ, `panelStride` apart, or is nil.
  @_documentation(visibility: internal)
  static func _contractWeights(
    _ block: ContractionBlock<Self>, _ dz: MatrixView<Self>, _ panels: UnsafePointer<Self>?, _ panelStride: Int,
    _ dWeights: MutableMatrixView<Self>, _ scratch: UnsafeMutablePointer<Self>)
  /// dX = Σ slope·(dZ·Wᵀ); `dz` and `weights` are contiguous.
  @_documentation(visibility: internal)
  static func _contractInputs(
    _ slopes: ContractionBlock<Self>, _ dz: MatrixView<Self>, _ weights: MatrixView<Self>,
    _ dx: MutableMatrixView<Self>, _ scratch: UnsafeMutablePointer<Self>)
  /// The width of panels of dZ for blocks of `rows` rows; 0 if the kernel reads dZ itself.
  @_documentation(visibility: internal)
  static func _panelWidth(_ shape: CompactShape, _ rows: Int, _ outputs: Int) -> Int
  @_documentation(visibility: internal)
  static func _writePanels(_ dz: MatrixView<Self>, _ panels: UnsafeMutablePointer<Self>, _ panelStride: Int)

  // Element by element
  @_documentation(visibility: internal)
  static func _exp(_ count: Int, _ values: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _activate(
    _ activation: Int32, _ count: Int, _ z: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _activationPullBack(
    _ activation: Int32, _ count: Int, _ kept: UnsafePointer<Self>, _ dy: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _broadcastRow(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Self>, _ z: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _columnSums(
    _ rows: Int, _ columns: Int, _ z: UnsafePointer<Self>, _ sums: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _scaleColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Self>, _ shift: UnsafePointer<Self>,
    _ factor: UnsafePointer<Self>, _ y: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _firstNonFinite(_ count: Int, _ values: UnsafePointer<Self>) -> Int

  // Losses
  @_documentation(visibility: internal)
  static func _squaredError(
    _ count: Int, _ outputs: UnsafePointer<Self>, _ targets: UnsafePointer<Self>, _ factor: Self,
    _ gradient: UnsafeMutablePointer<Self>?
  ) -> Double
  @_documentation(visibility: internal)
  static func _crossEntropy(
    _ rows: Int, _ columns: Int, _ logits: UnsafePointer<Self>, _ labels: UnsafePointer<Int32>, _ factor: Self,
    _ gradient: UnsafeMutablePointer<Self>?
  ) -> Double
  @_documentation(visibility: internal)
  static func _softmax(_ rows: Int, _ columns: Int, _ logits: UnsafeMutablePointer<Self>)

  // Optimisers
  @_documentation(visibility: internal)
  static func _sgd(
    _ count: Int, _ parameters: UnsafeMutablePointer<Self>, _ gradients: UnsafePointer<Self>,
    _ velocity: UnsafeMutablePointer<Self>, _ rate: Self, _ momentum: Self, _ decay: Self)
  @_documentation(visibility: internal)
  static func _adamW(
    _ count: Int, _ parameters: UnsafeMutablePointer<Self>, _ gradients: UnsafePointer<Self>,
    _ mean: UnsafeMutablePointer<Self>, _ variance: UnsafeMutablePointer<Self>, _ rate: Self, _ beta1: Self,
    _ rest1: Self, _ beta2: Self, _ rest2: Self, _ scale: Self, _ epsilon: Self, _ shrink: Self)

  // Vectors
  @_documentation(visibility: internal)
  static func _dot(_ count: Int, _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>) -> Double
  @_documentation(visibility: internal)
  static func _addScaled(
    _ count: Int, _ a: UnsafePointer<Self>, _ factor: Self, _ b: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>)
  @_documentation(visibility: internal)
  static func _smoothSteps(
    _ rows: Int, _ columns: Int, _ solves: Int, _ q: UnsafePointer<Self>, _ c: UnsafePointer<Self>,
    _ before: UnsafePointer<Self>, _ p: UnsafeMutablePointer<Self>)
}

/// A layer's grids as the spline kernels read them; the pointers belong to the caller and must outlive the call.
public struct SplineParameters<Element: Scalar> {
  package var inputs: Int
  package var intervals: Int
  package var degree: Int
  package var functions: Int
  package var outside: Int32
  package var base: Int32
  package var isUniform: Bool
  /// a, b and G/(b - a): [inputs] each.
  package var lower, upper, inverseStep: UnsafePointer<Element>
  /// t: [inputs × (G + 2k + 1)]
  package var knots: UnsafePointer<Element>

  package init(
    inputs: Int, intervals: Int, degree: Int, functions: Int, outside: Int32, base: Int32, isUniform: Bool,
    lower: UnsafePointer<Element>, upper: UnsafePointer<Element>, inverseStep: UnsafePointer<Element>,
    knots: UnsafePointer<Element>
  ) {
    self.inputs = inputs
    self.intervals = intervals
    self.degree = degree
    self.functions = functions
    self.outside = outside
    self.base = base
    self.isUniform = isUniform
    self.lower = lower
    self.upper = upper
    self.inverseStep = inverseStep
    self.knots = knots
  }
}
