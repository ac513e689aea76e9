import KAN

// What a training's state has beside moments, in tensors of double precision.

extension TrainingState {
  /// The tensors by name; ``ModelTopology/State`` says what there is.
  var storedTensors: [String: SafeTensors.Tensor] {
    var tensors: [String: SafeTensors.Tensor] = [:]
    func store(_ numbers: [Double], _ name: String) {
      tensors[name] = SafeTensors.Tensor(shape: [numbers.count], numbers)
    }
    func store(_ network: StoredNetwork, _ prefix: String) {
      store(network.parameters, prefix + ".parameters")
      for (index, basis) in network.bases.enumerated() {
        for (name, array) in basis.arrays { store(Array(array.elements), "\(prefix).layers.\(index).\(name)") }
      }
    }
    for (name, numbers) in optimizer.method.numbers { store(numbers, "training.numbers.\(name)") }
    for (name, network) in optimizer.method.networks { store(network, "training.networks.\(name)") }
    if let grids, let best = grids.best {
      store(grids.losses, "training.grid.losses")
      store(best, "training.grid.network")
    }
    return tensors
  }
}

extension ModelTopology.State {
  init(_ state: TrainingState<some Scalar>) {
    let method = state.optimizer.method
    self.init(
      epochsDone: state.epochsDone, optimizerSteps: state.optimizer.step, moments: state.optimizer.moments.count,
      bestEpoch: state.best.epoch, bestLoss: state.best.loss.isFinite ? state.best.loss : nil,
      stepsDone: state.stepsDone > 0 ? state.stepsDone : nil, lossSum: state.stepsDone > 0 ? state.lossSum : nil,
      rateFactor: state.rateFactor == 1 ? nil : state.rateFactor, startLoss: state.startLoss,
      epochStart: state.epochStart.map {
        .init(optimizerSteps: $0.optimizer.step, moments: $0.optimizer.moments.count)
      },
      numbers: method.numbers.isEmpty ? nil : method.numbers.keys.sorted(),
      networks: method.networks.isEmpty ? nil : method.networks.mapValues(Self.topology),
      grid: state.grids?.intervals, keptGrid: state.grids?.best.map(Self.topology))
  }

  private static func topology(_ network: StoredNetwork) -> [ModelTopology.BasisTopology] {
    network.bases.map {
      .init(
        kind: $0.kind, inputs: $0.inputs, settings: $0.settings,
        arrays: $0.arrays.mapValues { [$0.rows, $0.columns] })
    }
  }
}

extension ModelFile {
  func methodState(_ state: ModelTopology.State) throws(FileError) -> MethodState {
    var method = MethodState()
    for name in state.numbers ?? [] { method.numbers[name] = try numbers("training.numbers.\(name)") }
    for (name, bases) in state.networks ?? [:] {
      method.networks[name] = try network(bases, "training.networks.\(name)")
    }
    return method
  }

  func gridProgress(_ state: ModelTopology.State) throws(FileError) -> GridProgress? {
    guard let intervals = state.grid else { return nil }
    guard let kept = state.keptGrid else { return GridProgress(intervals: intervals, losses: [], best: nil) }
    return GridProgress(
      intervals: intervals, losses: try numbers("training.grid.losses"),
      best: try network(kept, "training.grid.network"))
  }

  private func network(
    _ bases: [ModelTopology.BasisTopology], _ prefix: String
  ) throws(FileError) -> StoredNetwork {
    var descriptions: [BasisDescription<Double>] = []
    for (index, basis) in bases.enumerated() {
      var arrays: [String: Matrix<Double>] = [:]
      for (name, shape) in basis.arrays {
        let numbers = try numbers("\(prefix).layers.\(index).\(name)")
        guard shape.count == 2, shape.allSatisfy({ (0...numbers.count).contains($0) }),
          shape[0] * shape[1] == numbers.count
        else { throw failure("the training state is damaged") }
        arrays[name] = Matrix(rows: shape[0], columns: shape[1], elements: AlignedArray(numbers))
      }
      descriptions.append(
        BasisDescription(kind: basis.kind, inputs: basis.inputs, settings: basis.settings, arrays: arrays))
    }
    return StoredNetwork(bases: descriptions, parameters: try numbers("\(prefix).parameters"))
  }

  /// All numbers of a tensor; they need not be finite.
  private func numbers(_ name: String) throws(FileError) -> [Double] {
    guard let numbers = tensors.tensors[name]?.doubles else {
      throw failure("tensor \"\(printable(name))\" is missing or not F64")
    }
    return numbers
  }
}
