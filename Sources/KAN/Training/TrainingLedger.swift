/// What a training keeps on one grid while it runs, whatever its method: how far it is, the best parameters so far, and its
/// record.
struct TrainingLedger<Element: Scalar> {
  /// A grid of several that are trained on in turn.
  struct Stage {
    var intervals: Int
    /// Epochs of the grids before.
    var earlierEpochs: Int
  }

  let options: TrainingOptions
  let stage: Stage?
  /// As of the last epoch that ended well, or the step where one was broken off.
  var state: TrainingState<Element>
  private(set) var record: TrainingRecord
  var end = TrainingHistory.End.allEpochs

  /// - Parameters:
  ///   - record: of a training that has not begun; what an earlier one has noted is taken over.
  ///   - continues: whether the network's training state is gone on from.
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
    }
  }

  /// Epochs of coarser grids.
  var offset: Int { stage?.earlierEpochs ?? 0 }

  /// Whether early stopping ends the training.
  var isOutOfPatience: Bool {
    options.patience.map { state.epochsDone - state.best.epoch >= max(1, $0) } ?? false
  }

  /// Takes other parameters of another shape: the process has changed a grid.
  mutating func restart(with parameters: AlignedArray<Element>) {
    state.parameters = parameters
    state.best = .init(epoch: state.epochsDone, loss: .infinity, parameters: parameters)
  }

  /// Notes an epoch that has ended well.
  mutating func finishEpoch(
    loss: Double, validation: Evaluation?, learningRate: Double, seconds spent: Double,
    parameters: AlignedArray<Element>
  ) {
    state.epochsDone += 1
    state.stepsDone = 0
    state.lossSum = 0
    state.parameters.copyElements(from: parameters)
    record.history.append(
      EpochRecord(
        epoch: offset + state.epochsDone, loss: loss, validationLoss: validation?.loss, learningRate: learningRate,
        seconds: spent, grid: stage?.intervals))
    record.seconds += spent
    let judged = validation?.loss ?? loss
    if options.patience == nil || judged < state.best.loss {
      state.best.epoch = state.epochsDone
      state.best.loss = judged
      state.best.parameters.copyElements(from: parameters)
    }
  }

  /// Notes that the process stands by an earlier epoch's parameters, unless early stopping has its own.
  mutating func goBack(to epoch: Int, parameters: AlignedArray<Element>) {
    state.parameters.copyElements(from: parameters)
    if options.patience != nil { return }
    state.best.epoch = epoch
    state.best.parameters.copyElements(from: parameters)
  }

  /// Notes an epoch that was broken off after some steps: nothing of it is lost.
  mutating func breakOff(steps: Int, lossSum: Double, seconds spent: Double, parameters: AlignedArray<Element>) {
    state.stepsDone = steps
    state.lossSum = lossSum
    state.parameters.copyElements(from: parameters)
    record.seconds += spent
    if options.patience == nil || state.best.epoch == 0 { state.best.parameters.copyElements(from: parameters) }
  }

  /// The network with its best parameters and record, since who is shown it may want to save it.
  func shown(_ network: Network<Element>) -> Network<Element> {
    var shown = network
    adopt(by: &shown)
    return shown
  }

  /// Gives a network what the training has come to.
  func adopt(by network: inout Network<Element>) {
    network.parameters = state.best.parameters
    network.record = record
    network.trainingState = state
  }
}
