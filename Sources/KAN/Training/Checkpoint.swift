/// How far a network's training has come: its record, and what a later call needs to go on to the same bits.
struct Checkpoint<Element: Scalar>: Sendable {
  var record: TrainingRecord?
  var state: TrainingState<Element>?
}

/// Parameters and optimiser where a training stopped, at the end of an epoch or within one. The parameters may differ from
/// the network's own, which are the best ones under early stopping.
package struct TrainingState<Element: Scalar>: Sendable, Equatable {
  package var epochsDone: Int
  /// Steps done of the epoch after those, and the sum of their losses over rows.
  package var stepsDone = 0
  package var lossSum = 0.0
  package var optimizer: OptimizerState<Element>
  package var parameters: AlignedArray<Element>
  package var best: Best

  package struct Best: Sendable, Equatable {
    package var epoch: Int
    package var loss: Double
    package var parameters: AlignedArray<Element>

    package init(epoch: Int, loss: Double, parameters: AlignedArray<Element>) {
      self.epoch = epoch
      self.loss = loss
      self.parameters = parameters
    }
  }

  package init(
    epochsDone: Int, stepsDone: Int = 0, lossSum: Double = 0, optimizer: OptimizerState<Element>,
    parameters: AlignedArray<Element>, best: Best
  ) {
    self.epochsDone = epochsDone
    self.stepsDone = stepsDone
    self.lossSum = lossSum
    self.optimizer = optimizer
    self.parameters = parameters
    self.best = best
  }
}
