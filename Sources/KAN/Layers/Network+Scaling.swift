extension Network {
  /// Fixes the ranges of inputs, and of targets if wanted, before the first training, which otherwise takes them from
  /// its data.
  ///
  /// For data that comes in parts, the first of which does not show the whole range: the grids of the first layer cover
  /// the range given here, and later trainings never change it.
  ///
  /// - Parameters:
  ///   - inputs: one range for each input, scaled to [-1, 1]
  ///   - targets: one range for each output, scaled to [-1, 1]; nil leaves that to the first training. An objective
  ///     that does not scale targets (``Objective/scalesTargets``) takes them as they are.
  public mutating func setRanges(inputs: [ClosedRange<Element>], targets: [ClosedRange<Element>]? = nil) {
    require(
      inputs.count == self.inputs && (targets?.count ?? outputs) == outputs,
      "Network: \(inputs.count) ranges of inputs and \(targets?.count ?? outputs) of targets for \(self.inputs) inputs "
        + "and \(outputs) outputs")
    for range in inputs + (targets ?? []) {
      require(
        range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound,
        "Network: range \(range)")
    }
    inputScaling = Scaling(rangeOf: Matrix([inputs.map(\.lowerBound), inputs.map(\.upperBound)]))
    hasInputScaling = true
    guard let targets else { return }
    // The deviation of two numbers is half their distance.
    outputScaling = Scaling(spreadOf: Matrix([targets.map(\.lowerBound), targets.map(\.upperBound)]))
    hasOutputScaling = true
  }
}
