/// The layout of a compact basis's functions in W, the same for all inputs of a layer.
public struct CompactShape: Sendable, Equatable {
  /// n, the functions evaluated at each point.
  package let functions: Int
  /// f, 0 or 1: how many of the n are always the last of the input's K, whatever the cell.
  package let fixed: Int
  /// K, all functions of an input.
  package let stored: Int
  /// Cells of an input.
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

/// The operand of a contraction: cells and n coefficients for each of some inputs and rows. The coefficients are
/// values, slopes, or either multiplied by a number for each point, laid out as in the ``PointEvaluation`` that owns
/// the memory.
public struct ContractionBlock<Element: Scalar> {
  package let shape: CompactShape
  package let inputs: Int
  package let rows: Int
  package let evaluation: PointEvaluation<Element>
  package let values: UnsafePointer<Element>

  /// - Parameter values: the values or slopes of `evaluation`, or numbers laid out like them.
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
