/// One automatic training: folds, members, weights, one network.
struct AutomaticTraining<Element: Scalar> {
  private let data: Dataset<Element>
  private let kinds: [InputKind]
  private let tuning: AutomaticTuning
  private let objective: any Objective
  private let options: AutomaticOptions
  private var seed: UInt64 { options.seed }
  private let pool: ThreadPool
  private let isRunning: @Sendable () -> Bool

  init(
    _ data: Dataset<Element>, _ kinds: [InputKind], _ options: AutomaticOptions, _ objective: any Objective,
    _ pool: ThreadPool, isRunning: @escaping @Sendable () -> Bool
  ) {
    self.data = data
    self.kinds = kinds
    tuning = AutomaticTuning(options.effort, rows: data.rows, inputs: data.inputs.columns, task: data.targets.task)
    self.objective = objective
    self.options = options
    self.pool = pool
    self.isRunning = isRunning
  }

  /// One kind of member: its networks by fold and start, and what they answer to rows that they did not learn.
  private struct Member {
    var name: String
    var networks: [Network<Element>]
    var isResidual = false
    var hidden = 0
    /// The last layer's outputs: [judged rows × out]
    var outputs: Matrix<Element>
    /// Half the mean squared difference between two networks that differ in their start alone, in units of the outputs.
    var variance = 0.0
  }

  func run() throws(TrainingError) -> AutomaticFit<Element> {
    let clock = ContinuousClock.now
    let template = try template()
    if data.rows < AutomaticTuning.fewestRows { return try fewRows(template, since: clock) }
    let plan = FoldPlan(data.targets, count: tuning.folds, seed: seed)
    let judged = plan.judged
    let additive = try additiveMembers(template, plan, judged)
    let members =
      try [constantMember(template, judged)] + additive.map(\.member)
      + trainMembers(template, plan, judged, additive.last?.fit)
    var weights = weigh(members, template, judged)
    weights.preferOne()
    var mixture = Mixture<Element>()
    var sum = template
    let to = sum.parameters.mutablePointer()
    for index in 0..<sum.parameterCount { to[index] = 0 }
    var isAdditive = false
    for (member, weight) in zip(members, weights.weights) where weight > 0 {
      if member.hidden > 0 {
        for network in member.networks {
          mixture.parts.append((network, weight / Double(member.networks.count)))
        }
      }
      guard
        let part = member.hidden == 0 ? member.networks[0] : member.isResidual ? additive.last?.member.networks[0] : nil
      else { continue }
      isAdditive = true
      let from = part.parameters.pointer
      for index in 0..<sum.parameterCount { to[index] += Element(weight) * from[index] }
    }
    if isAdditive || mixture.parts.isEmpty { mixture.additive = (sum, 1) }
    let network = mixture.network(like: template)
    let decay = AutomaticTuning.decay(rows: data.rows)
    let chosen = members.indices.map { place in
      let member = members[place]
      return AutomaticFit<Element>.Member(
        name: member.name, weight: weights.weights[place], loss: weights.losses[place],
        networks: member.networks.count, hidden: member.hidden,
        weightDecay: decay * (tuning.kinds.first { $0.name == member.name }?.weightDecay ?? 0))
    }
    return finished(network, chosen, loss: weights.loss, folds: plan.count, since: clock)
  }

  /// Too few rows to leave any out: straight lines, or what an untrained layer says of classes.
  private func fewRows(
    _ template: Network<Element>, since clock: ContinuousClock.Instant
  ) throws(TrainingError) -> AutomaticFit<Element> {
    var network = template
    if objective is MeanSquaredError, let basis = template.layers[0].basis as? TableBasis<Element> {
      let lines: TableBasis<Element>
      do { lines = try basis.linear() } catch { throw .leastSquares("\(error)") }
      var straight = Network(Layer<Element>(basis: lines, outputs: template.outputs))
      straight.preprocessing = template.preprocessing
      try straight.fitLastLayer(on: data, pool: pool)
      network = template.takingLines(straight, basis, lines)
    } else {
      let options = TrainingOptions(
        epochs: tuning.steps, batch: data.rows, schedule: .oneCycle, seed: seed, objective: objective)
      try network.train(on: data, with: AdamW(learningRate: 0.01, weightDecay: 1), options: options, pool: pool)
    }
    let loss = network.evaluate(on: data, pool: pool).loss
    let member = AutomaticFit<Element>.Member(
      name: "linear", weight: 1, loss: loss, networks: 1, hidden: 0, weightDecay: 0)
    return finished(network, [member], loss: loss, folds: 0, since: clock)
  }

  private var intervals: Int {
    options.intervals ?? AutomaticTuning.intervals(rows: data.rows, inputs: data.inputs.columns)
  }

