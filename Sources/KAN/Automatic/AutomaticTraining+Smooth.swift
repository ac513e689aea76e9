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
  /// One fold judges. The network that does best is then fitted further to all rows.
  func smoothNetwork(
    instead mixture: Network<Element>, loss: Double, _ plan: FoldPlan
  ) throws(TrainingError) -> SmoothNetwork<Element>? {
    guard monitor.isRunning, objective is MeanSquaredError, mixture.monotone.isEmpty, hasNumbersAlone,
      options.intervals == nil, !options.hasEvenKnots, tuning.looksSmooth(data, loss: loss)
    else { return nil }
    let rows = data.inDoublePrecision()
    let (training, judges) = (rows.selecting(rows: plan.training(0)), rows.selecting(rows: plan.heldOut(0)))
    let widths = tuning.smoothWidths(inputs: data.inputs.columns)
    // One more for the last fit to all rows.
    monitor.begin(.smooth, count: widths.count + 1)
    var best: (network: Network<Double>, loss: Double, hidden: Int)?
    for (place, hidden) in widths.enumerated() where monitor.isRunning {
      guard let network = smooth(training, hidden: hidden, place) else { continue }
      let own = relativeSquare(network, judges)
      _ = monitor.advance(place, to: 1)
      if let best, !(own < AutomaticTuning.clearGain * best.loss) { break }
      best = (network, own, hidden)
      monitor.judge(own)
      if own < AutomaticTuning.enoughGain * loss { break }
    }
    guard monitor.isRunning, let best, best.loss < AutomaticTuning.clearGain * loss else { return nil }
    var final = best.network
    let options = TrainingOptions(epochs: AutomaticTuning.smoothEpochs / 3, seed: seed)
    let method = LevenbergMarquardt(starts: 1, memoryLimit: AutomaticTuning.smoothMemory)
    let goesOn: TrainingReport<Double> = { [monitor] _, _ in monitor.advance(widths.count, to: 0.5) }
    if (try? final.train(on: rows, with: method, options: options, pool: pool, progress: goesOn)) == nil
      || !(relativeSquare(final, judges) <= best.loss)
    {
      final = best.network
    }
    guard let converted = try? final.converted(to: Element.self) else { return nil }
    return SmoothNetwork(network: converted, loss: best.loss, hidden: best.hidden)
  }

  private func smooth(_ rows: Dataset<Double>, hidden: Int, _ place: Int) -> Network<Double>? {
    let grids = tuning.smoothGrids(
      inputs: rows.inputs.columns, hidden: hidden, outputs: rows.targets.outputs, rows: rows.rows)
    if grids.isEmpty { return nil }
    var network = Network<Double>(
      .spline(rows.inputs.columns, hidden), .spline(hidden, rows.targets.outputs), seed: seed)
    let options = TrainingOptions(epochs: AutomaticTuning.smoothEpochs, seed: seed, grids: grids)
    let method = LevenbergMarquardt(starts: AutomaticTuning.smoothStarts, memoryLimit: AutomaticTuning.smoothMemory)
    // A fit that breaks down is none.
    let history = try? network.train(on: rows, with: method, options: options, pool: pool) { progress, _ in
      monitor.advance(place, to: min(0.999, Double(progress.epoch - 1) / Double(max(1, progress.epochs))))
    }
    return history == nil ? nil : network
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
