/// A penalised additive fit as a member of a mixture: of all rows, and without the rows of each fold.
struct AdditiveMember<Element: Scalar> {
  /// Of all rows; one layer.
  let network: Network<Element>
  /// Without the rows of a fold, by the same λ.
  let byFold: [Network<Element>]

  /// The inputs that have more detail than their knots show, where that is known: their penalty leaves most directions
  /// free.
  private(set) var inputsInDetail: [Int] = []

  /// - Parameters:
  ///   - template: one layer with the scalings of all rows.
  ///   - plan: the folds.
  init(
    _ template: Network<Element>, on data: Dataset<Element>, _ plan: FoldPlan, _ objective: any Objective,
    pool: ThreadPool
  ) throws(TrainingError) {
    // Rows that are never left out are a fold of their own.
    let hasOthers = plan.folds.contains(-1)
    let folds = plan.folds.map { UInt8($0 < 0 ? plan.count : $0) }
    let count = plan.count + (hasOthers ? 1 : 0)
    if case .classes = data.targets {
      (network, byFold) = try Self.classes(template, on: data, plan, folds, count: count, pool)
      return
    }
    if let objective = objective as? any PointwiseObjective, !(objective is MeanSquaredError) {
      let fit = ReweightedFit(template: template, objective: objective, pool: pool)
      let whole = try fit.solve(data, rows: Array(0..<data.rows))
      network = whole.network
      var byFold: [Network<Element>] = []
      for fold in 0..<plan.count { byFold.append(try fit.solve(data, rows: plan.training(fold), from: whole).network) }
      self.byFold = byFold
      inputsInDetail = template.inputsInDetail(whole.free)
      return
    }
    let system: AdditiveSystem<Element>
    do {
      system = try template.additiveSystem(on: TrainingRows(data), folds: count, foldOfRow: folds, pool: pool)
    } catch {
      throw .rowSource(error)
    }
    do {
      let whole = try template.solution(of: system)
      network = template.taking(whole)
      var byFold: [Network<Element>] = []
      for fold in 0..<plan.count {
        byFold.append(template.taking(try template.solution(of: system, lambda: whole.lambda, withoutFold: fold)))
      }
      self.byFold = byFold
      inputsInDetail = template.inputsInDetail(whole.free)
    } catch {
      throw .leastSquares("\(error)")
    }
  }

  /// What a checkpoint keeps of it: the network of all rows, which has the inputs in detail among its terms, and those
  /// without a fold.
  var stored: [Network<Element>] {
    var whole = network
    whole.terms[Self.detailTerm] = inputsInDetail.map(String.init).joined(separator: ",")
    return [whole] + byFold
  }

  private static var detailTerm: String { "inputs in detail" }

  /// The reverse; nil if a network is missing or of other functions.
  init?(stored: [Network<Element>?], like template: Network<Element>) {
    var networks = stored.compactMap(\.self)
    let fits = networks.allSatisfy { $0.hasFunctions(of: template) }
    guard networks.count == stored.count, fits, let detail = networks.first?.terms[Self.detailTerm] else { return nil }
    inputsInDetail = detail.split(separator: ",").compactMap { Int($0) }.filter { (0..<template.inputs).contains($0) }
    for index in networks.indices {
      // As the fit itself makes them.
      let parameters = networks[index].parameters
      networks[index] = template
      networks[index].parameters = parameters
    }
    network = networks[0]
    byFold = Array(networks[1...])
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
  func taking(_ solution: AdditiveSolution) -> Network { taking(solution.weights, solution.bias) }

  /// The solution of a system of the only layer, in the order that ``monotone`` asks for.
  func solution(
    of system: AdditiveSystem<Element>, lambda: [[Double]]? = nil, withoutFold left: Int? = nil
  ) throws(LinearAlgebraError) -> AdditiveSolution {
    let equations = system.centered(withoutFold: left)
    var solution = try equations.solve(lambda: lambda, functions: system.functions, pool: system.pool)
    try equations.order(&solution, along: orderedColumns(in: equations), system.pool)
    return solution
  }

  /// Inputs of the only layer whose penalty of bends leaves most of its directions free.
  fileprivate func inputsInDetail(_ free: [[Double]]) -> [Int] {
    var first = 0
    return (0..<inputs).filter { input in
      let penalties = layers[0].basis.penalties(ofInput: input)
      defer { first += penalties.count }
      // Bends come first; a straight line has none.
      return penalties.count == 2 && free.contains { $0[first] > AutomaticTuning.detail }
    }
  }

  fileprivate func taking(_ weights: Matrix<Double>, _ bias: [Double]) -> Network {
    var result = self
    let to = result.parameters.mutablePointer()
    let view = weights.view
    for row in 0..<view.rows {
      for output in 0..<view.columns { to[row * view.columns + output] = Element(view[row, output]) }
    }
    withExtendedLifetime(weights) {}
    for (output, bias) in bias.enumerated() { to[layers[0].weightCount + output] = Element(bias) }
    if !monotone.isEmpty { result.projectOnMonotone() }
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
