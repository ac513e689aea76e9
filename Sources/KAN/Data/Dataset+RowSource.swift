extension Dataset: RowSource {
  public var inputColumns: Int { inputs.columns }
  public var targetShape: TargetShape {
    switch targets {
    case .values(let values): .values(columns: values.columns)
    case .classes(_, let count): .classes(count: count)
    }
  }
  public var hasWeights: Bool { weights != nil }

  public func read(_ rows: UnsafeBufferPointer<Int>, into batch: RowBatch<Element>) throws(RowSourceError) {
    if let to = batch.inputs { copy(rows, of: inputs.view, to: to) }
    switch targets {
    case .values(let values):
      if let to = batch.values { copy(rows, of: values.view, to: to) }
    case .classes(let labels, _):
      if let to = batch.classes { for place in 0..<rows.count { to[place] = labels[rows[place]] } }
    }
    if let weights, let to = batch.weights {
      for place in 0..<rows.count { to[place] = weights.pointer[rows[place]] }
    }
  }

  private func copy(
    _ rows: UnsafeBufferPointer<Int>, of matrix: MatrixView<Element>, to: MutableMatrixView<Element>
  ) {
    for place in 0..<rows.count {
      // As bytes, which is memcpy whatever the type is.
      UnsafeMutableRawPointer(to.base + place * to.stride).copyMemory(
        from: UnsafeRawPointer(matrix.base + rows[place] * matrix.stride),
        byteCount: matrix.columns * MemoryLayout<Element>.stride)
    }
  }

  /// All rows of a source in memory.
  ///
  /// - Throws: ``RowSourceError`` if a row cannot be read, or its class is outside 0 ..< count.
  public init(reading source: some RowSource<Element>) throws(RowSourceError) {
    self = try source.dataset { $0 }
  }
}

extension RowSource {
  /// All rows in memory, in the precision that a conversion gives, chunk by chunk.
  func dataset<Other: Scalar>(_ convert: (Element) -> Other) throws(RowSourceError) -> Dataset<Other> {
    var inputs = Matrix<Other>(rows: rows, columns: inputColumns)
    var values = Matrix<Other>(rows: rows, columns: targetShape.task == .regression ? targetShape.outputs : 0)
    var labels: [Int32] = []
    var weights: [Other] = []
    let buffer = RowBuffer(self, capacity: 1024)
    for start in stride(from: 0, to: rows, by: 1024) {
      let range = start..<min(start + 1024, rows)
      let chunk = try buffer.read(range, of: self)
      if let classes = chunk.classes { try targetShape.check(classes, buffer.rows(range)) }
      let (x, y) = (inputs.mutableView(), values.mutableView())
      for row in 0..<chunk.rows {
        for column in 0..<x.columns { x[start + row, column] = convert(chunk.inputs![row, column]) }
        for column in 0..<y.columns { y[start + row, column] = convert(chunk.values![row, column]) }
        if let classes = chunk.classes { labels.append(classes[row]) }
        if let rowWeights = chunk.weights { weights.append(convert(rowWeights[row])) }
      }
    }
    let targets: Targets<Other> =
      switch targetShape {
      case .values: .values(values)
      case .classes(let count): .classes(labels, count: count)
      }
    return Dataset<Other>(
      inputs: inputs, targets: targets, weights: hasWeights ? AlignedArray(weights) : nil, names: names)
  }
}
