/// The progress of a network's training: its record, and the state from which a later call resumes bit for bit.
struct Checkpoint<Element: Scalar>: Sendable {
  var record: TrainingRecord?
  var state: TrainingState<Element>?
  /// What a program that resumes the training compares, by names of its own, such as its options and a fingerprint of the
  /// data.
  var terms: [String: String] = [:]
}

/// Parameters and optimiser state where a training stopped, at the end of an epoch or within one. With early stopping
/// the network itself has the best parameters instead.
package struct TrainingState<Element: Scalar>: Sendable, Equatable {
  package var epochsDone: Int
  /// Steps done of the unfinished epoch, and the sum over rows of their losses.
  package var stepsDone = 0
  package var lossSum = 0.0
  package var optimizer: OptimizerState<Element>
  package var parameters: AlignedArray<Element>
  package var best: Best
  /// For a training on several grids in turn.
  package var grids: GridProgress?
  /// What the schedule's rates are multiplied by, after ``DivergenceResponse/recover(times:)``.
  package var rateFactor = 1.0
  /// The loss before the first step, where a training is to recover from divergence.
  package var startLoss: Double?
  /// Where the unfinished epoch began, for a training that goes back there when it diverges.
  package var epochStart: EpochStart?

  package struct EpochStart: Sendable, Equatable {
    package var parameters: AlignedArray<Element>
    package var optimizer: OptimizerState<Element>

    package init(parameters: AlignedArray<Element>, optimizer: OptimizerState<Element>) {
      self.parameters = parameters
      self.optimizer = optimizer
    }
  }

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
    parameters: AlignedArray<Element>, best: Best, grids: GridProgress? = nil
  ) {
    self.epochsDone = epochsDone
    self.stepsDone = stepsDone
    self.lossSum = lossSum
    self.optimizer = optimizer
    self.parameters = parameters
    self.best = best
    self.grids = grids
  }
}
