/// One automatic training: folds, members, weights, one network.
struct AutomaticTraining<Element: Scalar> {
  let data: Dataset<Element>
  private let kinds: [InputKind]
  let tuning: AutomaticTuning
  let objective: any Objective
  let options: AutomaticOptions
  let pool: ThreadPool
  let monitor: AutomaticMonitor
  /// Where parts tell how far they are, and find how far they were.
  let store: AutomaticStore<Element>
  var seed: UInt64 { options.seed }
  var hasNumbersAlone: Bool { kinds.allSatisfy { $0 == .number } }

  init(
    _ data: Dataset<Element>, _ kinds: [InputKind], _ options: AutomaticOptions, _ objective: any Objective,
    _ pool: ThreadPool, _ report: @escaping AutomaticReport, store: AutomaticStore<Element> = AutomaticStore()
  ) {
    self.store = store
    self.data = data
    self.kinds = kinds
    var tuning = AutomaticTuning(options.effort, rows: data.rows, inputs: data.inputs.columns, task: data.targets.task)
    if let starts = options.starts { tuning.starts = starts }
    self.tuning = tuning
    self.objective = objective
    self.options = options
    self.pool = pool
    monitor = AutomaticMonitor(report)
  }

  func run() throws(TrainingError) -> AutomaticFit<Element> {
    let clock = ContinuousClock.now
    let template = try template()
    if data.rows < AutomaticTuning.fewestRows { return try fewRows(template, since: clock) }
    let plan = FoldPlan(data.targets, count: tuning.folds, seed: seed)
    let target = JudgedTargets(data.selecting(rows: plan.judged), template, objective)
    var members = [constantMember(template, plan.judged)]
    monitor.judge(target.loss(of: members[0].outputs))
    store.show(marked(members[0].networks[0]))
    let additive = try additiveMembers(template, plan, target)
    members += additive.members
    let networks = try trainMembers(template, plan, additive)
    for member in networks { monitor.judge(target.loss(of: member.outputs)) }
    members += networks
    var weights = weigh(members, template, plan.judged, target)
    weights.preferOne()
    var network = mixture(of: members, weights.weights, additive, like: additive.template ?? template)
    store.show(marked(network))
    var chosen = members.indices.map { place in
      let member = members[place]
      return AutomaticFit<Element>.Member(
        name: member.name, weight: weights.weights[place], loss: weights.losses[place],
        networks: member.networks.count, hidden: member.hidden,
        weightDecay: AutomaticTuning.decay(rows: data.rows) * member.weightDecay)
    }
    var loss = weights.loss
    if let smooth = try smoothNetwork(instead: network, loss: loss, plan) {
      for place in chosen.indices { chosen[place].weight = 0 }
      chosen.append(
        .init(
          name: AutomaticFit<Element>.Member.smooth, weight: 1, loss: smooth.loss, networks: 1, hidden: smooth.hidden,
          weightDecay: 0))
      (network, loss) = (smooth.network, smooth.loss)
    }
    return finished(network, chosen, loss: loss, folds: plan.count, since: clock)
  }

  /// The members of positive weight as one network.
  private func mixture(
    of members: [AutomaticMember<Element>], _ weights: [Double], _ additive: AdditiveMembers<Element>,
    like template: Network<Element>
  ) -> Network<Element> {
    var mixture = Mixture<Element>()
    var sum = template
    let to = sum.parameters.mutablePointer()
    for index in 0..<sum.parameterCount { to[index] = 0 }
    var isAdditive = false
    for (member, weight) in zip(members, weights) where weight > 0 {
      if member.hidden > 0 {
        for network in member.networks {
          mixture.parts.append((network.taking(additive.transfer), weight / Double(member.networks.count)))
        }
      }
      let part = member.hidden == 0 ? member.networks[0] : member.isResidual ? additive.members.last?.networks[0] : nil
      guard let part else { continue }
      isAdditive = true
      let own = part.parameterCount == sum.parameterCount ? part : part.taking(additive.transfer)
      for index in 0..<sum.parameterCount { to[index] += Element(weight) * own.parameters.pointer[index] }
    }
    if isAdditive || mixture.parts.isEmpty { mixture.additive = (sum, 1) }
    return mixture.network(like: template)
  }

