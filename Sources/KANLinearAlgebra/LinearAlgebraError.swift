/// Why a computation of linear algebra gave no result.
public enum LinearAlgebraError: Error, Sendable, Equatable, CustomStringConvertible {
  /// An operand has an infinite or NaN element, at (row, column) from 0.
  case nonFinite(operand: String, row: Int, column: Int)
  /// The iteration inside a LAPACK routine did not converge.
  case notConverged(routine: String)
  /// A matrix is not positive definite: its leading minor of this order is the first that is not.
  case notPositiveDefinite(order: Int)
  /// A LAPACK routine could not allocate its workspace.
  case outOfMemory(routine: String)
  /// A dimension exceeds the libraries' 32-bit integers.
  case tooLarge(dimension: Int)
  /// The limit on address space leaves no room for a thread's buffer in OpenBLAS.
  case addressSpace(availableBytes: Int, neededBytes: Int)

  public var description: String {
    switch self {
    case .nonFinite(let operand, let row, let column):
      "\(operand) is not finite at row \(row + 1), column \(column + 1)"
    case .notConverged(let routine): "\(routine) did not converge"
    case .notPositiveDefinite(let order): "the leading minor of order \(order) is not positive definite"
    case .outOfMemory(let routine): "no memory for the work space of \(routine)"
    case .tooLarge(let dimension): "a dimension of \(dimension) is beyond 32 bits"
    case .addressSpace(let available, let needed):
      "the limit on address space leaves \(available >> 20) MiB, and a thread's buffer takes \(needed >> 20) MiB"
    }
  }

  /// The only place where a LAPACKE code becomes an error; 0 is success.
  static func check(_ info: Int, _ routine: String) throws(LinearAlgebraError) {
    switch info {
    case 0: return
    case 1...: throw .notConverged(routine: routine)
    case -1011, -1010: throw .outOfMemory(routine: routine)
    // Arguments do not depend on user data, so this is a bug in the package.
    default: fatalError("\(routine): argument \(-info) is not valid")
    }
  }
}
