import CKANKernels

/// The spline layer of a kernel test: grids [a, b] of each input.
struct SplineLayer<Real: KernelReal> {
  var inputs, intervals, degree: Int
  var outside, base: Int32
  var isUniform: Bool
  var lower, upper, inverseStep, knots: [Real]

  /// n
  var nonZero: Int { degree + 1 + fixed }
  var fixed: Int { base == 0 ? 0 : 1 }
  /// K
  var functions: Int { intervals + degree + fixed }
}

/// Cells and functions of points, as kernels write them; slopes and seconds are as long as the values.
struct Evaluated<Real: KernelReal> {
  var rows, inputs, functions, stride, capacity: Int
  var cells: [Int32]
  var values, slopes, seconds: [Real]

  /// `padding` numbers behind each row, NaN, which kernels may read but not mind.
  init(rows: Int, inputs: Int, functions: Int, padding: Int = 16, capacity: Int? = nil) {
    (self.rows, self.inputs, self.functions, stride) = (rows, inputs, functions, rows + padding)
    self.capacity = capacity ?? rows
    cells = [Int32](repeating: -7, count: inputs * stride)
    values = [Real](repeating: .nan, count: inputs * functions * stride)
    slopes = values
    seconds = values
  }
}

/// What a contraction is told besides its numbers.
struct Shape {
  var functions, fixed, stored, cells: Int
  var sumsToOne: Bool
}

/// One table of kernels in Swift's types.
struct KernelTable<Real: KernelReal> {
  /// Of inputs first ..< first + evaluated.inputs; x: [rows × stride].
  let evaluate:
    (SplineLayer<Real>, _ first: Int, _ x: [Real], _ stride: Int, _ order: Int, inout Evaluated<Real>) -> Void
  /// Inputs of one row, one behind another: values[r·inputs + i].
  let evaluateRow: (SplineLayer<Real>, _ x: [Real], _ cells: inout [Int32], _ values: inout [Real]) -> Void
  /// (shape, evaluated, columns, W, its stride, start, its stride, z, its stride)
  let forward: (Shape, Evaluated<Real>, Int, [Real], Int, [Real], Int, inout [Real], Int) -> Void
  /// One row of inputs one behind another: (shape, cells, values, columns, W, its stride, start, z)
  let forwardRow: (Shape, [Int32], [Real], Int, [Real], Int, [Real], inout [Real]) -> Void
  /// dW and dX of one block, and dW from panels if there are any: (shape, evaluated, outputs, dz, W, dw, dx, panels)
  let backward: (Shape, Evaluated<Real>, Int, [Real], [Real], inout [Real], inout [Real], Bool) -> Void
  let panelWidth: (Shape, _ rows: Int, _ outputs: Int) -> Int
}

protocol KernelReal: BinaryFloatingPoint, Sendable {
  /// Of an instruction set, or the plain twins.
  static func table(_ set: kan_instruction_set?) -> KernelTable<Self>
}
