import FoundationEssentials
import KAN

extension Network {
  /// Writes everything needed for prediction and further training to one `.safetensors` file: layers, parameters,
  /// grids, scalings, names, and the training record.
  ///
  /// The write is atomic: a temporary file is synced and renamed.
  ///
  /// - Throws: `FileError` if the file cannot be written or the network could not be loaded again, because of numbers
  ///   that are not finite or a basis that its description does not recreate.
  public func save(to path: String) throws(FileError) {
    try writeFile(encoded(for: path), to: path)
  }

  /// The bytes that ``save(to:)`` writes; ``init(data:bases:objectives:name:)`` reads them.
  ///
  /// - Throws: `FileError` for a network that could not be loaded again.
  public func encoded() throws(FileError) -> Data { Data(try encoded(for: "model data")) }

  func encoded(
    for path: String, automatic: [ModelTopology.AutomaticPart]? = nil, _ parts: [String: SafeTensors.Tensor] = [:]
  ) throws(FileError) -> [UInt8] {
    let bytes = modelFile(automatic: automatic, parts).encoded()
    if SafeTensors.headerBytes(bytes) > SafeTensors.headerLimit {
      throw FileError(.cannotCreate, path: path, "the names and the record are too long for a model file")
    }
    try requireReadable(bytes, path)
    return bytes
  }

  /// The file's contents.
  package func modelFile() -> SafeTensors { modelFile(automatic: nil, [:]) }

  private func modelFile(
    automatic: [ModelTopology.AutomaticPart]?, _ parts: [String: SafeTensors.Tensor]
  ) -> SafeTensors {
    let state = resumableState
    var tensors = parts
    for index in layers.indices {
      let layer = layers[index]
      tensors["layers.\(index).weight"] = tensor(
        weights(ofLayer: index).elements, [layer.inputs, layer.functions, layer.sums])
      tensors["layers.\(index).bias"] = tensor(bias(ofLayer: index), [layer.sums])
      if layer.isPruned {
        let edges = layer.edges
        tensors["layers.\(index).edges"] = tensor(
          (0..<layer.inputs).flatMap { input in (0..<layer.sums).map { edges[input, $0] ? 1 : 0 as Element } },
          [layer.inputs, layer.sums])
      }
      for (name, array) in layer.basis.description.arrays {
        tensors["layers.\(index).basis.\(name)"] = tensor(array.elements, [array.rows, array.columns])
      }
    }
    for (name, scaling) in [("inputs", inputScaling), ("outputs", outputScaling)] {
      tensors["scaling.\(name)"] = tensor(Array(scaling.shift) + Array(scaling.factor), [2, scaling.columns])
    }
    if let intervals = validIntervals {
      let covariance = intervals.covariance
      tensors["intervals.means"] = .init(shape: [covariance.means.count], covariance.means)
      tensors["intervals.triangle"] = .init(shape: [covariance.triangle.count], covariance.triangle)
      tensors["intervals.scores"] = .init(
        shape: [intervals.scores.count, intervals.scores[0].count], intervals.scores.flatMap { $0 })
    }
    if let distributions = inputDistributions { tensors.merge(distributions.tensors) { $1 } }
    if let state {
      for (index, moment) in state.optimizer.moments.enumerated() {
        tensors["training.moments.\(index)"] = tensor(moment, [moment.count])
      }
      if state.parameters != parameters {
        tensors["training.parameters"] = tensor(state.parameters, [state.parameters.count])
      }
      if let start = state.epochStart {
        tensors["training.epoch.parameters"] = tensor(start.parameters, [start.parameters.count])
        for (index, moment) in start.optimizer.moments.enumerated() {
          tensors["training.epoch.moments.\(index)"] = tensor(moment, [moment.count])
        }
      }
      tensors.merge(state.storedTensors) { $1 }
    }
    return SafeTensors(
      metadata: [
        ModelChecksum.key: ModelChecksum.blank,
        "format": ModelTopology.format,
        "version": version,
        "network": topologyText(state, automatic),
      ],
      tensors: tensors)
  }

  /// The lowest version whose readers understand all that matters to predictions.
  private var version: String {
    if isPruned { return ModelTopology.versionWithEdges }
    if let encoding, !encoding.isPlain { return ModelTopology.versionWithEncoding }
    return chosenObjective == nil ? ModelTopology.version : ModelTopology.versionWithObjective
  }

  private func topologyText(
    _ state: TrainingState<Element>?, _ automatic: [ModelTopology.AutomaticPart]?
  ) -> String {
    let topology = ModelTopology(
      task: task, objective: chosenObjective.map { ObjectiveDescription($0) },
      layers: layers.map { layer in
        let basis = layer.basis.description
        return .init(
          basis: basis.kind, inputs: basis.inputs, outputs: layer.outputs, activation: layer.activation,
          node: layer.activation == nil
            ? .init(kind: type(of: layer.node).kind, settings: layer.node.settings) : nil,
          settings: basis.settings, arrays: basis.arrays.keys.sorted())
      },
      names: names, record: record,
      state: state.map { ModelTopology.State($0) },
      scalings: .init(inputs: inputScalingOrigin, outputs: outputScalingOrigin),
      encoding: encoding, monotone: monotone.isEmpty ? nil : monotone, terms: terms.isEmpty ? nil : terms,
      intervals: validIntervals.map {
        .init(
          functions: $0.covariance.functions, rows: $0.covariance.rows, heldOut: $0.rows,
          variances: $0.covariance.variances)
      },
      automatic: automatic)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A validation loss may be infinite although the training loss is finite.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(topology), as: UTF8.self)
    } catch {
      preconditionFailure("a topology cannot be encoded: \(error)")
    }
  }

  private func tensor(_ values: some Collection<Element>, _ shape: [Int]) -> SafeTensors.Tensor {
    Element.self == Float.self
      ? SafeTensors.Tensor(shape: shape, values.map { Float($0) })
      : SafeTensors.Tensor(shape: shape, values.map { Double($0) })
  }
}