  /// Too few rows to leave any out: straight lines, or what an untrained layer says of classes.
  private func fewRows(
    _ template: Network<Element>, since clock: ContinuousClock.Instant
  ) throws(TrainingError) -> AutomaticFit<Element> {
    var network = template
    if objective is MeanSquaredError, template.monotone.isEmpty,
      let basis = template.layers[0].basis as? TableBasis<Element>
    {
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
    let seconds = clock.duration(to: .now).seconds
    var network = marked(network, seconds: seconds)
    network.noteTrainingData(data.inputs)
    network.record?.choice = TrainingRecord.Choice(
      members: members.map {
        .init(name: $0.name, weight: $0.weight, loss: $0.loss, networks: $0.networks, hidden: $0.hidden)
      }, loss: loss, folds: folds)
    let batch = network.record?.batch ?? data.rows
    let stepsOfEpoch = (data.rows + batch - 1) / batch
    let epochs = max(1, max(tuning.steps, tuning.passes * stepsOfEpoch) / stepsOfEpoch)
    let rate = AutomaticTuning.learningRate(inputs: data.inputs.columns)
    return AutomaticFit(
      network: network, members: members, loss: loss, folds: folds, seconds: seconds, rows: data.rows,
      isInterrupted: !monitor.isRunning, intervals: intervals, epochs: epochs, batch: batch, learningRate: rate)
  }

  /// A network with the record of an automatic training, and without the state of any other.
  func marked(_ network: Network<Element>, seconds: Double = 0) -> Network<Element> {
    var network = network
    network.trainingState = nil
    network.record = TrainingRecord(
      optimizer: "auto", learningRate: AutomaticTuning.learningRate(inputs: data.inputs.columns), weightDecay: 0,
      schedule: .oneCycle, batch: min(AutomaticTuning.batch(rows: data.rows), data.rows), seed: seed,
      samples: data.rows, epochs: 0, patience: nil, seconds: seconds, threads: pool.threads, history: [],
      objective: ObjectiveDescription(objective))
    if !network.monotone.isEmpty { network.projectOnMonotone(pool: pool) }
    return network
  }

  /// A network of one layer on the functions of the members, with the scalings of all rows.
  private func template() throws(TrainingError) -> Network<Element> {
    let fitted: (basis: TableBasis<Element>, scaling: Scaling<Element>)
    do {
      fitted = try TableBasis.fitting(
        data.inputs, kinds: kinds, intervals: intervals,
        blend: options.hasEvenKnots ? 1 : AutomaticTuning.blend)
    } catch {
      throw .leastSquares("\(error)")
    }
    let outputs = objective.outputs(forTargets: data.targets.outputs)
    var network = Network(Layer<Element>(basis: fitted.basis, outputs: outputs))
    network.inputScaling = fitted.scaling
    network.inputScalingOrigin = .given
    try network.check(TrainingRows(data), "", objective, pool)
    do { try network.prepare(for: data, objective, pool) } catch { throw .rowSource(error) }
    let directions = try options.directions(in: data)
    try network.checkMonotone(directions, task: data.targets.task)
    network.monotone = directions
    return network
  }

  /// The best constant: what is left where inputs tell nothing.
  private func constantMember(_ template: Network<Element>, _ judged: [Int]) -> AutomaticMember<Element> {
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
    return AutomaticMember(name: "constant", networks: [network], outputs: outputs)
  }

  private func weigh(
    _ members: [AutomaticMember<Element>], _ template: Network<Element>, _ judged: [Int],
    _ target: JudgedTargets<Element>
  ) -> MemberWeights {
    let k = members.count
    let width = template.outputs
    var mixed = Matrix<Element>(rows: judged.count, columns: width)
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
