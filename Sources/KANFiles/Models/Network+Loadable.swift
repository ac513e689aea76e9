import KAN

extension Network {
  /// Rejects bytes that `Network(contentsOf:)` would refuse, or of which it would make another network: by reading them, so
  /// that nothing is written that cannot be read.
  func requireReadable(_ bytes: [UInt8], _ path: String) throws(FileError) {
    func failure(_ reason: String) -> FileError { FileError(.cannotCreate, path: path, reason) }
    let copy: Network
    do {
      copy = try Network(
        ModelFile(bytes: bytes, path: path), bases: layers.map { type(of: $0.basis) },
        nodes: layers.map { type(of: $0.node) }, objectives: [type(of: objective)])
    } catch {
      throw failure(error.message)
    }
    for (index, (own, made)) in zip(layers, copy.layers).enumerated() {
      if own.basis.description != made.basis.description || own.basis.functions != made.basis.functions {
        throw failure("layer \(index + 1): the description of \"\(type(of: own.basis).kind)\" does not make it again")
      }
      if own.node.settings != made.node.settings || own.sums != made.sums {
        throw failure("layer \(index + 1): the settings of \"\(type(of: own.node).kind)\" do not make it again")
      }
    }
    if ObjectiveDescription(objective) != ObjectiveDescription(copy.objective) {
      throw failure("the settings of \"\(type(of: objective).name)\" do not make it again")
    }
    if parameters != copy.parameters { throw failure("the parameters of pruned edges are not 0") }
  }
}
