/// Intervals around the predictions of some rows, in the data's units.
public struct PredictionIntervals: Sendable, Equatable {
  /// The share of fresh rows whose target lies in the interval.
  public let level: Double
  /// The lower ends: [rows × out]
  public package(set) var lower: Matrix<Double>
  /// The upper ends: [rows × out]
  public package(set) var upper: Matrix<Double>
}

extension Network {
  /// Whether there are intervals around the predictions: after ``calibrateIntervals(training:heldOut:pool:)``, until
  /// parameters change.
  public var hasIntervals: Bool { validIntervals != nil }

  /// Takes what intervals need from the rows of the training and from rows that the training has not seen.
  ///
  /// The half width of an interval at x is proportional to the standard error of a least-squares prediction,
  /// √(1 + h(x)), h(x) = φᵀ(Φ̃ᵀΦ̃ + Σ λ·DᵀD)⁻¹φ with the last layer's functions φ, and rows held out say by how much
  /// (split conformal prediction, Lei et al. 2018, Journal of the American Statistical Association 113):
  ///
  ///     score = |t - y|/√(1 + h)        y ± √(1 + h)·(the ⌈(m + 1)·level⌉-th of m scores)
  ///
  /// Whatever the network is, a fresh row lies in its interval with a probability of `level` to `level` + 1/(m + 1) if it
  /// comes from where the rows held out do: <doc:Intervals>. Takes a fraction of a training's time: covariances are
  /// taken from no more than 16,384 rows and 512 functions.
  ///
  /// - Parameters:
  ///   - training: the rows that the network was trained on.
  ///   - heldOut: rows with targets that it was not; rows of weight 0 do not count.
  /// - Throws: ``IntervalError``; the network is then as it was.
  public mutating func calibrateIntervals(
    training: Dataset<Element>, heldOut: Dataset<Element>, pool: ThreadPool = .shared
  ) throws(IntervalError) {
    guard task == .regression, objective.link == .identity, objective.outputs(forTargets: outputs) == outputs else {
      throw .notForObjective(ObjectiveDescription(objective).description)
    }
    for data in [training, heldOut] {
      guard data.inputs.columns == inputs, case .values(let values) = data.targets, values.columns == outputs else {
        throw .rows("rows of \(data.inputs.columns) inputs and \(data.targets.outputs) targets")
      }
      if data.rows == 0 || data.meanWeight == 0 { throw .rows("no rows") }
    }
    let covariance: LastLayerCovariance
    do {
      covariance = try lastLayerCovariance(on: training, pool: pool)
    } catch .leastSquares(let reason) {
      throw .leastSquares(reason)
    } catch {
      throw .rows("\(error)")
    }
    let rows = TrainingRows(heldOut)
    let targets = LayerTargets(layer: layers.count - 1, scaling: outputScaling)
    var scores = [[(score: Double, weight: Double)]](repeating: [], count: outputs)
    do throws(RowSourceError) {
      try forEachChunk(of: rows, reading: [.targets, .weights], pool: pool) { chunk in
        let errors = standardErrors(chunk, covariance, pool)
        let t = targets.scaled(chunk)
        for row in 0..<t.rows {
          let weight = chunk.weights.map { Double($0[row]) } ?? 1
          for output in 0..<outputs {
            scores[output].append((abs(t[row, output] - Double(chunk.output[row, output])) / errors[row], weight))
          }
        }
      }
    } catch {
      throw .rows("\(error)")
    }
    let counted = scores[0].count { $0.weight > 0 }
    guard
      let result = IntervalCalibration(
        covariance, scores: scores.map { IntervalCalibration.thinned($0) }, rows: counted, mark: parameterMark)
    else { throw .rows("predictions of rows held out are not finite") }
    intervals = result
  }

