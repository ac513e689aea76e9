extension AutomaticTraining {
  /// Networks of each kind, without each fold. Kinds that an interruption has cut short are left out.
  func trainMembers(
    _ template: Network<Element>, _ plan: FoldPlan, _ additive: AdditiveMembers<Element>
  ) throws(TrainingError) -> [AutomaticMember<Element>] {
    if !monitor.isRunning { return [] }
    let parts = (0..<plan.count).map { data.selecting(rows: plan.training($0)) }
    // What a fit leaves can be learned by itself where a loss is of differences.
    var kinds = tuning.kinds.filter { !$0.isResidual || (additive.fit != nil && objective.scalesTargets) }
    if !objective.scalesTargets, let other = tuning.kinds.first(where: \.isResidual)?.alone,
      !kinds.contains(where: { $0.name == other.name })
    {
      kinds.append(other)
    }
    var residuals: [Dataset<Element>] = []
    if let fit = additive.fit, kinds.contains(where: \.isResidual) {
      residuals = (0..<plan.count).map { fit.residuals(parts[$0], fold: $0, pool: pool) }
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
    for kind in kinds { templates[kind.name] = self.template(of: kind, template) }
    let results = UnsafeMutableBufferPointer<Result<Network<Element>, TrainingError>?>.allocate(capacity: jobs.count)
    results.initialize(repeating: nil)
    defer {
      results.deinitialize()
      results.deallocate()
    }
    let loop = MemberTraining(
      jobs: jobs, templates: templates, tuning: tuning, objective: objective, data: parts, residuals: residuals,
      pools: (0..<pool.threads).map { _ in ThreadPool(threads: 1) }, monitor: monitor, store: store, results: results)
    monitor.begin(.networks, count: jobs.count)
    pool.run(jobs.count, loop)
    var members: [AutomaticMember<Element>] = []
    for kind in kinds {
      var networks: [(fold: Int, network: Network<Element>)] = []
      for (place, job) in jobs.enumerated() where job.kind.name == kind.name {
        switch results[place]! {
        case .success(let network): networks.append((job.fold, network))
        case .failure(.cancelled): continue
        case .failure(let error): throw error
        }
      }
      if networks.count < plan.count * tuning.starts { continue }
      members.append(member(kind, networks, plan, additive.fit))
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
    _ additive: AdditiveMember<Element>?
  ) -> AutomaticMember<Element> {
    let width = networks[0].network.outputs
    var outputs = Matrix<Element>(rows: plan.judged.count, columns: width)
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
          guard answers.count > 1 else { continue }
          for answer in answers {
            let distance = Double(answer.view[place, output] - sum * share)
            difference += distance * distance / Double(answers.count - 1)
          }
          count += 1
        }
      }
    }
    return AutomaticMember(
      name: kind.name, networks: networks.map(\.network), isResidual: kind.isResidual, hidden: kind.hidden,
      weightDecay: kind.weightDecay,
      outputs: outputs, variance: count > 0 ? difference / Double(count) : 0)
  }
}
