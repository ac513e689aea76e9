/// Why a training stopped. The network then has its last good parameters.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The loss became infinite or NaN, or some gradient: in the given epoch and step (from 1) and layer (from 1).
  case nonFinite(what: String, epoch: Int, step: Int, layer: Int)
  /// A value of the data is infinite or NaN, at (row, column) from 0.
  case nonFiniteData(what: String, row: Int, column: Int)
  /// The weight of a row, from 0, is negative, infinite or NaN.
  case badWeight(what: String, row: Int)
  /// There are no rows, or none has a weight above 0.
  case noData
  /// A training cannot go on with another optimiser than it began with.
  case otherOptimizer(trained: String, asked: String)
  /// A row cannot be read.
  case rowSource(RowSourceError)
  /// No spline has the data in its support, so a training restricted to such has nothing to change.
  case noSupport
  /// A least-squares problem cannot be stated or solved, for the reason given.
  case leastSquares(String)
  /// An optimiser would take more memory than it may: bytes, and what to use instead.
  case memory(what: String, needed: Int, limit: Int, instead: String)
  /// An optimiser that needs the curvature of each output's loss, which the objective does not have.
  case notForObjective(optimizer: String, objective: String)
  /// Classes for an objective that takes numbers, or the other way round.
  case targets(objective: String, takes: String)
  /// The target at (row, column), from 0, is none that the objective takes.
  case badTarget(what: String, row: Int, column: Int, objective: String, takes: String)
  /// A training cannot go on with another objective than it began with, nor a trained network with one to which its
  /// outputs mean something else.
  case otherObjective(trained: String, asked: String)
  /// An optimiser that changes all parameters.
  case cannotRestrict(optimizer: String)
  /// Grids in turn, which change all curves.
  case cannotRestrictOnGrids
  /// A grid could not be made.
  case basis(BasisError)
  /// One row cannot be both trained on and judged by.
  case tooFewRows
  /// Names that are not one for each column or class, or the same name twice.
  case names(NamesError)
  /// Parameters have been fitted to ranges, which can no longer be set.
  case rangesAlreadyFitted
  /// A network that was trained for another task.
  case otherTask(trained: LearningTask, asked: LearningTask)

  public var description: String {
    switch self {
    case .nonFinite(let what, let epoch, let step, let layer):
      "training stopped in epoch \(epoch), step \(step): \(what) of layer \(layer) is not finite; the last good "
        + "parameters are kept (a smaller learning rate may help)"
    case .nonFiniteData(let what, let row, let column):
      "\(what), row \(row + 1), column \(column + 1): not a finite number"
    case .badWeight(let what, let row): "\(what), row \(row + 1): not a number from 0 on"
    case .rowSource(let error): error.description
    case .noData: "there are no rows to train on, or none with a weight above 0"
    case .otherOptimizer(let trained, let asked): "trained with \(trained), which cannot go on with \(asked)"
    case .notForObjective(let optimizer, let objective):
      "\(optimizer) takes objectives that are sums over single outputs, and \(objective) is none: use lbfgs or adam"
    case .targets(let objective, let takes): "\(objective) takes \(takes)"
    case .badTarget(let what, let row, let column, let objective, let takes):
      "\(what), row \(row + 1), column \(column + 1): \(objective) takes \(takes)"
    case .otherObjective(let trained, let asked):
      "trained with the objective \(trained), which cannot go on with \(asked)"
    case .cannotRestrict(let optimizer):
      "\(optimizer) changes all parameters: use lbfgs or adam to keep what has been learned"
    case .cannotRestrictOnGrids:
      "other grids change all curves: train on the grid that the network has to keep what has been learned"
    case .basis(let error): error.description
    case .names(let error): error.description
    case .rangesAlreadyFitted:
      "the parameters have been fitted to the ranges that the network has: set ranges before the first training"
    case .otherTask(let trained, let asked): "trained for \(trained), which cannot become \(asked)"
    case .tooFewRows: "too few rows to put some aside, by which grids are judged"
    case .noSupport: "no spline has the data in its support, so nothing is left to train"
    case .leastSquares(let reason): "no least-squares solution: \(reason)"
    case .memory(let what, let needed, let limit, let instead):
      "\(what) takes \(needed >> 20) MiB of memory, and may take \(limit >> 20) MiB: use \(instead)"
    }
  }
}
