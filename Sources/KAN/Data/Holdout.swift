extension Dataset {
  /// Splits off a random fraction of the rows as a test set, of classes by class.
  ///
  /// Each class gives rows in proportion, and what is left to round goes to those with the largest remainders (Hamilton's
  /// method). The last row of a class is never given away, unless every class has but one. At least one row stays on each
  /// side; nil if there are too few rows for that.
  public func holdingOut(_ fraction: Double, seed: UInt64) -> (training: Dataset, test: Dataset)? {
    let parts =
      switch targets {
      case .values: heldOutRows(of: rows, fraction, seed: seed)
      case .classes(let labels, let count): heldOutRows(of: labels, classes: count, fraction, seed: seed)
      }
    return parts.map { (selecting(rows: $0.training), selecting(rows: $0.test)) }
  }
}

extension TrainingRows {
  /// Puts a random fraction of the rows aside; see ``Dataset/holdingOut(_:seed:)``.
  func holdingOut(
    _ fraction: Double, seed: UInt64
  ) throws(RowSourceError) -> (training: TrainingRows, test: TrainingRows)? {
    if let memory {
      return memory.holdingOut(fraction, seed: seed).map { (TrainingRows($0.training), TrainingRows($0.test)) }
    }
    let parts =
      switch targetShape {
      case .values: heldOutRows(of: rows, fraction, seed: seed)
      case .classes(let count):
        heldOutRows(of: try Self.labels(of: source), classes: count, fraction, seed: seed)
      }
    guard let parts else { return nil }
    if let shared {
      return (try TrainingRows(shared.selecting(parts.training)), try TrainingRows(shared.selecting(parts.test)))
    }
    return (try selecting(parts.training, of: source), try selecting(parts.test, of: source))
  }

  private static func labels(of source: some RowSource<Element>) throws(RowSourceError) -> [Int32] {
    if let shared = source as? DistributedRows<Element> {
      return shared.communicator.gather(try labels(of: shared.local))
    }
    let buffer = RowBuffer(source, capacity: 4096, parts: .targets)
    var labels: [Int32] = []
    labels.reserveCapacity(source.rows)
    for start in stride(from: 0, to: source.rows, by: buffer.capacity) {
      let batch = try buffer.read(start..<min(start + buffer.capacity, source.rows), of: source)
      labels.append(contentsOf: UnsafeBufferPointer(start: batch.classes!, count: batch.rows))
    }
    return labels
  }

  private func selecting(
    _ selected: [Int], of source: some RowSource<Element>
  ) throws(RowSourceError) -> TrainingRows {
    try TrainingRows(RowSelection(source: source, selected: selected))
  }
}

/// Rows kept and rows put aside, each in the order of the data, so that neither part depends on more of the shuffle than
/// it has to.
typealias RowParting = (training: [Int], test: [Int])

/// The rows that ``Dataset/holdingOut(_:seed:)`` keeps and puts aside, of numbers.
func heldOutRows(of rows: Int, _ fraction: Double, seed: UInt64) -> RowParting? {
  guard let count = heldOutCount(of: rows, fraction) else { return nil }
  let order = holdoutOrder(of: rows, seed: seed)
  return (order[count...].sorted(), order[..<count].sorted())
}

/// The same of classes.
func heldOutRows(of labels: [Int32], classes: Int, _ fraction: Double, seed: UInt64) -> RowParting? {
  guard let wanted = heldOutCount(of: labels.count, fraction) else { return nil }
  let order = holdoutOrder(of: labels.count, seed: seed)
  var sizes = [Int](repeating: 0, count: classes)
  for label in labels { sizes[Int(label)] += 1 }
  let most = sizes.map { max(0, $0 - 1) }
  let count = min(wanted, most.reduce(0, +))
  if count == 0 { return heldOutRows(of: labels.count, fraction, seed: seed) }

  // Hamilton's method. Equal remainders go by the order of the shuffle, so that no class is favoured for its number.
  let share = Double(count) / Double(labels.count)
  var left = sizes.indices.map { min(most[$0], Int(Double(sizes[$0]) * share)) }
  var place = [Int](repeating: labels.count, count: classes)
  for (index, row) in order.enumerated().reversed() { place[Int(labels[row])] = index }
  let byRemainder = sizes.indices.sorted { a, b in
    let (x, y) = (Double(sizes[a]) * share - Double(left[a]), Double(sizes[b]) * share - Double(left[b]))
    return x == y ? place[a] < place[b] : x > y
  }
  var missing = count - left.reduce(0, +)
  while missing > 0 {
    for label in byRemainder where missing > 0 && left[label] < most[label] {
      left[label] += 1
      missing -= 1
    }
  }

  var (training, test): RowParting = ([], [])
  for row in order {
    let label = Int(labels[row])
    if left[label] > 0 {
      left[label] -= 1
      test.append(row)
    } else {
      training.append(row)
    }
  }
  return (training.sorted(), test.sorted())
}

private func heldOutCount(of rows: Int, _ fraction: Double) -> Int? {
  require(fraction > 0 && fraction < 1, "Dataset: a fraction of \(fraction) held out")
  return rows < 2 ? nil : min(rows - 1, max(1, Int((Double(rows) * fraction).rounded())))
}

private func holdoutOrder(of rows: Int, seed: UInt64) -> [Int] {
  var generator = RandomGenerator(seed: seed, stream: RandomStream.holdout)
  return generator.permutation(of: rows)
}

/// Independent streams of random numbers for one seed.
enum RandomStream {
  static let holdout: UInt64 = 1
  /// Random starts of a second-order training: this and the start's number.
  static let starts: UInt64 = 1 << 16
  /// The order of rows in an epoch: this and the epoch's number. Of rows that ranks share, each shard has a seed of its
  /// own.
  static let epochs: UInt64 = 1 << 32
}
