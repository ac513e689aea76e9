import FoundationEssentials
import KAN

extension Network {
  /// Reads a model written by ``save(to:)``, converting its precision if necessary.
  ///
  /// - Parameters:
  ///   - bases: kinds of basis beyond the module's own that the model may use.
  ///   - nodes: kinds of node function beyond the module's own that the model may use.
  ///   - objectives: objectives beyond the module's own that the model may have been trained with.
  /// - Throws: `FileError` for a missing file or an invalid model.
  public init(
    contentsOf path: String, bases: [any Basis<Element>.Type] = [], nodes: [any NodeFunction.Type] = [],
    objectives: [any Objective.Type] = []
  ) throws(FileError) {
    try self.init(ModelFile(path: path), bases: bases, nodes: nodes, objectives: objectives)
  }

  /// Reads a model from memory: the result of ``encoded()``, or the contents of a file written by ``save(to:)``.
  ///
  /// - Parameters:
  ///   - bases: kinds of basis beyond the module's own that the model may use.
  ///   - nodes: kinds of node function beyond the module's own that the model may use.
  ///   - objectives: objectives beyond the module's own that the model may have been trained with.
  ///   - name: the name of the data in errors.
  /// - Throws: `FileError` for an invalid model.
  public init(
    data: Data, bases: [any Basis<Element>.Type] = [], nodes: [any NodeFunction.Type] = [],
    objectives: [any Objective.Type] = [], name: String = "model data"
  ) throws(FileError) {
    try self.init(ModelFile(bytes: [UInt8](data), path: name), bases: bases, nodes: nodes, objectives: objectives)
  }

  package init(
    _ file: ModelFile, bases: [any Basis<Element>.Type] = [], nodes: [any NodeFunction.Type] = [],
    objectives: [any Objective.Type] = []
  ) throws(FileError) {
    let nodeTypes = knownNodes() + nodes
    var layers: [Layer<Element>] = []
    var parameters: [Element] = []
    for (index, topology) in file.topology.layers.enumerated() {
      let layer = try file.layer(index, topology, from: bases, nodeTypes)
      if let last = layers.last, last.outputs != layer.inputs {
        throw file.failure("layer \(index + 1) has \(layer.inputs) inputs after one of \(last.outputs) outputs")
      }
      layers.append(try file.pruned(layer, index))
      // Checked against the tensors, so that nothing is allocated from a declared size.
      let shape = [layer.inputs, layer.functions, layer.sums]
      parameters += try file.values("layers.\(index).weight", shape: shape) as [Element]
      parameters += try file.values("layers.\(index).bias", shape: [layer.sums]) as [Element]
    }
    self.init(layers: layers, parameters: AlignedArray(parameters))
    let removed = removedParameters
    if removed.contains(where: { parameters[$0] != 0 }) { throw file.failure("a removed edge has a weight") }
    task = file.topology.task
    chosenObjective = try file.objective(from: knownObjectives + objectives)
    names = file.topology.names
    if let encoding = file.topology.encoding {
      let fits =
        encoding.inputs.count == inputs && encoding.targets.count == max(1, nameableTargets)
        || encoding.inputs.count == inputs && task == .classification && encoding.classes.count == outputs
      guard fits else { throw file.failure("the table's columns do not fit the layers") }
      take(encoding)
    }
    record = file.topology.record
    monotone = file.topology.monotone ?? [:]
    terms = file.topology.terms ?? [:]
    if let input = monotone.keys.first(where: { !(0..<inputs).contains($0) }) {
      throw file.failure("input \(input + 1), which is to be monotone, is none of \(inputs)")
    }
    inputScaling = try file.scaling("inputs", columns: inputs)
    outputScaling = try file.scaling("outputs", columns: outputs)
    if outputScaling.factor.contains(0) { throw file.failure("a factor of the outputs' scaling is 0") }
    intervals = try file.intervals(of: self)
    preprocessing.distributions = try file.inputDistributions(inputs)
    trainingState = try file.trainingState(of: self)
    if let state = trainingState {
      let values = [state.parameters] + state.optimizer.moments
      if values.contains(where: { values in removed.contains { values[$0] != 0 } }) {
        throw file.failure("a removed edge has a weight in the training state")
      }
    }
    do {
      try names.check(inputs: inputs, outputs: nameableTargets, task: task)
    } catch {
      throw file.failure("\(error)")
    }
    inputScalingOrigin = file.topology.scalings?.inputs ?? earlierOrigin(inputScaling)
    outputScalingOrigin = file.topology.scalings?.outputs ?? earlierOrigin(outputScaling)
  }

  /// The origin of a scaling in a file without origins: anything but the identity was set by a training.
  private func earlierOrigin(_ scaling: Scaling<Element>) -> ScalingOrigin {
    if record != nil { return .data }
    return scaling == Scaling(identity: scaling.columns) ? .none : .given
  }
}

