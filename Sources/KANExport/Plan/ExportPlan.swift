import KAN

/// All that predicts with a model, in the one form that every writer prints: columns → inputs → layers → outputs.
///
/// Numbers are the model's own, and every operation is the engine's, in its order. Sources in C, Swift and Python and an
/// ONNX graph say the same program:
///
///     let plan = try ExportPlan(network, name: "houses")
///     let bytes = plan.source(in: .c)
public struct ExportPlan: Sendable {
  /// What the exported function is called, a word of letters, digits and underscores.
  public let name: String
  /// A digest of the model file, empty without one.
  public let hash: String
  /// Whether numbers are double precision.
  public let isDouble: Bool
  /// What the function takes, from left to right.
  public let columns: [ExportColumn]
  /// The targets' names; for classes, the one of their column.
  public let targets: [String]
  /// The classes, from the first output on; empty for numbers.
  public let classes: [String]
  /// Whether the outputs are in double precision even if the model is not, since single precision does not hold them.
  let hasDoubleOutputs: Bool
  let inputs: [InputBlock]
  var layers: [ExportLayer]
  /// From the last layer's outputs to predictions; before it, for classes, come softmax probabilities.
  let output: Tape
  /// What a tabulated form was made of, in words; nil for an exact one.
  var tabulated: String?

  /// The number of outputs of the function: targets, or classes.
  public var outputs: Int { layers[layers.count - 1].outputs }
  var isClassification: Bool { !classes.isEmpty }
  /// The inputs of the network.
  var width: Int { layers[0].inputs }
  /// Whether any column has texts.
  public var hasTexts: Bool { columns.contains { !$0.levels.isEmpty } }
}

extension ExportPlan {
  /// The plan of a network.
  ///
  /// - Parameters:
  ///   - name: what the function is to be called; other characters than letters, digits and underscores become
  ///     underscores.
  ///   - hash: a digest of the model file, which the export carries.
  /// - Throws: ``ExportError`` for a basis or a node function that is none of this package's, and for functions that
  ///   cannot be written out.
  public init<Element: Scalar>(_ network: Network<Element>, name: String = "model", hash: String = "")
    throws(ExportError)
  {
    self.name = Self.identifier(name)
    self.hash = hash
    isDouble = Element.self == Double.self
    let names = network.names
    targets =
      network.task == .classification
      ? [names.targets.first ?? "class"]
      : (0..<network.outputs).map { names.targets.count == network.outputs ? names.targets[$0] : "y\($0)" }
    classes =
      network.task == .classification
      ? (0..<network.outputs).map { names.classes.isEmpty ? "\($0)" : names.classes[$0] } : []
    (columns, inputs) = Self.inputs(of: network)
    var layers: [ExportLayer] = []
    for (index, layer) in network.layers.enumerated() {
      do throws(ExportError) {
        layers.append(
          try ExportLayer(layer, weights: network.weights(ofLayer: index), bias: network.bias(ofLayer: index)))
      } catch {
        throw ExportError("layer \(index + 1): \(error)")
      }
    }
    self.layers = layers
    (output, hasDoubleOutputs) = Self.output(of: network)
  }

  private static func identifier(_ name: String) -> String {
    let word = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    return word.first.map { $0.isNumber } ?? true ? "model_" + word : word
  }

  /// From the last layer's outputs to predictions in the table's units, by the network's link.
  private static func output<Element: Scalar>(of network: Network<Element>) -> (tape: Tape, isDouble: Bool) {
    let shifts = network.encoding?.isShifted == true ? network.encoding?.targets.map(\.number) : nil
    let count: Int = network.outputs
    let tapes = (0..<count).map { output in
      let builder = TapeBuilder(isDouble: Element.self == Double.self)
      let y = builder.input()
      var result =
        switch network.objective.link {
        case .identity:
          y / builder.parameter(Double(network.outputScaling.factor[output]))
            + builder.parameter(Double(network.outputScaling.shift[output]))
        case .softmax: y
        case .sigmoid: 1 / (1 + (-y).apply(.exponential))
        case .exp: y.apply(.exponential)
        }
      if let shifts {
        let shift = shifts[min(output, shifts.count - 1)]
        let most = builder.constant(.greatestFiniteMagnitude, .double)
        let value =
          result.inDouble / builder.parameter(shift?.scale ?? 1, .double)
          + builder.parameter(shift?.shift ?? 0, .double)
        result = value.held(-most, most)
      }
      return builder.tape(endingIn: result)
    }
    return (Tape(sideBySide: tapes), shifts != nil)
  }
}
