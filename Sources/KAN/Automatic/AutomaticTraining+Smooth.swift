/// A network by second-order steps in double precision: smooth data without noise have more digits than first-order
/// steps find.
struct SmoothNetwork<Element: Scalar> {
  var network: Network<Element>
  /// On the rows of one fold, which it did not learn before it was judged.
  var loss: Double
  var hidden: Int
}

extension AutomaticTraining {
  /// A network by ``LevenbergMarquardt``, where the data look smooth and one does clearly better on rows left out than
  /// all other members together; else nil.
  ///
  /// One fold judges. Networks of rising width are screened on a coarse grid, and go on to finer ones if they are promising.
  /// The best of them is then fitted further to all rows.
  func smoothNetwork(
    instead template: Network<Element>, loss: Double, _ plan: FoldPlan
  ) throws(TrainingError) -> SmoothNetwork<Element>? {
    guard monitor.isRunning, objective is MeanSquaredError, template.monotone.isEmpty, hasNumbersAlone,
      options.intervals == nil, !options.hasEvenKnots, tuning.looksSmooth(data, loss: loss)
    else { return nil }
    let rows = data.inDoublePrecision()
    let (training, judges) = (rows.selecting(rows: plan.training(0)), rows.selecting(rows: plan.heldOut(0)))
    let (inputs, outputs) = (data.inputs.columns, template.outputs)
    let widths = tuning.smoothWidths(inputs: inputs).filter {
      !tuning.smoothGrids(inputs: inputs, hidden: $0, outputs: outputs, rows: training.rows).isEmpty
    }
    // A second fit of each on finer grids, and the last one to all rows.
    monitor.begin(.smooth, count: 2 * widths.count + 1)
    var best: (network: Network<Double>, loss: Double, hidden: Int)?
    for (place, hidden) in widths.enumerated() where monitor.isRunning {
      var network = Network<Double>(.spline(inputs, hidden), .spline(hidden, outputs), seed: seed)
      let screening = TrainingOptions(epochs: AutomaticTuning.screeningEpochs, seed: seed)
      guard train(&network, screening, starts: AutomaticTuning.smoothStarts, on: training, 2 * place) else { continue }
      var own = relativeSquare(network, judges)
      if let best, !(own < AutomaticTuning.clearGain * best.loss) { break }
      if own < AutomaticTuning.clearGain * loss {
        var finer = network
        let grids = tuning.smoothGrids(inputs: inputs, hidden: hidden, outputs: outputs, rows: training.rows)
        let onGrids = TrainingOptions(epochs: AutomaticTuning.smoothEpochs, seed: seed, grids: grids)
        if train(&finer, onGrids, starts: 1, on: training, 2 * place + 1), relativeSquare(finer, judges) < own {
          (network, own) = (finer, relativeSquare(finer, judges))
        }
        monitor.judge(own)
      }
      best = (network, own, hidden)
      if own < AutomaticTuning.enoughGain * loss { break }
    }
    guard let best, best.loss < AutomaticTuning.clearGain * loss else { return nil }
    var final = best.network
    let onAll = TrainingOptions(epochs: AutomaticTuning.screeningEpochs, seed: seed)
    if !train(&final, onAll, starts: 1, on: rows, 2 * widths.count) || !(relativeSquare(final, judges) <= best.loss) {
      final = best.network
    }
    // Another precision has every basis that was made here.
    guard monitor.isRunning, let converted = try? final.converted(to: Element.self) else { return nil }
    return SmoothNetwork(network: converted, loss: best.loss, hidden: best.hidden)
  }

  /// Whether a training has ended well; a fit that breaks down is none.
  private func train(
    _ network: inout Network<Double>, _ options: TrainingOptions, starts: Int, on rows: Dataset<Double>, _ place: Int
  ) -> Bool {
    let name = "smooth \(place)"
    var options = options
    if let earlier = store.stored(name, Double.self) {
      if earlier.isDone {
        _ = monitor.advance(place, to: 1)
        network = earlier.network ?? network
        return earlier.network != nil
      }
      if let stored = earlier.network {
        network = stored
        options.resuming = true
      }
    }
    store.begin(name)
    let method = LevenbergMarquardt(starts: starts, memoryLimit: AutomaticTuning.smoothMemory)
    let history = try? network.train(on: rows, with: method, options: options, pool: pool) { progress, network in
      let share = Double(progress.epoch - 1) / Double(max(1, progress.epochs))
      return store.decide(name, progress, network, monitor.advance(place, to: min(0.999, share)))
    }
    let isStopped = history.map { $0.end == .stopped || $0.end == .cancelled } ?? false
    store.put(name, history == nil ? nil : network, isDone: !isStopped)
    _ = monitor.advance(place, to: 1)
    return history != nil && monitor.isRunning
  }

  /// The mean square of the errors in units of the targets' spread, as other members are judged.
  private func relativeSquare(_ network: Network<Double>, _ rows: Dataset<Double>) -> Double {
    guard case .values(let targets) = rows.targets else { return .infinity }
    let found = network.predict(rows.inputs, pool: pool)
    let weights = rows.relativeWeights
    var sum = 0.0
    for output in 0..<targets.columns {
      let factor = network.outputScaling.factor[output]
      for row in 0..<rows.rows {
        let error = (found[row, output] - targets[row, output]) * factor
        sum += (weights?[row] ?? 1) * error * error
      }
    }
    return sum / Double(max(1, rows.rows * targets.columns))
  }
}
