/// The first rows of a source that a training cannot take.
struct RowCheck<Element: Scalar>: Reduction {
  let domain: TargetDomain
  /// Where the targets are classes, how many there are.
  let classes: Int
  private(set) var input, target, outside: (row: Int, column: Int)?
  private(set) var weight: Int?

  init(_ domain: TargetDomain, of shape: TargetShape) {
    self.domain = domain
    classes = shape.outputs
  }

  mutating func add(_ chunk: RowChunk<Element>) {
    if input == nil, let x = chunk.inputs { input = firstNonFinite(x, chunk.range) }
    if let y = chunk.values {
      if target == nil { target = firstNonFinite(y, chunk.range) }
      if outside == nil, let place = domain.firstViolation(in: y) {
        outside = (chunk.range.lowerBound + place.row, place.column)
      }
    }
    if outside == nil, let labels = chunk.classes {
      let place = (0..<chunk.range.count).first { !(0..<Int32(classes)).contains(labels[$0]) }
      outside = place.map { (chunk.range.lowerBound + $0, 0) }
    }
    if weight == nil, let weights = chunk.weights {
      let place = (0..<chunk.range.count).first { !(weights[$0] >= 0 && weights[$0].isFinite) }
      weight = place.map { chunk.range.lowerBound + $0 }
    }
  }

  /// Rows have no gaps between them.
  private func firstNonFinite(_ matrix: MatrixView<Element>, _ range: Range<Int>) -> (row: Int, column: Int)? {
    let index = Element.Kernels.firstNonFinite(matrix.rows * matrix.columns, matrix.base)
    return index < 0 ? nil : (range.lowerBound + index / matrix.columns, index % matrix.columns)
  }

  mutating func merge(_ other: RowCheck) {
    input = input ?? other.input
    target = target ?? other.target
    outside = outside ?? other.outside
    weight = weight ?? other.weight
  }

  mutating func code(_ coder: inout ReductionCoder) {
    coder.code(&input)
    coder.code(&target)
    coder.code(&outside)
    coder.code(&weight)
  }
}
