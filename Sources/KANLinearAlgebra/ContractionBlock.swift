/// How the functions of a compact basis stand in W, the same for all inputs of a layer.
public struct CompactShape: Sendable, Equatable {
  /// n, those evaluated at each point.
  package let functions: Int
  /// How many of them, 0 or 1, are the last of the input's K whatever the cell is.
  package let fixed: Int
  /// K, those of an input.
  package let stored: Int
  /// The cells of an input.
  package let cells: Int
  /// The functions of a cell sum to 1.
  package let sumsToOne: Bool

  package init(functions: Int, fixed: Int, stored: Int, cells: Int, sumsToOne: Bool) {
    self.functions = functions
    self.fixed = fixed
    self.stored = stored
    self.cells = cells
    self.sumsToOne = sumsToOne
  }
}

/// What a contraction is fed: the cells of some inputs at some rows, and a number for each of their n functions: values,
/// slopes, or either times a number of the point. Laid out as a ``PointEvaluation``, of which it is the memory.
public struct ContractionBlock<Element: Scalar> {
  package let shape: CompactShape
  package let inputs: Int
  package let rows: Int
  package let evaluation: PointEvaluation<Element>
  package let values: UnsafePointer<Element>

  /// - Parameter values: those of `evaluation`, its slopes, or numbers laid out like them.
  package init(
    _ shape: CompactShape, inputs: Int, rows: Int, _ evaluation: PointEvaluation<Element>,
    values: UnsafePointer<Element>
  ) {
    self.shape = shape
    self.inputs = inputs
    self.rows = rows
    self.evaluation = evaluation
    self.values = values
  }
}
