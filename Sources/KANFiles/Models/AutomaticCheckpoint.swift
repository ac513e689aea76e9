import KAN

/// The parts of an unfinished automatic training, each a whole model file within the file of the network so far:
///
///     automatic.I           the I-th part of the topology's `automatic`: [bytes], U8
extension ModelTopology {
  struct AutomaticPart: Codable, Equatable {
    var name: String
    /// Whether it is one of those in double precision whatever the network's is.
    var isSmooth: Bool
    var isDone: Bool
    /// False for a part that broke down.
    var hasNetwork: Bool
  }
}

extension Network {
  /// Saves the network with the parts from which an automatic training goes on. Throws what ``save(to:)`` throws.
  package func save(to path: String, with parts: AutomaticParts<Element>) throws(FileError) {
    var tensors: [String: SafeTensors.Tensor] = [:]
    var list: [ModelTopology.AutomaticPart] = []
    func add<Number: Scalar>(
      _ name: String, _ part: AutomaticParts<Element>.Part<Number>, isSmooth: Bool
    ) throws(FileError) {
      if let network = part.network {
        let bytes = try network.encoded(for: path)
        tensors["automatic.\(list.count)"] = .init(dtype: .unsigned8, shape: [bytes.count], bytes: bytes)
      }
      list.append(.init(name: name, isSmooth: isSmooth, isDone: part.isDone, hasNetwork: part.network != nil))
    }
    for (name, part) in parts.networks.sorted(by: { $0.key < $1.key }) { try add(name, part, isSmooth: false) }
    for (name, part) in parts.smooth.sorted(by: { $0.key < $1.key }) { try add(name, part, isSmooth: true) }
    try writeFile(encoded(for: path, automatic: list, tensors), to: path)
  }
}

extension ModelFile {
  /// Whether the file has a network that was chosen automatically.
  package var isAutomatic: Bool { topology.record?.optimizer == "auto" }

  /// The parts of an unfinished automatic training; nil if it is finished.
  package func automaticParts<Element: Scalar>(_: Element.Type) throws(FileError) -> AutomaticParts<Element>? {
    guard let list = topology.automatic else { return nil }
    var parts = AutomaticParts<Element>()
    for (index, part) in list.enumerated() {
      if part.isSmooth {
        parts.smooth[part.name] = .init(network: try network(part, index), isDone: part.isDone)
      } else {
        parts.networks[part.name] = .init(network: try network(part, index), isDone: part.isDone)
      }
    }
    return parts
  }

  private func network<Number: Scalar>(
    _ part: ModelTopology.AutomaticPart, _ index: Int
  ) throws(FileError) -> Network<Number>? {
    if !part.hasNetwork { return nil }
    guard let tensor = tensors.tensors["automatic.\(index)"], tensor.dtype == .unsigned8 else {
      throw failure("the parts of the training are damaged")
    }
    return try Network(ModelFile(bytes: tensor.bytes, path: path))
  }
}
