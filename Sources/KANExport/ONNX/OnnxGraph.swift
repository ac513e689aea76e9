/// A graph of ONNX (opset 17) while it is written. Field numbers are those of `onnx.proto3`.
struct OnnxGraph {
  /// `TensorProto.DataType`
  enum ElementType: Int {
    case float = 1
    case int64 = 7
    case string = 8
    case bool = 9
    case double = 11
  }

  enum Attribute {
    case integer(Int)
    case integers([Int])
    case texts([String])
  }

  /// An input or an output of the graph; a free dimension is N.
  struct Port {
    let name: String
    let type: ElementType
    /// After N.
    let columns: Int?
  }

  /// The name of a tensor.
  typealias Tensor = String

  private var nodes: [ProtobufWriter] = []
  private var constants: [ProtobufWriter] = []
  private var names: [[UInt8]: Tensor] = [:]
  private var count = 0

  /// What names of tensors begin with.
  private let prefix: String

  /// - Parameter namesToAvoid: names that inputs and outputs have.
  init(namesToAvoid: [String]) {
    var prefix = "kan/"
    while namesToAvoid.contains(where: { $0.hasPrefix(prefix) }) { prefix = "_" + prefix }
    self.prefix = prefix
  }

  private mutating func newName() -> Tensor {
    count += 1
    return prefix + "\(count)"
  }

  mutating func node(
    _ type: String, _ inputs: [Tensor], to output: Tensor? = nil, domain: String = "",
    _ attributes: [(String, Attribute)] = []
  ) -> Tensor {
    let output = output ?? newName()
    var node = ProtobufWriter()
    for input in inputs { node.text(1, input) }
    node.text(2, output)
    node.text(3, "node/\(nodes.count)")
    node.text(4, type)
    for (name, attribute) in attributes {
      node.message(5) { message in
        message.text(1, name)
        switch attribute {
        case .integer(let value):
          message.integer(3, value)
          message.integer(20, 2)
        case .integers(let values):
          for value in values { message.integer(8, value) }
          message.integer(20, 7)
        case .texts(let texts):
          for text in texts { message.text(9, text) }
          message.integer(20, 8)
        }
      }
    }
    if !domain.isEmpty { node.text(7, domain) }
    nodes.append(node)
    return output
  }

  /// An array of constants; an equal one is written once. No shape is a single number.
  mutating func constant(_ values: [Double], _ shape: [Int], _ type: ElementType) -> Tensor {
    var bytes: [UInt8] = []
    for value in values {
      switch type {
      case .float: withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { bytes += $0 }
      case .double: withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
      default: withUnsafeBytes(of: Int64(value).littleEndian) { bytes += $0 }
      }
    }
    return tensor(shape, type) { $0.data(9, bytes) }
  }

  /// A single number.
  mutating func constant(_ value: Double, _ type: ElementType) -> Tensor { constant([value], [], type) }

  mutating func texts(_ texts: [String]) -> Tensor {
    tensor([texts.count], .string) { tensor in
      for text in texts { tensor.text(6, text) }
    }
  }

  mutating func integers(_ values: [Int]) -> Tensor { constant(values.map { Double($0) }, [values.count], .int64) }

  private mutating func tensor(
    _ shape: [Int], _ type: ElementType, _ contents: (inout ProtobufWriter) -> Void
  ) -> Tensor {
    var tensor = ProtobufWriter()
    for size in shape { tensor.integer(1, size) }
    tensor.integer(2, type.rawValue)
    contents(&tensor)
    if let name = names[tensor.bytes] { return name }
    let name = newName()
    names[tensor.bytes] = name
    tensor.text(8, name)
    constants.append(tensor)
    return name
  }

  /// The model with this graph.
  func model(name: String, inputs: [Port], outputs: [Port], about: String, metadata: [(String, String)]) -> [UInt8] {
    var model = ProtobufWriter()
    model.integer(1, 8)  // the file format of opset 17
    model.text(2, "swift-kan")
    model.message(7) { graph in
      for node in nodes { graph.data(1, node.bytes) }
      graph.text(2, name)
      for constant in constants { graph.data(5, constant.bytes) }
      graph.text(10, about)
      for input in inputs { graph.message(11) { Self.write(input, to: &$0) } }
      for output in outputs { graph.message(12) { Self.write(output, to: &$0) } }
    }
    for (domain, version) in [("", 17), ("ai.onnx.ml", 2)] {
      model.message(8) { opset in
        opset.text(1, domain)
        opset.integer(2, version)
      }
    }
    for (key, value) in metadata {
      model.message(14) { entry in
        entry.text(1, key)
        entry.text(2, value)
      }
    }
    return model.bytes
  }

  private static func write(_ port: Port, to message: inout ProtobufWriter) {
    message.text(1, port.name)
    message.message(2) { type in
      type.message(1) { tensor in
        tensor.integer(1, port.type.rawValue)
        tensor.message(2) { shape in
          shape.message(1) { $0.text(2, "N") }
          if let columns = port.columns { shape.message(1) { $0.integer(1, columns) } }
        }
      }
    }
  }
}