  /// Intervals around the predictions of some rows.
  ///
  /// - Parameters:
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit.
  ///   - level: the share of fresh rows whose target is to lie within.
  /// - Throws: ``IntervalError``
  public func predictionIntervals(
    at rows: Matrix<Element>, level: Double = 0.9, pool: ThreadPool = .shared
  ) throws(IntervalError) -> PredictionIntervals {
    requireColumns(of: rows)
    let calibration = try checkedIntervals(level)
    let scores = (0..<outputs).map { calibration.score($0, level: level) }
    var lower = Matrix<Double>(rows: rows.rows, columns: outputs)
    var upper = lower
    let (low, high) = (lower.mutableView(), upper.mutableView())
    do throws(RowSourceError) {
      let data = TrainingRows(unweighted: Dataset(withoutTargets: rows))
      try forEachChunk(of: data, pool: pool) { chunk in
        let errors = standardErrors(chunk, calibration.covariance, pool)
        for row in 0..<chunk.range.count {
          for output in 0..<outputs {
            let half = scores[output] * errors[row]
            let y = Double(chunk.output[row, output])
            let place = chunk.range.lowerBound + row
            low[place, output] = (y - half) / outputUnit(output) + Double(outputScaling.shift[output])
            high[place, output] = (y + half) / outputUnit(output) + Double(outputScaling.shift[output])
          }
        }
      }
    } catch {
      throw .rows("\(error)")
    }
    return PredictionIntervals(level: level, lower: lower, upper: upper)
  }

  /// The calibration, if it is of these parameters.
  package var validIntervals: IntervalCalibration? {
    guard let intervals, intervals.mark == parameterMark else { return nil }
    return intervals
  }

  func checkedIntervals(_ level: Double) throws(IntervalError) -> IntervalCalibration {
    guard let calibration = validIntervals else { throw .notCalibrated }
    if !(level > 0 && level <= calibration.largestLevel) {
      throw .level(level, rows: calibration.rows, largest: calibration.largestLevel)
    }
    return calibration
  }

  /// √(1 + h) of each row of a chunk.
  private func standardErrors(
    _ chunk: NetworkChunk<Element>, _ covariance: LastLayerCovariance, _ pool: ThreadPool
  ) -> [Double] {
    let last = layers.count - 1
    let upper = covariance.upper()
    var result = [Double](repeating: 0, count: chunk.range.count)
    result.withUnsafeMutableBufferPointer { result in
      let loop = LeverageLoop(
        layer: layers[last], x: chunk.input(last), functions: covariance.functions, means: covariance.means,
        upper: upper.view, to: result.baseAddress!)
      let q = covariance.order
      pool.run(loop.count, work: loop.x.rows * (q * q + loop.layer.inputs * loop.layer.functions), loop)
    }
    withExtendedLifetime(upper) {}
    return result.map { (1 + 1 / covariance.rows + $0).squareRoot() }
  }

  /// A number that changes with the parameters (FNV-1a of their doubles' bits).
  package var parameterMark: UInt64 { mark(of: parameters) }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func mark<Element: Scalar>(of values: AlignedArray<Element>) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  values.withUnsafeBufferPointer { values in
    for value in values { hash = (hash ^ Double(value).bitPattern) &* 0x100_0000_01b3 }
  }
  return hash
}

/// ‖Uᵀ(φ - m)‖² of a tile of rows in each iteration.
private struct LeverageLoop<Element: Scalar>: ParallelLoop {
  let layer: Layer<Element>
  let x: MatrixView<Element>
  let functions: [Int]
  let means: [Double]
  let upper: MatrixView<Double>
  let to: UnsafeMutablePointer<Double>

  private static var tile: Int { 128 }
  var count: Int { (x.rows + Self.tile - 1) / Self.tile }

  func iterate(_ index: Int, worker: Int) {
    let start = index * Self.tile
    let rows = min(Self.tile, x.rows - start)
    let q = functions.count
    var values = Matrix<Element>(rows: rows, columns: layer.inputs * layer.functions)
    var (d, product) = (Matrix<Double>(rows: rows, columns: q), Matrix<Double>(rows: rows, columns: q))
    let (from, centered, result) = (values.mutableView(), d.mutableView(), product.mutableView())
    layer.writeValues(of: x.slice(row: start, rows: rows, columns: x.columns), to: from)
    center(from.readOnly, functions, means, to: centered)
    multiply(centered.readOnly, .no, upper, .no, into: result)
    for row in 0..<rows {
      var sum = 0.0
      for column in 0..<q { sum += result[row, column] * result[row, column] }
      to[start + row] = sum
    }
    withExtendedLifetime((values, d, product)) {}
  }
}

@specialized(where Element == Float)
@specialized(where Element == Double)
private func center<Element: Scalar>(
  _ values: MatrixView<Element>, _ functions: [Int], _ means: [Double], to d: MutableMatrixView<Double>
) {
  for row in 0..<values.rows {
    for (place, function) in functions.enumerated() { d[row, place] = Double(values[row, function]) - means[place] }
  }
}