  /// The fit with what a record and an explicit training of the largest member need.
  private func finished(
    _ network: Network<Element>, _ members: [AutomaticFit<Element>.Member], loss: Double, folds: Int,
    since clock: ContinuousClock.Instant
  ) -> AutomaticFit<Element> {
    var network = network
    let seconds = clock.duration(to: .now).seconds
    let batch = min(AutomaticTuning.batch(rows: data.rows), data.rows)
    let stepsOfEpoch = (data.rows + batch - 1) / batch
    let epochs = max(1, max(tuning.steps, tuning.passes * stepsOfEpoch) / stepsOfEpoch)
    let rate = AutomaticTuning.learningRate(inputs: data.inputs.columns)
    network.record = TrainingRecord(
      optimizer: "auto", learningRate: rate, weightDecay: 0, schedule: .oneCycle, batch: batch, seed: seed,
      samples: data.rows, epochs: 0, patience: nil, seconds: seconds, threads: pool.threads, history: [],
      objective: ObjectiveDescription(objective))
    return AutomaticFit(
      network: network, members: members, loss: loss, folds: folds, seconds: seconds, rows: data.rows,
      intervals: intervals, epochs: epochs, batch: batch, learningRate: rate)
  }

  /// A network of one layer on the functions of the members, with the scalings of all rows.
  private func template() throws(TrainingError) -> Network<Element> {
    let fitted: (basis: TableBasis<Element>, scaling: Scaling<Element>)
    do {
      fitted = try TableBasis.fitting(
        data.inputs, kinds: kinds, intervals: intervals,
        blend: options.hasEvenKnots ? 1 : 0.05)
    } catch {
      throw .leastSquares("\(error)")
    }
    let outputs = objective.outputs(forTargets: data.targets.outputs)
    var network = Network(Layer<Element>(basis: fitted.basis, outputs: outputs))
    network.inputScaling = fitted.scaling
    network.inputScalingOrigin = .given
    try network.check(TrainingRows(data), "", objective, pool)
    do { try network.prepare(for: data, objective, pool) } catch { throw .rowSource(error) }
    return network
  }

  /// The best constant: what is left where inputs tell nothing.
  private func constantMember(_ template: Network<Element>, _ judged: [Int]) -> Member {
    var network = template
    let to = network.parameters.mutablePointer()
    for index in 0..<network.parameterCount { to[index] = 0 }
    if case .classes(let labels, let count) = data.targets {
      // Each class once more than it is there, so that no share is 0.
      var rows = [Double](repeating: 1, count: count)
      for (row, label) in labels.enumerated() { rows[Int(label)] += data.weights.map { Double($0[row]) } ?? 1 }
      for (output, share) in rows.enumerated() where output < network.outputs {
        to[network.layers[0].weightCount + output] = Element(Elementary.log(share / rows.reduce(0, +)))
      }
    } else {
      network.centerOutputs(on: data, objective, pool: pool)
    }
    let bias = network.bias(ofLayer: 0)
    var outputs = Matrix<Element>(rows: judged.count, columns: bias.count)
    let view = outputs.mutableView()
    for row in 0..<view.rows { for output in 0..<view.columns { view[row, output] = bias[output] } }
    return Member(name: "constant", networks: [network], outputs: outputs)
  }

  /// Straight lines and splines, each by themselves, the splines last; none for an objective other than the squared
  /// error and the cross-entropy or for more functions than normal equations are quick for.
  private func additiveMembers(
    _ template: Network<Element>, _ plan: FoldPlan, _ judged: [Int]
  ) throws(TrainingError) -> [(member: Member, fit: AdditiveMember<Element>)] {
    guard objective is MeanSquaredError || objective is SoftmaxCrossEntropy,
      let basis = template.layers[0].basis as? TableBasis<Element>
    else { return [] }
    var result: [(Member, AdditiveMember<Element>)] = []
    let lines: TableBasis<Element>
    do { lines = try basis.linear() } catch { throw .leastSquares("\(error)") }
    if tuning.allows(lines, outputs: template.outputs, data.targets.task) {
      var network = Network(Layer<Element>(basis: lines, outputs: template.outputs))
      network.preprocessing = template.preprocessing
      let fit = try AdditiveMember(network, on: data, plan, pool: pool)
      let straight = template.takingLines(fit.network, basis, lines)
      let outputs = fit.outputs(data, plan, judged: judged, pool: pool)
      if straight.parameters.contains(where: { !$0.isFinite }) { throw .leastSquares("the linear fit is not finite") }
      result.append((Member(name: "linear", networks: [straight], outputs: outputs), fit))
    }
    if tuning.allows(basis, outputs: template.outputs, data.targets.task) {
      let fit = try AdditiveMember(template, on: data, plan, pool: pool)
      let outputs = fit.outputs(data, plan, judged: judged, pool: pool)
      result.append((Member(name: "additive", networks: [fit.network], outputs: outputs), fit))
    }
    return result
  }