/// A model file with its topology decoded, before the precision to compute in is known.
package struct ModelFile {
  let path: String
  let tensors: SafeTensors
  let topology: ModelTopology

  /// - Throws: `FileError` for an invalid model.
  package init(path: String) throws(FileError) {
    try self.init(bytes: readFile(path), path: path)
  }

  /// The same for a file in memory; `path` is only for messages.
  package init(bytes: [UInt8], path: String) throws(FileError) {
    func failure(_ reason: String) -> FileError { FileError(.malformed, path: path, reason) }
    guard SafeTensors.mayBegin(bytes) else {
      throw failure("not a model file\(foreignKind(bytes).map { ", but \($0)" } ?? "")")
    }
    // Before anything is made of the contents. Files of earlier releases have none.
    let checksum = ModelChecksum.check(bytes)
    if checksum == .wrong {
      throw failure(
        "damaged or cut short: the contents do not fit the checksum (a program that rewrites a model has to leave "
          + "\"checksum\" out of the metadata)")
    }
    let tensors = try SafeTensors(bytes: bytes, path: path)
    guard tensors.metadata["format"] == ModelTopology.format, let text = tensors.metadata["network"] else {
      throw failure("a safetensors file, but not a model with its topology")
    }
    let versions = ModelTopology.versions
    let version = tensors.metadata["version"] ?? "none"
    guard versions.contains(version) else {
      let last = versions[versions.count - 1]
      let isNewer = Int(version).map { $0 > Int(last) ?? 0 } ?? false
      throw failure(
        isNewer
          ? "format version \(version) is newer than this program, which reads up to version \(last)"
          : "format version \(printable(version)) is not known")
    }
    // No release has written other entries, so that this one is a damaged name, perhaps that of the checksum.
    let known = [ModelChecksum.key, "format", "network", "version"]
    if let other = tensors.metadata.keys.first(where: { !known.contains($0) }) {
      throw failure("\(quoted(other)) in the metadata is not known")
    }
    if tensors.metadata[ModelChecksum.key] != nil, checksum == .absent {
      throw failure("the checksum is not where it belongs: another program has written this file")
    }
    do {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      topology = try decoder.decode(ModelTopology.self, from: Data(text.utf8))
    } catch {
      throw failure("the topology is damaged")
    }
    if topology.layers.isEmpty { throw failure("the topology has no layers") }
    self.path = path
    self.tensors = tensors
  }

  /// What became of the columns of the table that the model was trained on.
  package var encoding: TableEncoding? { topology.encoding }

  /// Whether the parameters are in double precision.
  package var isDouble: Bool { tensors.tensors["layers.0.weight"]?.dtype == .float64 }

  func failure(_ reason: String) -> FileError { FileError(.malformed, path: path, reason) }

  func layer<Element: Scalar>(
    _ index: Int, _ topology: ModelTopology.LayerTopology, from types: [any Basis<Element>.Type],
    _ nodeTypes: [any NodeFunction.Type]
  ) throws(FileError) -> Layer<Element> {
    var arrays: [String: Matrix<Element>] = [:]
    for name in topology.arrays {
      let key = "layers.\(index).basis.\(name)"
      guard let tensor = tensors.tensors[key], tensor.shape.count == 2 else {
        throw failure("tensor \"\(printable(key))\" is missing or not a matrix")
      }
      arrays[name] = Matrix(
        rows: tensor.shape[0], columns: tensor.shape[1], elements: try values(key, shape: tensor.shape) as [Element])
    }
    guard (1...Int(Int32.max)).contains(topology.outputs) else {
      throw failure("layer \(index + 1) has \(topology.outputs) outputs")
    }
    do throws(BasisError) {
      let basis = try makeBasis(
        BasisDescription(
          kind: topology.basis, inputs: topology.inputs, settings: topology.settings, arrays: arrays), from: types)
      let node = try node(topology, from: nodeTypes)
      guard let sums = node.sums(outputs: topology.outputs), node.outputs(sums: sums) == topology.outputs else {
        throw BasisError("\(topology.outputs) outputs do not fit its \(type(of: node).kind)")
      }
      return Layer(basis: basis, outputs: topology.outputs, node: node)
    } catch {
      throw failure("layer \(index + 1): \(printable(error.description, limit: 200))")
    }
  }

  /// The layer with the edges that the file has left of it.
  func pruned<Element: Scalar>(_ layer: Layer<Element>, _ index: Int) throws(FileError) -> Layer<Element> {
    let name = "layers.\(index).edges"
    if tensors.tensors[name] == nil { return layer }
    let values: [Element] = try values(name, shape: [layer.inputs, layer.sums])
    guard values.allSatisfy({ $0 == 0 || $0 == 1 }) else { throw failure("tensor \"\(name)\" is not of 0 and 1") }
    var edges = EdgeMask(inputs: layer.inputs, sums: layer.sums)
    for (place, value) in values.enumerated() where value == 0 {
      edges[place / layer.sums, place % layer.sums] = false
    }
    return layer.keeping(edges)
  }

  /// The objective of the training, unless it is the task's default.
  func objective(from types: [any Objective.Type]) throws(FileError) -> (any Objective)? {
    guard let description = topology.objective else { return nil }
    let objective: any Objective
    do {
      objective = try makeObjective(description, from: types)
    } catch {
      throw failure("\(printable(error.description, limit: 200))")
    }
    if objective.targetDomain.task != topology.task {
      throw failure("the objective \(printable(description.name)) does not fit a \(topology.task.rawValue)")
    }
    return objective
  }

  private func node(
    _ topology: ModelTopology.LayerTopology, from types: [any NodeFunction.Type]
  ) throws(BasisError) -> any NodeFunction {
    switch (topology.activation, topology.node) {
    case (let activation?, nil): return activation
    case (nil, let node?): return try makeNode(kind: node.kind, settings: node.settings, from: types)
    default: throw BasisError("either an activation or another node function is expected")
    }
  }

  /// A tensor's values, finite and of the given shape.
  func values<Element: Scalar>(_ name: String, shape: [Int]) throws(FileError) -> [Element] {
    guard let tensor = tensors.tensors[name] else { throw failure("tensor \"\(printable(name))\" is missing") }
    guard tensor.shape == shape else {
      throw failure("tensor \"\(printable(name))\" has shape \(tensor.shape), not \(shape)")
    }
    let values: [Element]
    if let floats = tensor.floats {
      values = floats.map { Element($0) }
    } else if let doubles = tensor.doubles {
      values = doubles.map { Element($0) }
    } else {
      throw failure("tensor \"\(printable(name))\" holds \(tensor.dtype.rawValue), not F32 or F64")
    }
    guard values.allSatisfy(\.isFinite) else { throw failure("tensor \"\(printable(name))\" is not finite") }
    return values
  }

  func scaling<Element: Scalar>(_ name: String, columns: Int) throws(FileError) -> Scaling<Element> {
    let both: [Element] = try values("scaling.\(name)", shape: [2, columns])
    return Scaling(shift: AlignedArray(both[..<columns]), factor: AlignedArray(both[columns...]))
  }

  /// What intervals are made of, checked against the last layer; no size is taken on trust.
  func intervals<Element: Scalar>(of network: Network<Element>) throws(FileError) -> IntervalCalibration? {
    guard let topology = topology.intervals else { return nil }
    let damaged = failure("what intervals are made of is damaged")
    let (count, outputs) = (topology.functions.count, network.outputs)
    let last = network.layers[network.layers.count - 1]
    guard count <= LastLayerCovariance.mostFunctions,
      topology.functions.allSatisfy({ $0 < last.inputs * last.functions }),
      let shape = tensors.tensors["intervals.scores"]?.shape, shape.count == 2, shape[0] == outputs, shape[1] > 0
    else { throw damaged }
    let scores: [Double] = try values("intervals.scores", shape: shape)
    guard
      let covariance = LastLayerCovariance(
        functions: topology.functions, means: try values("intervals.means", shape: [count]),
        triangle: try values("intervals.triangle", shape: [count * (count + 1) / 2]), rows: topology.rows,
        variances: topology.variances),
      let result = IntervalCalibration(
        covariance, scores: (0..<outputs).map { Array(scores[$0 * shape[1]..<($0 + 1) * shape[1]]) },
        rows: topology.heldOut, mark: network.parameterMark)
    else { throw damaged }
    return result
  }

  func trainingState<Element: Scalar>(of network: Network<Element>) throws(FileError) -> TrainingState<Element>? {
    guard let state = topology.state else { return nil }
    guard state.isPlausible else { throw failure("the training state is damaged") }
    func parameters(_ name: String) throws(FileError) -> AlignedArray<Element> {
      AlignedArray(try values(name, shape: [network.parameterCount]) as [Element])
    }
    func moments(_ count: Int, _ prefix: String) throws(FileError) -> [AlignedArray<Element>] {
      var moments: [AlignedArray<Element>] = []
      for index in 0..<count { moments.append(try parameters("\(prefix).moments.\(index)")) }
      return moments
    }
    let last = "training.parameters"
    var result = TrainingState(
      epochsDone: state.epochsDone, stepsDone: state.stepsDone ?? 0, lossSum: state.lossSum ?? 0,
      optimizer: OptimizerState(
        step: state.optimizerSteps, moments: try moments(state.moments, "training"), method: try methodState(state)),
      parameters: tensors.tensors[last] == nil ? network.parameters : try parameters(last),
      best: .init(epoch: state.bestEpoch, loss: state.bestLoss ?? .infinity, parameters: network.parameters),
      grids: try gridProgress(state))
    result.rateFactor = state.rateFactor ?? 1
    result.startLoss = state.startLoss
    if let start = state.epochStart {
      result.epochStart = .init(
        parameters: try parameters("training.epoch.parameters"),
        optimizer: OptimizerState(step: start.optimizerSteps, moments: try moments(start.moments, "training.epoch")))
    }
    return result
  }
}
