/// The bookkeeping of a running training on one grid, the same for every method: progress, best parameters, and record.
struct TrainingLedger<Element: Scalar> {
  /// One of several grids trained on in turn.
  struct Stage {
    var intervals: Int
    /// Epochs on earlier grids.
    var earlierEpochs: Int
  }

  let options: TrainingOptions
  let stage: Stage?
  /// The state after the last finished epoch, or at the step where an epoch was interrupted.
  var state: TrainingState<Element>
  private(set) var record: TrainingRecord
  var end = TrainingHistory.End.allEpochs
  /// Wall time of the present epoch before it was broken off.
  private var secondsBefore = 0.0

  /// - Parameters:
  ///   - record: of the training about to begin; entries of an earlier one are kept.
  ///   - continues: whether to resume from the network's training state.
  init(
    _ network: Network<Element>, _ options: TrainingOptions, stage: Stage?, record: TrainingRecord, continues: Bool
  ) {
    self.options = options
    self.stage = stage
    if continues, let earlier = network.resumableState {
      state = earlier
    } else {
      state = TrainingState(
        epochsDone: 0, optimizer: OptimizerState(step: 0, moments: []), parameters: network.parameters,
        best: .init(epoch: 0, loss: .infinity, parameters: network.parameters))
    }
    self.record = record
    self.record.objective = ObjectiveDescription(network.objective)
    if options.resuming || (stage?.earlierEpochs ?? 0) > 0, let earlier = network.record {
      self.record.seconds = earlier.seconds
      self.record.history = earlier.history
      self.record.grid = earlier.grid
      self.record.recoveries = earlier.recoveries
    }
  }

  /// Epochs of coarser grids.
  var offset: Int { stage?.earlierEpochs ?? 0 }

  /// Whether early stopping ends the training.
  var isOutOfPatience: Bool {
    options.patience.map { state.epochsDone - state.best.epoch >= max(1, $0) } ?? false
  }

  /// Replaces the parameters by others of another shape, after a change of grid.
  mutating func restart(with parameters: AlignedArray<Element>) {
    state.parameters = parameters
    state.best = .init(epoch: state.epochsDone, loss: .infinity, parameters: parameters)
  }

  /// Records a finished epoch.
  mutating func finishEpoch(
    loss: Double, validation: Evaluation?, learningRate: Double, seconds spent: Double,
    parameters: AlignedArray<Element>
  ) {
    state.epochsDone += 1
    state.stepsDone = 0
    state.lossSum = 0
    state.epochStart = nil
    state.parameters.copyElements(from: parameters)
    record.history.append(
      EpochRecord(
        epoch: offset + state.epochsDone, loss: loss, validationLoss: validation?.loss, learningRate: learningRate,
        seconds: secondsBefore + spent, grid: stage?.intervals))
    record.seconds += spent
    secondsBefore = 0
    let judged = validation?.loss ?? loss
    if options.patience == nil || judged < state.best.loss {
      state.best.epoch = state.epochsDone
      state.best.loss = judged
      state.best.parameters.copyElements(from: parameters)
    }
  }

  /// Records the process's return to an earlier epoch's parameters, unless early stopping restores its own.
  mutating func goBack(to epoch: Int, parameters: AlignedArray<Element>) {
    state.parameters.copyElements(from: parameters)
    if options.patience != nil { return }
    state.best.epoch = epoch
    state.best.parameters.copyElements(from: parameters)
  }

  /// Records a divergence, after which the epoch begins again at half the rate.
  mutating func goBack(because reason: String) {
    state.rateFactor /= 2
    if let start = state.epochStart {
      (state.parameters, state.optimizer) = (start.parameters, start.optimizer)
      if options.patience == nil || state.best.epoch == 0 { state.best.parameters = start.parameters }
      (state.stepsDone, state.lossSum, state.epochStart) = (0, 0, nil)
    }
    record.recoveries =
      (record.recoveries ?? [])
      + [.init(epoch: offset + state.epochsDone + 1, reason: reason, rateFactor: state.rateFactor)]
  }

  /// Records an epoch interrupted after some steps, so that none of it is lost; to be called before the optimizer's state
  /// is.
  mutating func breakOff(steps: Int, lossSum: Double, seconds spent: Double, parameters: AlignedArray<Element>) {
    if case .recover = options.divergence, state.stepsDone == 0 {
      state.epochStart = .init(parameters: state.parameters, optimizer: state.optimizer)
    }
    state.stepsDone = steps
    state.lossSum = lossSum
    state.parameters.copyElements(from: parameters)
    record.seconds += spent
    secondsBefore += spent
    if options.patience == nil || state.best.epoch == 0 { state.best.parameters.copyElements(from: parameters) }
  }

  /// The network with its best parameters and record, since a progress report may save it.
  func shown(_ network: Network<Element>) -> Network<Element> {
    var shown = network
    adopt(by: &shown)
    return shown
  }

  /// Stores the training's results in a network.
  func adopt(by network: inout Network<Element>) {
    network.parameters = state.best.parameters
    network.record = record
    network.trainingState = state
  }
}
