/// Trains the networks of an automatic training, one on each thread at a time: steps of small networks are too short to
/// be shared out.
struct MemberTraining<Element: Scalar>: ParallelLoop {
  struct Job {
    let kind: AutomaticTuning.Kind
    let fold: Int
    let seed: UInt64

    /// Among the parts of a checkpoint.
    var name: String { "\(kind.name) without \(fold), seed \(seed)" }
  }

  let jobs: [Job]
  /// Layers and scalings of each kind's networks, by the kind's name.
  let templates: [String: Network<Element>]
  let tuning: AutomaticTuning
  let objective: any Objective
  /// The rows that a fold's networks learn, by fold; for residual kinds less the fold's additive fit.
  let data: [Dataset<Element>]
  let residuals: [Dataset<Element>]
  /// One for each worker.
  let pools: [ThreadPool]
  let monitor: AutomaticMonitor
  let store: AutomaticStore<Element>
  nonisolated(unsafe) let results: UnsafeMutableBufferPointer<Result<Network<Element>, TrainingError>?>

  func iterate(_ index: Int, worker: Int) {
    guard monitor.isRunning else {
      results[index] = .failure(.cancelled)
      return
    }
    do throws(TrainingError) {
      results[index] = .success(try train(index, pools[worker]))
    } catch {
      results[index] = .failure(error)
    }
  }

  private func train(_ index: Int, _ pool: ThreadPool) throws(TrainingError) -> Network<Element> {
    let job = jobs[index]
    let rows = job.kind.isResidual ? residuals[job.fold] : data[job.fold]
    let template = templates[job.kind.name]!
    var network = template.restarted(seed: job.seed, isResidual: job.kind.isResidual)
    let earlier = store.stored(job.name, Element.self)
    if let stored = earlier?.network, stored.hasFunctions(of: template) {
      if earlier?.isDone == true {
        _ = monitor.advance(index, to: 1)
        return stored
      }
      network = stored
    }
    store.begin(job.name)
    let batch = min(AutomaticTuning.batch(rows: rows.rows), rows.rows)
    let stepsOfEpoch = (rows.rows + batch - 1) / batch
    let steps = max(tuning.steps, tuning.passes * stepsOfEpoch)
    let method = AdamW(
      learningRate: AutomaticTuning.learningRate(inputs: network.inputs),
      weightDecay: job.kind.weightDecay * AutomaticTuning.decay(rows: rows.rows))
    let options = TrainingOptions(
      epochs: max(1, (steps + stepsOfEpoch / 2) / stepsOfEpoch), batch: batch, schedule: .oneCycle, seed: job.seed,
      resuming: true, objective: objective)
    let history = try network.train(on: rows, with: method, options: options, pool: pool) { progress, network in
      let share = Double(progress.epoch - 1) + Double(progress.step) / Double(max(1, progress.steps))
      let decision = monitor.advance(index, to: min(0.999, share / Double(progress.epochs)))
      return store.decide(job.name, progress, network, decision)
    }
    // A network that was stopped on its way has steps as large as those in the middle of the schedule.
    if history.end != .allEpochs {
      store.put(job.name, network, isDone: false)
      throw .cancelled
    }
    network.centerOutputs(on: rows, objective, pool: pool)
    // Nothing goes on from it, and its moments are twice as large as itself.
    network.trainingState = nil
    store.put(job.name, network, isDone: true)
    _ = monitor.advance(index, to: 1)
    return network
  }
}

extension Network {
  /// Whether a network of a checkpoint is one of this training.
  func hasFunctions(of template: Network) -> Bool {
    parameterCount == template.parameterCount && layers.count == template.layers.count
      && zip(layers, template.layers).allSatisfy { $0.basis.description == $1.basis.description }
  }

  /// The same layers and scalings with other random parameters.
  fileprivate func restarted(seed: UInt64, isResidual: Bool) -> Network {
    var network = Network(layers, seed: seed)
    network.preprocessing = preprocessing
    if isResidual {
      // Begins near the additive fit, which is all that it improves on.
      let last = network.parameterOffset(ofLayer: layers.count - 1)
      let to = network.parameters.mutablePointer()
      for index in last..<network.parameterCount { to[index] *= 0.3 }
    }
    return network
  }
}
