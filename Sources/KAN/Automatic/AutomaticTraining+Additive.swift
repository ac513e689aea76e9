/// The members of one layer, from simple to complex.
struct AdditiveMembers<Element: Scalar> {
  /// Straight lines and splines, as far as there are.
  var members: [AutomaticMember<Element>] = []
  /// The last of them, by fold.
  var fit: AdditiveMember<Element>?
  /// One layer on the functions of the splines, and how coefficients on the networks' functions become theirs, where
  /// they have finer knots.
  var template: Network<Element>?
  var transfer: TableTransfer<Element>?
}

extension AutomaticTraining {
  /// Straight lines and splines, each by themselves; none for more functions than normal equations are quick for.
  ///
  /// Splines begin on the networks' knots. An input whose penalty leaves most of its directions free has more detail than
  /// these can show: its intervals are halved, as long as the rows left out gain by it.
  func additiveMembers(
    _ template: Network<Element>, _ plan: FoldPlan, _ target: JudgedTargets<Element>
  ) throws(TrainingError) -> AdditiveMembers<Element> {
    var result = AdditiveMembers<Element>()
    let hasClosedForm = objective is any PointwiseObjective || objective is SoftmaxCrossEntropy
    guard hasClosedForm, let basis = template.layers[0].basis as? TableBasis<Element> else { return result }
    let lines: TableBasis<Element>
    do { lines = try basis.linear() } catch { throw .leastSquares("\(error)") }
    if tuning.allows(lines, outputs: template.outputs, data.targets.task) {
      monitor.begin(.lines)
      if !monitor.isRunning { return result }
      let fit = try additiveMember(template.with(lines), plan, "linear")
      let straight = template.takingLines(fit.network, basis, lines)
      if straight.parameters.contains(where: { !$0.isFinite }) { throw .leastSquares("the linear fit is not finite") }
      result.take(fit, AutomaticMember(name: "linear", networks: [straight], outputs: outputs(fit, plan)))
      monitor.judge(target.loss(of: result.members[0].outputs))
    }
    guard tuning.allows(basis, outputs: template.outputs, data.targets.task) else { return result }
    monitor.begin(.additive)
    if !monitor.isRunning { return result }
    var fit = try additiveMember(template, plan, "additive 0")
    store.show(marked(fit.network))
    var halvings = 0
    var member = AutomaticMember(name: "additive", networks: [fit.network], outputs: outputs(fit, plan))
    var loss = target.loss(of: member.outputs)
    var own = basis
    while monitor.isRunning, options.intervals == nil,
      let finer = own.halving(inputs: fit.inputsInDetail, rows: data.rows),
      tuning.allows(finer, outputs: template.outputs, data.targets.task)
    {
      halvings += 1
      let next = try additiveMember(template.with(finer), plan, "additive \(halvings)")
      let answers = outputs(next, plan)
      let nextLoss = target.loss(of: answers)
      if !(nextLoss < (1 - AutomaticTuning.leastGain) * loss) { break }
      (fit, own, loss) = (next, finer, nextLoss)
      member = AutomaticMember(name: "additive", networks: [fit.network], outputs: answers)
    }
    monitor.judge(loss)
    store.show(marked(fit.network))
    result.take(fit, member)
    if own.columns != basis.columns {
      do { result.transfer = try TableTransfer(from: basis, to: own) } catch { throw .leastSquares("\(error)") }
      result.template = template.taking(result.transfer)
    }
    return result
  }

  /// A fit, unless an earlier run has it.
  private func additiveMember(
    _ template: Network<Element>, _ plan: FoldPlan, _ name: String
  ) throws(TrainingError) -> AdditiveMember<Element> {
    let names = [name] + (0..<plan.count).map { "\(name) without \($0)" }
    let stored = names.map { store.stored($0, Element.self)?.network }
    if let fit = AdditiveMember(stored: stored, like: template) { return fit }
    let fit = try AdditiveMember(template, on: data, plan, objective, pool: pool)
    for (name, network) in zip(names, fit.stored) { store.put(name, network, isDone: true) }
    return fit
  }

  private func outputs(_ fit: AdditiveMember<Element>, _ plan: FoldPlan) -> Matrix<Element> {
    fit.outputs(data, plan, judged: plan.judged, pool: pool)
  }
}

extension AdditiveMembers {
  fileprivate mutating func take(_ fit: AdditiveMember<Element>, _ member: AutomaticMember<Element>) {
    self.fit = fit
    members.append(member)
  }
}

extension Network {
  /// The network's only layer on other functions of the same inputs; parameters are 0.
  fileprivate func with(_ basis: TableBasis<Element>) -> Network {
    let layer = Layer<Element>(basis: basis, outputs: outputs)
    var result = Network(layers: [layer], parameters: AlignedArray(zeros: layer.parameterCount))
    result.preprocessing = preprocessing
    return result
  }
}
