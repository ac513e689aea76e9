// Normal equations and triangular factors of rows that ranks share.

/// The sum of normal equations over the ranks.
final class GaussNewtonSum {
  private let sum: RankSum<Double>
  private let packed: UnsafeMutablePointer<Double>

  init(_ equations: GaussNewtonEquations, over communicator: any Communicator) {
    sum = RankSum(count: equations.packedCount, over: communicator)
    packed = .allocate(capacity: max(1, equations.packedCount))
  }

  deinit { packed.deallocate() }

  func run(_ equations: GaussNewtonEquations) {
    equations.forEachPart { part, place, count in (packed + place).update(from: part, count: count) }
    sum.run(packed)
    equations.forEachPart { part, place, count in part.update(from: packed + place, count: count) }
  }
}

/// The triangular factor of some rows of (J̃ r̃).
private struct JacobianTriangle: Reduction {
  typealias Chunk = Never
  var accumulator: LeastSquaresAccumulator

  mutating func add(_ chunk: Never) {}
  mutating func merge(_ other: JacobianTriangle) { accumulator.merge(other.accumulator) }

  mutating func code(_ coder: inout ReductionCoder) {
    var sums = accumulator.sums
    coder.code(&sums)
    if coder.isReading { accumulator.sums = sums }
  }
}

extension LeastSquaresProblem {
  /// R of (J̃ r̃) = Q·R, over the tree of shards of all ranks: up to p + 1 rows of p + 1 numbers each.
  func triangle() -> [Double] {
    let count = network.parameterCount
    let empty = JacobianTriangle(
      accumulator: LeastSquaresAccumulator(rows: residuals, columns: count, sides: 1, direct: true, reducing: true))
    return shards.reduced(empty) { shard in
      var result = empty
      forEachChunk(of: ownRange(shard)) { jacobian, rows, _ in
        var a = Matrix<Double>(rows: rows, columns: count)
        let to = a.mutableView()
        for row in 0..<rows {
          jacobian.forEachSegment(ofRow: row) { start, values, length in
            for place in 0..<length { to[row, start + place] = values[place] }
          }
        }
        withExtendedLifetime(a) {
          result.accumulator.add(
            to.readOnly, MatrixView(base: UnsafePointer(jacobian.residuals), rows: rows, columns: 1, stride: 1))
        }
      }
      return result
    }.accumulator.sums
  }
}
