extension Network {
  /// Makes a resumed training continue from the current parameters.
  mutating func adoptParameters() { trainingState = resumableState }

  /// The state from which a training resumes, as saved in a model file: the training's own state, except that
  /// parameters written since replace its last and best ones, and an optimiser with non-finite moments starts afresh.
  ///
  /// Written parameters are detected by comparison, since an observing setter would copy all of them at every write.
  package var resumableState: TrainingState<Element>? {
    guard var state = trainingState else { return nil }
    if parameters != state.best.parameters {
      state.parameters = parameters
      state.best = .init(epoch: state.epochsDone, loss: .infinity, parameters: parameters)
    }
    // g² of a finite gradient may overflow.
    if !state.optimizer.moments.allSatisfy({ Element.Kernels.firstNonFinite($0.count, $0.pointer) < 0 }) {
      state.optimizer = OptimizerState(
        step: 0, moments: state.optimizer.moments.map { AlignedArray(zeros: $0.count) })
    }
    return state
  }
}