  private func trainMembers(
    _ template: Network<Element>, _ plan: FoldPlan, _ judged: [Int], _ additive: AdditiveMember<Element>?
  ) throws(TrainingError) -> [Member] {
    let parts = (0..<plan.count).map { data.selecting(rows: plan.training($0)) }
    let kinds = tuning.kinds.filter { !$0.isResidual || additive != nil }
    var residuals: [Dataset<Element>] = []
    if let additive, kinds.contains(where: \.isResidual) {
      residuals = (0..<plan.count).map { additive.residuals(parts[$0], fold: $0, pool: pool) }
    }
    var jobs: [MemberTraining<Element>.Job] = []
    for kind in kinds {
      for fold in 0..<plan.count {
        for start in 0..<tuning.starts {
          jobs.append(.init(kind: kind, fold: fold, seed: seed &+ UInt64(fold + 100 * start)))
        }
      }
    }
    var templates: [String: Network<Element>] = [:]
    for kind in tuning.kinds { templates[kind.name] = self.template(of: kind, template) }
    let results = UnsafeMutableBufferPointer<Result<Network<Element>, TrainingError>?>.allocate(capacity: jobs.count)
    results.initialize(repeating: nil)
    defer {
      results.deinitialize()
      results.deallocate()
    }
    let loop = MemberTraining(
      jobs: jobs, templates: templates, tuning: tuning, objective: objective, data: parts, residuals: residuals,
      pools: (0..<pool.threads).map { _ in ThreadPool(threads: 1) }, isRunning: isRunning, results: results)
    pool.run(jobs.count, loop)
    var members: [Member] = []
    for kind in kinds {
      var networks: [(fold: Int, network: Network<Element>)] = []
      for (place, job) in jobs.enumerated() where job.kind.name == kind.name {
        networks.append((job.fold, try results[place]!.get()))
      }
      members.append(member(kind, networks, plan, judged, additive))
    }
    return members
  }

  private func template(of kind: AutomaticTuning.Kind, _ first: Network<Element>) -> Network<Element> {
    let range = Element(AutomaticTuning.hiddenRange)
    let grid = Grid<Element>(
      inputs: kind.hidden, from: -range, to: range, intervals: AutomaticTuning.hiddenIntervals, degree: 3)
    var network = Network(
      Layer<Element>(basis: first.layers[0].basis, outputs: kind.hidden),
      Layer<Element>(basis: BSpline<Element>(grid: grid), outputs: first.outputs))
    network.preprocessing = first.preprocessing
    return network
  }

  /// The outputs of networks for the rows of their own fold, which they did not learn.
  private func member(
    _ kind: AutomaticTuning.Kind, _ networks: [(fold: Int, network: Network<Element>)], _ plan: FoldPlan,
    _ judged: [Int], _ additive: AdditiveMember<Element>?
  ) -> Member {
    let width = networks[0].network.outputs
    var outputs = Matrix<Element>(rows: judged.count, columns: width)
    let places = plan.placesAmongJudged
    let to = outputs.mutableView()
    var (difference, count) = (0.0, 0)
    for fold in 0..<plan.count {
      let rows = plan.heldOut(fold)
      let inputs = data.inputs.selecting(rows: rows)
      let answers = networks.filter { $0.fold == fold }.map { $0.network.outputs(for: inputs, pool: pool) }
      let start = kind.isResidual ? additive?.byFold[fold].outputs(for: inputs, pool: pool) : nil
      let share = 1 / Element(answers.count)
      for (place, row) in rows.enumerated() {
        for output in 0..<width {
          var sum: Element = 0
          for answer in answers { sum += answer.view[place, output] }
          to[places[row], output] = sum * share + (start?.view[place, output] ?? 0)
          guard answers.count == 2 else { continue }
          let distance = Double(answers[0].view[place, output] - answers[1].view[place, output])
          difference += distance * distance / 2
          count += 1
        }
      }
    }
    return Member(
      name: kind.name, networks: networks.map(\.network), isResidual: kind.isResidual, hidden: kind.hidden,
      outputs: outputs, variance: count > 0 ? difference / Double(count) : 0)
  }

  private func weigh(_ members: [Member], _ template: Network<Element>, _ judged: [Int]) -> MemberWeights {
    let rows = data.selecting(rows: judged)
    let k = members.count
    let width = template.outputs
    var mixed = Matrix<Element>(rows: judged.count, columns: width)
    let target = JudgedTargets(rows, template, objective)
    if objective is MeanSquaredError {
      var gram = Matrix<Double>(rows: k, columns: k)
      for i in 0..<k {
        for j in 0...i {
          let value = target.meanProduct(members[i].outputs, members[j].outputs)
          (gram[i, j], gram[j, i]) = (value, value)
        }
      }
      let corrections = members.map { member in
        let all = Double(member.networks.count)
        return tuning.starts > 1 ? (1 / Double(tuning.starts) - 1 / all) * member.variance : 0
      }
      return MemberWeights(gram: gram, corrections: corrections)
    }
    return MemberWeights(count: k, sumsToOne: !(objective is SoftmaxCrossEntropy)) { weights in
      target.loss(of: members.map(\.outputs), weights, mixed: &mixed)
    }
  }
}
