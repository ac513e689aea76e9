extension Network {
  /// One network whose outputs are the mean of the outputs of several networks of the same layers: of logits for classes,
  /// of logarithms for rates.
  ///
  /// Units of hidden layers stand side by side, on the first layer's common functions; hidden layers behind one another
  /// have edges of 0 between the networks, so that their parameters grow with the square of the number of networks. It
  /// has the scalings, names and record of the first one.
  ///
  /// Traps without networks.
  ///
  /// - Throws: ``BasisError`` for networks of other layers or with other functions in the first one, and for node
  ///   functions that are no activation, or not the identity in the last layer.
  public init(meanOf networks: [Network]) throws(BasisError) {
    require(!networks.isEmpty, "Network: the mean of no networks")
    let first = networks[0]
    let depth = first.layers.count
    for network in networks {
      guard network.layers.count == depth, network.layers[0].basis.description == first.layers[0].basis.description,
        network.inputScaling == first.inputScaling, network.outputScaling == first.outputScaling
      else { throw BasisError("the networks have other functions of their inputs, so that they are not one network") }
      for (layer, own) in zip(network.layers, first.layers)
      where layer.activation == nil || layer.activation != own.activation {
        throw BasisError("\(layer.nodeText): only networks of the same activations are one network")
      }
    }
    guard first.layers[depth - 1].activation == .identity else {
      throw BasisError("the last layer has \(first.layers[depth - 1].nodeText), the mean of which is no sum")
    }
    var layers: [Layer<Element>] = []
    for index in 0..<depth {
      let own = networks.map { $0.layers[index] }
      let basis = try index == 0 ? own[0].basis : Self.sideBySide(own.map { $0.basis })
      let outputs = index == depth - 1 ? own[0].outputs : own.reduce(0) { $0 + $1.outputs }
      layers.append(Layer(basis: basis, outputs: outputs, node: own[0].node))
    }
    self.init(layers: layers, parameters: AlignedArray(zeros: layers.reduce(0) { $0 + $1.parameterCount }))
    preprocessing = first.preprocessing
    record = first.record
    copyParameters(of: networks)
  }

  private mutating func copyParameters(of networks: [Network]) {
    let to = parameters.mutablePointer()
    for (index, layer) in layers.enumerated() {
      let (start, isLast) = (parameterOffset(ofLayer: index), index == layers.count - 1)
      let share: Element = isLast ? 1 / Element(networks.count) : 1
      var (row, column) = (0, 0)
      for network in networks {
        let own = network.layers[index]
        let from = network.parameters.pointer + network.parameterOffset(ofLayer: index)
        let rows = own.inputs * own.functions
        // W, then b as one row more, behind all rows of the wide layer.
        for place in 0...rows {
          let target = place == rows ? layer.inputs * layer.functions : row + place
          for output in 0..<own.outputs {
            to[start + target * layer.outputs + column + output] += share * from[place * own.outputs + output]
          }
        }
        if index > 0 { row += rows }
        if !isLast { column += own.outputs }
      }
    }
  }

  /// The functions of several layers' inputs as those of one layer. Arrays with a row for each input are put together;
  /// others, and those alone that a basis takes for one of a single input, are common to all.
  private static func sideBySide(_ bases: [any Basis<Element>]) throws(BasisError) -> any Basis<Element> {
    let first = bases[0].description
    var all = first
    for own in bases.dropFirst().map({ $0.description }) {
      guard own.kind == first.kind, own.settings == first.settings, own.arrays.keys == first.arrays.keys else {
        throw BasisError("\(own.kind): hidden layers of other functions are not one layer")
      }
      for (name, array) in own.arrays {
        let before = all.arrays[name]!
        guard array.rows == own.inputs, before.rows == all.inputs, array.columns == before.columns else { continue }
        all.arrays[name] = Matrix(
          rows: before.rows + array.rows, columns: array.columns, elements: Array(before.elements) + array.elements)
      }
      all.inputs += own.inputs
    }
    // Where one basis holds for all inputs, as with a range, joined arrays make none; those of the first may.
    if let basis = try? makeBasis(all, from: [type(of: bases[0])]) { return basis }
    all.arrays = first.arrays
    let basis = try makeBasis(all, from: [type(of: bases[0])])
    guard bases.allSatisfy({ $0.description.arrays == first.arrays }) else {
      throw BasisError("\(first.kind): hidden layers on other ranges are not one layer")
    }
    return basis
  }
}
