/// Some rows of a batch, as an ``Objective`` sees them.
public struct ObjectiveTile<Element: Scalar> {
  /// Y of the last layer: [rows × out]
  public let outputs: MatrixView<Element>
  /// T, in units of the targets' spread where ``Objective/scalesTargets`` is true; one row or label for each of
  /// `outputs`.
  public let targets: TargetView<Element>
  /// 1 on average over the data set: [rows]; nil for 1 each.
  ///
  /// A batch is divided by its rows, not by the sum of its own weights, so that its gradient is an unbiased estimate of
  /// the whole data set's.
  public let weights: UnsafePointer<Element>?
  /// Rows of the batch, by which losses and gradients are divided.
  public let total: Int

  /// - Parameter total: by default the rows of the tile.
  public init(
    outputs: MatrixView<Element>, targets: TargetView<Element>, weights: UnsafePointer<Element>? = nil,
    total: Int? = nil
  ) {
    self.outputs = outputs
    self.targets = targets
    self.weights = weights
    self.total = total ?? outputs.rows
  }

  /// Rows of the tile, not of the batch.
  public var rows: Int { outputs.rows }

  /// The rows from `start` on as a tile of their own of the same batch.
  func slice(_ start: Int, rows: Int) -> ObjectiveTile {
    ObjectiveTile(
      outputs: outputs.slice(row: start, rows: rows, columns: outputs.columns),
      targets: targets.slice(start, rows: rows), weights: weights.map { $0 + start }, total: total)
  }

  /// One row as a batch of its own, unweighted.
  func row(_ row: Int) -> ObjectiveTile {
    ObjectiveTile(
      outputs: outputs.slice(row: row, rows: 1, columns: outputs.columns), targets: targets.slice(row, rows: 1))
  }

  /// The targets of an objective for numbers. Traps for classes, which ``TargetDomain`` has rejected before.
  var targetValues: MatrixView<Element> {
    guard case .values(let values) = targets else { fatalError("ObjectiveTile: classes for an objective for numbers") }
    return values
  }

  /// The targets of an objective for classes. Traps for numbers.
  var targetClasses: UnsafePointer<Int32> {
    guard case .classes(let labels) = targets else {
      fatalError("ObjectiveTile: numbers for an objective for classes")
    }
    return labels
  }
}

/// A non-owning view of the targets of some rows.
public enum TargetView<Element: Scalar> {
  /// Numbers, scaled if the objective asks for it: [rows × targets]
  case values(MatrixView<Element>)
  /// Indices of classes: [rows]
  case classes(UnsafePointer<Int32>)

  func slice(_ start: Int, rows: Int) -> TargetView {
    switch self {
    case .values(let values): .values(values.slice(row: start, rows: rows, columns: values.columns))
    case .classes(let labels): .classes(labels + start)
    }
  }
}
