import KAN

extension Network {
  /// Rejects networks that `Network(contentsOf:)` would refuse to read.
  func requireLoadable(_ path: String) throws(FileError) {
    func failure(_ reason: String) -> FileError { FileError(.cannotCreate, path: path, reason) }
    do {
      try names.check(inputs: inputs, outputs: nameableTargets, task: task)
    } catch {
      throw failure("\(error)")
    }
    func requireFinite(_ values: AlignedArray<Element>, _ what: String) throws(FileError) {
      if !values.allSatisfy(\.isFinite) { throw failure("\(what) that are not finite") }
    }
    try requireFinite(parameters, "parameters")
    if removedParameters.contains(where: { parameters[$0] != 0 }) { throw failure("a removed edge has a weight") }
    for (name, scaling) in [("inputs", inputScaling), ("outputs", outputScaling)] {
      try requireFinite(scaling.shift, "shifts of \(name)")
      try requireFinite(scaling.factor, "factors of \(name)")
    }
    if outputScaling.factor.contains(0) { throw failure("a factor of the outputs' scaling is 0") }
    if let state = resumableState {
      try requireFinite(state.parameters, "parameters of the training state")
      guard ModelTopology.State(state).isPlausible else { throw failure("the training state is damaged") }
    }
    do {
      try requireRemakable(objective)
    } catch {
      throw failure("\(error)")
    }
    for (index, layer) in layers.enumerated() {
      do {
        try requireRemakable(layer.basis)
        try requireRemakable(layer.node, outputs: layer.outputs)
      } catch {
        throw failure("layer \(index + 1): \(error)")
      }
      for (name, array) in layer.basis.description.arrays {
        try requireFinite(array.elements, "values of \"\(name)\" in layer \(index + 1)")
      }
      guard (1...Int(Int32.max)).contains(layer.outputs) else {
        throw failure("layer \(index + 1) has \(layer.outputs) outputs")
      }
    }
  }

  /// Checks that an objective's description recreates it.
  private func requireRemakable<Kind: Objective>(_ objective: Kind) throws(ObjectiveError) {
    let description = ObjectiveDescription(objective)
    if ObjectiveDescription(try makeObjective(description, from: [Kind.self])) != description {
      throw ObjectiveError("the settings of \"\(Kind.name)\" do not make it again")
    }
  }

  /// Checks that a basis's description recreates one of the same shape.
  private func requireRemakable<Kind: Basis<Element>>(_ basis: Kind) throws(BasisError) {
    let copy = try makeBasis(basis.description, from: [Kind.self])
    if copy.inputs != basis.inputs || copy.functions != basis.functions {
      throw BasisError(
        "the description of \"\(Kind.kind)\" makes \(copy.inputs) inputs of \(copy.functions) functions, not "
          + "\(basis.inputs) of \(basis.functions)")
    }
  }

  /// Checks that a node function's settings recreate one of the same widths.
  private func requireRemakable<Node: NodeFunction>(_ node: Node, outputs: Int) throws(BasisError) {
    if try Node(settings: node.settings).sums(outputs: outputs) != node.sums(outputs: outputs) {
      throw BasisError("the settings of \"\(Node.kind)\" make one of other widths")
    }
  }
}
