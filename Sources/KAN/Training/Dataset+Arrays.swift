// Data sets from arrays of the standard library.

extension Dataset {
  /// A regression with one target for each row. Traps unless the rows are of one length and there is a target for each.
  ///
  /// - Parameters:
  ///   - inputs: one array for each row: [rows × in]
  ///   - targets: [rows]
  ///   - weights: the weight of each row: [rows]
  public init(inputs: [[Element]], targets: [Element], weights: [Element]? = nil, names: Names = Names()) {
    self.init(
      inputs: Matrix(inputs), targets: .values(Matrix(rows: targets.count, columns: 1, elements: targets)),
      weights: weights.map { AlignedArray($0) }, names: names)
  }

  /// A regression with several targets for each row: [rows × in] and [rows × out]. Traps as for one target.
  public init(inputs: [[Element]], targets: [[Element]], weights: [Element]? = nil, names: Names = Names()) {
    self.init(
      inputs: Matrix(inputs), targets: .values(Matrix(targets)), weights: weights.map { AlignedArray($0) }, names: names
    )
  }

  /// A classification. Traps unless the rows are of one length and there is a label for each, 0 ..< `classes`.
  ///
  /// - Parameters:
  ///   - labels: the index of each row's class: [rows]
  ///   - classes: the number of classes; by default that of `names.classes`, or else one more than the largest label.
  public init(
    inputs: [[Element]], labels: [Int], classes: Int? = nil, weights: [Element]? = nil, names: Names = Names()
  ) {
    let count = classes ?? (names.classes.isEmpty ? (labels.max() ?? -1) + 1 : names.classes.count)
    self.init(
      inputs: Matrix(inputs), targets: .labels(labels, count: count), weights: weights.map { AlignedArray($0) },
      names: names)
  }
}

extension Targets {
  /// ``classes(_:count:)`` of labels as `Int`; traps for one outside 0 ..< `count`.
  public static func labels(_ labels: [Int], count: Int) -> Targets {
    require((0...Int(Int32.max)).contains(count), "Targets: \(count) classes")
    return .classes(
      labels.map { label in
        require(label >= 0 && label < count, "Targets: class \(label) outside 0 ..< \(count)")
        return Int32(label)
      }, count: count)
  }
}
