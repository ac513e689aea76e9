/// What forwards to CBLAS, LAPACKE and the kernels in C, for one type of numbers. The verbs of ``Matrix`` and
/// ``ThreadPool`` call it; it stands apart from ``Scalar`` so that `Float` and `Double` show none of it.
@_documentation(visibility: internal)
public protocol ScalarKernels<Element> {
  associatedtype Element: Scalar where Element.Kernels == Self

  /// C = α·op(A)·op(B) + β·C, row-major, by `cblas_?gemm`.
  static func product(
    _ transposeA: Bool, _ transposeB: Bool, _ m: Int, _ n: Int, _ k: Int,
    _ alpha: Element, _ a: UnsafePointer<Element>, _ aStride: Int, _ b: UnsafePointer<Element>, _ bStride: Int,
    _ beta: Element, _ c: UnsafeMutablePointer<Element>, _ cStride: Int)

  /// C += AᵀA, the lower triangle alone, by `cblas_?syrk`; A: [k × n], C: [n × n], row-major.
  static func addSquare(
    _ n: Int, _ k: Int, _ a: UnsafePointer<Element>, _ aStride: Int, _ c: UnsafeMutablePointer<Element>, _ cStride: Int)

  /// Least squares of smallest norm by singular values, column-major, by `LAPACKE_?gelsd`; returns LAPACK's info.
  static func leastSquares(
    _ m: Int, _ n: Int, _ rightHandSides: Int, _ a: UnsafeMutablePointer<Element>, _ b: UnsafeMutablePointer<Element>,
    _ bStride: Int, _ singularValues: UnsafeMutablePointer<Element>, _ tolerance: Element, _ rank: inout Int
  ) -> Int

  // Splines
  /// Cells, values and, by order, slopes and second derivatives of splines and their base function.
  static func evaluateSpline(
    _ spline: SplineParameters<Element>, _ first: Int, _ x: MatrixView<Element>, _ order: Int,
    _ to: PointEvaluation<Element>)

  /// Adds the normal equations of evaluated points of one input, in double precision: Σ w·fⱼ·fⱼ₊d, d < n, to
  /// `gram[j·gramStride + d]`, and Σ w·fⱼ·y to `sums`: [functions × y.columns]; y has a row for each of `count` points.
  /// Function `cells[p] + r` at point p is `values[r·stride + p]`.
  static func addNormalEquations(
    _ count: Int, _ functions: Int, _ cells: UnsafePointer<Int32>, _ values: UnsafePointer<Element>, _ stride: Int,
    _ weights: UnsafePointer<Double>?, _ y: MatrixView<Element>, _ gram: UnsafeMutablePointer<Double>,
    _ gramStride: Int,
    _ sums: UnsafeMutablePointer<Double>)

  // Contractions of a compact basis, for a block of at most 8 inputs
  /// Z = start + Φ·W; `start` has a row for each of Z's, `startStride` apart, or one for all (0). The rows of W of
  /// `following` inputs come behind those of the block.
  static func contractForward(
    _ block: ContractionBlock<Element>, _ following: Int, _ weights: MatrixView<Element>,
    _ start: UnsafePointer<Element>,
    _ startStride: Int, _ z: MutableMatrixView<Element>)
  /// Elements of scratch for the next three functions, for blocks of up to `rows` rows.
  static func contractionScratch(_ rows: Int) -> Int
  /// Sorts the rows of a block by cell, for the next two functions.
  static func orderRows(_ block: ContractionBlock<Element>, _ outputs: Int, _ scratch: UnsafeMutablePointer<Element>)
  /// dW += Φᵀ·dZ, both contiguous; `panels` holds the panels of dZ, `panelStride` apart, or is nil.
  static func contractWeights(
    _ block: ContractionBlock<Element>, _ dz: MatrixView<Element>, _ panels: UnsafePointer<Element>?,
    _ panelStride: Int,
    _ dWeights: MutableMatrixView<Element>, _ scratch: UnsafeMutablePointer<Element>)
  /// dX = Σ slope·(dZ·Wᵀ); `dz` and `weights` are contiguous.
  static func contractInputs(
    _ slopes: ContractionBlock<Element>, _ dz: MatrixView<Element>, _ weights: MatrixView<Element>,
    _ dx: MutableMatrixView<Element>, _ scratch: UnsafeMutablePointer<Element>)
  /// The width of panels of dZ for blocks of `rows` rows; 0 if the kernel reads dZ itself.
  static func panelWidth(_ shape: CompactShape, _ rows: Int, _ outputs: Int) -> Int
  static func writePanels(_ dz: MatrixView<Element>, _ panels: UnsafeMutablePointer<Element>, _ panelStride: Int)

  // Element by element
  static func exp(_ count: Int, _ values: UnsafeMutablePointer<Element>)
  static func activate(
    _ activation: Int32, _ count: Int, _ z: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>)
  static func activationPullBack(
    _ activation: Int32, _ count: Int, _ kept: UnsafePointer<Element>, _ dy: UnsafeMutablePointer<Element>)
  static func broadcastRow(
    _ rows: Int, _ columns: Int, _ row: UnsafePointer<Element>, _ z: UnsafeMutablePointer<Element>)
  static func columnSums(
    _ rows: Int, _ columns: Int, _ z: UnsafePointer<Element>, _ sums: UnsafeMutablePointer<Element>)
  static func scaleColumns(
    _ rows: Int, _ columns: Int, _ x: UnsafePointer<Element>, _ shift: UnsafePointer<Element>,
    _ factor: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>)
  static func firstNonFinite(_ count: Int, _ values: UnsafePointer<Element>) -> Int

  // Losses
  static func squaredError(
    _ count: Int, _ outputs: UnsafePointer<Element>, _ targets: UnsafePointer<Element>, _ factor: Element,
    _ gradient: UnsafeMutablePointer<Element>?
  ) -> Double
  static func crossEntropy(
    _ rows: Int, _ columns: Int, _ logits: UnsafePointer<Element>, _ labels: UnsafePointer<Int32>, _ factor: Element,
    _ gradient: UnsafeMutablePointer<Element>?
  ) -> Double
  static func softmax(_ rows: Int, _ columns: Int, _ logits: UnsafeMutablePointer<Element>)

  // Optimisers
  static func sgd(
    _ count: Int, _ parameters: UnsafeMutablePointer<Element>, _ gradients: UnsafePointer<Element>,
    _ velocity: UnsafeMutablePointer<Element>, _ rate: Element, _ momentum: Element, _ decay: Element)
  static func adamW(
    _ count: Int, _ parameters: UnsafeMutablePointer<Element>, _ gradients: UnsafePointer<Element>,
    _ mean: UnsafeMutablePointer<Element>, _ variance: UnsafeMutablePointer<Element>, _ rate: Element, _ beta1: Element,
    _ rest1: Element, _ beta2: Element, _ rest2: Element, _ scale: Element, _ epsilon: Element, _ shrink: Element)

  // Vectors
  static func dot(_ count: Int, _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>) -> Double
  static func addScaled(
    _ count: Int, _ a: UnsafePointer<Element>, _ factor: Element, _ b: UnsafePointer<Element>,
    _ out: UnsafeMutablePointer<Element>)
  static func smoothSteps(
    _ rows: Int, _ columns: Int, _ solves: Int, _ q: UnsafePointer<Element>, _ c: UnsafePointer<Element>,
    _ before: UnsafePointer<Element>, _ p: UnsafeMutablePointer<Element>)
}
