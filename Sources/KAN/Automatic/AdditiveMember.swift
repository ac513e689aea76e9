/// A penalised additive fit as a member of a mixture: of all rows, and without the rows of each fold.
struct AdditiveMember<Element: Scalar> {
  /// Of all rows; one layer.
  let network: Network<Element>
  /// Without the rows of a fold, by the same λ.
  let byFold: [Network<Element>]

  /// - Parameters:
  ///   - template: one layer with the scalings of all rows.
  ///   - plan: the folds.
  init(
    _ template: Network<Element>, on data: Dataset<Element>, _ plan: FoldPlan, pool: ThreadPool
  ) throws(TrainingError) {
    // Rows that are never left out are a fold of their own.
    let hasOthers = plan.folds.contains(-1)
    let folds = plan.folds.map { UInt8($0 < 0 ? plan.count : $0) }
    if case .classes = data.targets {
      (network, byFold) = try Self.classes(
        template, on: data, plan, folds, count: plan.count + (hasOthers ? 1 : 0), pool)
      return
    }
    let system: AdditiveSystem<Element>
    do {
      system = try template.additiveSystem(
        on: TrainingRows(data), folds: plan.count + (hasOthers ? 1 : 0), foldOfRow: folds, pool: pool)
    } catch {
      throw .rowSource(error)
    }
    do {
      let whole = try system.solve()
      network = template.taking(whole)
      var byFold: [Network<Element>] = []
      for fold in 0..<plan.count {
        byFold.append(template.taking(try system.solve(lambda: whole.lambda, withoutFold: fold)))
      }
      self.byFold = byFold
    } catch {
      throw .leastSquares("\(error)")
    }
  }

  private static func classes(
    _ template: Network<Element>, on data: Dataset<Element>, _ plan: FoldPlan, _ folds: [UInt8], count: Int,
    _ pool: ThreadPool
  ) throws(TrainingError) -> (Network<Element>, [Network<Element>]) {
    let system: AdditiveClassification<Element>
    do {
      system = try template.additiveClassification(
        on: TrainingRows(data), folds: count, foldOfRow: folds, pool: pool)
    } catch {
      throw .rowSource(error)
    }
    do {
      let whole = try system.solve(pool: pool)
      var byFold: [Network<Element>] = []
      for fold in 0..<plan.count {
        let left = try system.solve(lambda: whole.lambda, withoutFold: fold, pool: pool)
        byFold.append(template.taking(left.weights, left.bias))
      }
      return (template.taking(whole.weights, whole.bias), byFold)
    } catch {
      throw .leastSquares("\(error)")
    }
  }

  /// What the fit of each fold answers to the rows that it has not seen: [judged rows × out]
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func outputs(_ data: Dataset<Element>, _ plan: FoldPlan, judged: [Int], pool: ThreadPool) -> Matrix<Element> {
    var result = Matrix<Element>(rows: judged.count, columns: network.outputs)
    let places = plan.placesAmongJudged
    let to = result.mutableView()
    for fold in 0..<plan.count {
      let rows = plan.heldOut(fold)
      let answers = byFold[fold].outputs(for: data.inputs.selecting(rows: rows), pool: pool)
      for (place, row) in rows.enumerated() {
        for output in 0..<answers.columns { to[places[row], output] = answers.view[place, output] }
      }
    }
    return result
  }

  /// The rows that a fold's networks learn, with what its additive fit leaves of their targets.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  func residuals(_ data: Dataset<Element>, fold: Int, pool: ThreadPool) -> Dataset<Element> {
    guard case .values(let values) = data.targets else { return data }
    var left = values
    let answers = byFold[fold].outputs(for: data.inputs, pool: pool)
    let to = left.mutableView()
    for row in 0..<to.rows {
      for output in 0..<to.columns {
        to[row, output] -= answers.view[row, output] / network.outputScaling.factor[output]
      }
    }
    return Dataset(inputs: data.inputs, targets: .values(left), weights: data.weights, names: data.names)
  }
}

extension Network {
  /// The network with a solution for its only layer.
  fileprivate func taking(_ solution: AdditiveSolution) -> Network { taking(solution.weights, solution.bias) }

  fileprivate func taking(_ weights: Matrix<Double>, _ bias: [Double]) -> Network {
    var result = self
    let to = result.parameters.mutablePointer()
    let view = weights.view
    for row in 0..<view.rows {
      for output in 0..<view.columns { to[row * view.columns + output] = Element(view[row, output]) }
    }
    withExtendedLifetime(weights) {}
    for (output, bias) in bias.enumerated() { to[layers[0].weightCount + output] = Element(bias) }
    return result
  }
}

extension TableBasis {
  /// The same inputs with straight lines in place of splines and hats.
  func linear() throws(BasisError) -> TableBasis {
    try TableBasis(
      columns.map { column in
        if case .categories = column { return column }
        return .values([-1, 1])
      })
  }

  /// Coefficients on this basis of the same function as those on ``linear()``: [in·K × out]
  func coefficients(ofLinear weights: Matrix<Element>, functions count: Int) -> Matrix<Element> {
    var result = Matrix<Element>(rows: inputs * functions, columns: weights.columns)
    for input in 0..<inputs {
      for function in 0..<columns[input].count {
        for output in 0..<weights.columns {
          let first = weights[input * count, output]
          if case .categories = columns[input] {
            result[input * functions + function, output] = weights[input * count + function, output]
          } else {
            let slope = (weights[input * count + 1, output] - first) / 2
            result[input * functions + function, output] =
              first + slope * (center(ofFunction: function, input: input) + 1)
          }
        }
      }
    }
    return result
  }
}
