extension Network {
  /// Lets a training that is resumed go on from the parameters as they are now.
  mutating func adoptParameters() { trainingState = resumableState }

  /// What a resumed training goes on from, and a model file keeps: the training's own state, but for parameters that have
  /// been written since, which take the place of its last and its best ones, and for an optimiser that remembers numbers
  /// that are not finite, which starts afresh.
  ///
  /// Written parameters are found by comparison, since a setter that took note would copy all of them at every write.
  package var resumableState: TrainingState<Element>? {
    guard var state = trainingState else { return nil }
    if parameters != state.best.parameters {
      state.parameters = parameters
      state.best = .init(epoch: state.epochsDone, loss: .infinity, parameters: parameters)
    }
    // g² of a finite gradient may overflow.
    if !state.optimizer.moments.allSatisfy({ Element._firstNonFinite($0.count, $0.pointer) < 0 }) {
      state.optimizer = OptimizerState(
        step: 0, moments: state.optimizer.moments.map { AlignedArray(zeros: $0.count) })
    }
    return state
  }
}
