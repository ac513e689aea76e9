/// Why a training stopped. The network then has its last good parameters.
public enum TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An output, a gradient or a parameter became infinite or NaN, in the given epoch and step (from 1), first at a place.
  case nonFinite(what: String, epoch: Int, step: Int, at: NetworkPlace)
  /// A value of the data is infinite or NaN, at (row, column) from 0.
  case nonFiniteData(what: String, row: Int, column: Int)
  /// The weight of a row, from 0, is negative, infinite or NaN.
  case badWeight(what: String, row: Int)
  /// There are no rows, or none has a weight above 0.
  case noData
  /// A training cannot be resumed with another optimiser.
  case otherOptimizer(trained: String, asked: String)
  /// A row cannot be read.
  case rowSource(RowSourceError)
  /// No function has data in its support, so a training restricted to those has nothing to change.
  case noSupport
  /// A least-squares problem cannot be posed or solved, for the given reason.
  case leastSquares(String)
  /// An optimiser needs more memory than its limit, in bytes; `instead` names an alternative.
  case memory(what: String, needed: Int, limit: Int, instead: String)
  /// The optimiser needs a curvature for each output's loss, which the objective does not have.
  case notForObjective(optimizer: String, objective: String)
  /// Classes for an objective on numbers, or the reverse.
  case targets(objective: String, takes: String)
  /// The target at (row, column), from 0, is invalid for the objective.
  case badTarget(what: String, row: Int, column: Int, objective: String, takes: String)
  /// A training cannot be resumed with another objective, nor can a trained network be trained with one that gives its
  /// outputs another meaning.
  case otherObjective(trained: String, asked: String)
  /// The optimiser changes all parameters, so training cannot be restricted.
  case cannotRestrict(optimizer: String)
  /// The optimiser cannot apply penalties on edges.
  case cannotPenalize(optimizer: String)
  /// Training on several grids changes all curves, so it cannot be restricted.
  case cannotRestrictOnGrids
  /// A grid could not be made.
  case basis(BasisError)
  /// Too few rows to hold some out.
  case tooFewRows
  /// Predictions cannot be held monotone in an input, for the given reason.
  case monotone(String)
  /// Ranks cannot share this training, for the given reason.
  case notShared(String)
  /// Swift's task that ran a least-squares fit was cancelled.
  case cancelled
  /// Names do not match the columns or classes, or repeat.
  case names(NamesError)
  /// Ranges cannot be set any more: parameters have been fitted to them.
  case rangesAlreadyFitted
  /// The network was trained for another task.
  case otherTask(trained: LearningTask, asked: LearningTask)

  public var description: String {
    switch self {
    case .nonFinite(let what, let epoch, let step, let place):
      "training stopped in epoch \(epoch), step \(step): \(what) of layer \(place.layer) is not finite"
        + (place.part.map { ", first at \($0)" } ?? "")
        + "; the last good parameters are kept (a smaller learning rate may help)"
    case .nonFiniteData(let what, let row, let column):
      "\(what), row \(row + 1), column \(column + 1): not a finite number"
    case .badWeight(let what, let row): "\(what), row \(row + 1): not a finite number of 0 or more"
    case .rowSource(let error): error.description
    case .noData: "there are no rows to train on, or none with a weight above 0"
    case .otherOptimizer(let trained, let asked): "trained with \(trained), which cannot go on with \(asked)"
    case .notForObjective(let optimizer, let objective):
      "\(optimizer) needs an objective that is a sum over single outputs, which \(objective) is not: use lbfgs or adam"
    case .targets(let objective, let takes): "\(objective) takes \(takes)"
    case .badTarget(let what, let row, let column, let objective, let takes):
      "\(what), row \(row + 1), column \(column + 1): \(objective) takes \(takes)"
    case .otherObjective(let trained, let asked):
      "trained with the objective \(trained), which cannot go on with \(asked)"
    case .cannotRestrict(let optimizer):
      "\(optimizer) changes all parameters: use lbfgs or adam to keep what has been learned"
    case .cannotPenalize(let optimizer):
      "\(optimizer) takes no penalties on edges: use lbfgs or adam for a sparse network"
    case .cannotRestrictOnGrids:
      "other grids change all curves: train on the grid that the network has to keep what has been learned"
    case .basis(let error): error.description
    case .names(let error): error.description
    case .cancelled: "cancelled"
    case .notShared(let reason): "on several machines: \(reason)"
    case .monotone(let reason): "predictions cannot be held monotone: \(reason)"
    case .rangesAlreadyFitted:
      "the parameters have been fitted to the ranges that the network has: set ranges before the first training"
    case .otherTask(let trained, let asked): "trained for \(trained), which cannot become \(asked)"
    case .tooFewRows: "too few rows to hold some out for judging grids"
    case .noSupport: "no spline has the data in its support, so nothing is left to train"
    case .leastSquares(let reason): "no least-squares solution: \(reason)"
    case .memory(let what, let needed, let limit, let instead):
      "\(what) takes \(needed >> 20) MiB of memory, and may take \(limit >> 20) MiB: use \(instead)"
    }
  }
}
