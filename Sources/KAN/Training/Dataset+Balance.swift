extension Dataset {
  /// The rows of classes with weights by which every class counts the same: wᵣ·W/(C·W_c), W_c the sum of the weights w of
  /// a row's class, W that of all rows and C the number of classes with rows that count. Without weights n/(C·n_c).
  ///
  /// Traps unless the targets are classes.
  public func balancingClasses() -> Dataset {
    guard case .classes(let labels, let count) = targets else { fatalError("Dataset: balanced classes of numbers") }
    var balance = ClassBalance(classes: count)
    for (row, label) in labels.enumerated() { balance.add(label, weights.map { Double($0[row]) } ?? 1) }
    balance.finish()
    let balanced = labels.enumerated().map { row, label in
      Element(balance.weight(label, weights.map { Double($0[row]) } ?? 1))
    }
    return Dataset(inputs: inputs, targets: targets, weights: AlignedArray(balanced), names: names)
  }
}
