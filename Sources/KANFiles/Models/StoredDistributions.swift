import KAN

extension [InputDistribution] {
  /// As flat arrays in double precision: bins and kind of each input, then edges and counts one input behind another.
  var tensors: [String: SafeTensors.Tensor] {
    var kinds: [Double] = []
    var edges: [Double] = []
    for distribution in self {
      switch distribution.bins {
      case .numbers(let own):
        kinds += [Double(own.count + 1), 0]
        edges += own
      case .codes(let count): kinds += [Double(count), 1]
      }
    }
    let counts = flatMap { $0.counts.map { Double($0) } }
    return [
      "columns.bins": .init(shape: [count, 2], kinds), "columns.edges": .init(shape: [edges.count], edges),
      "columns.counts": .init(shape: [counts.count], counts),
    ]
  }
}

extension ModelFile {
  /// How the inputs of the training were distributed; nil in a file without. No size is taken on trust.
  func inputDistributions(_ inputs: Int) throws(FileError) -> [InputDistribution]? {
    if tensors.tensors["columns.bins"] == nil { return nil }
    let damaged = failure("how the inputs were distributed is damaged")
    func list(_ name: String) throws(FileError) -> [Double] {
      guard let shape = tensors.tensors[name]?.shape, shape.count == 1 else { throw damaged }
      return try values(name, shape: shape)
    }
    let kinds: [Double] = try values("columns.bins", shape: [inputs, 2])
    let (edges, counts) = (try list("columns.edges"), try list("columns.counts"))
    var (edge, bin) = (0, 0)
    var result: [InputDistribution] = []
    for input in 0..<inputs {
      let isCode = kinds[2 * input + 1] == 1
      guard let bins = Int(exactly: kinds[2 * input]), bins > 0, bins <= counts.count - bin,
        isCode || bins - 1 <= edges.count - edge
      else { throw damaged }
      let own = counts[bin..<bin + bins].compactMap { Int(exactly: $0) }
      let kind = isCode ? InputDistribution.Bins.codes(bins) : .numbers(edges: Array(edges[edge..<edge + bins - 1]))
      guard own.count == bins, let distribution = InputDistribution(bins: kind, counts: own) else { throw damaged }
      result.append(distribution)
      (edge, bin) = (edge + (isCode ? 0 : bins - 1), bin + bins)
    }
    guard edge == edges.count, bin == counts.count else { throw damaged }
    return result
  }
}
