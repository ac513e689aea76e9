extension ExportPlan {
  /// Whether columns are taken in double precision: of those that a table's encoding shifts, single precision would lose
  /// digits.
  var hasDoubleInputs: Bool { isDouble || inputs.contains { $0.tape.kinds.dropFirst().contains(.double) } }

  /// The graph: without texts, `inputs` is one matrix, [N × columns]; else each column is an input of its name, [N × 1],
  /// of numbers in double precision or of texts. Outputs: `predictions`, or `label` and `probabilities`.
  func onnx() -> [UInt8] {
    let columnNames = self.columnNames
    var graph = OnnxGraph(namesToAvoid: columnNames)
    let real: OnnxGraph.ElementType = isDouble ? .double : .float
    let (ports, table) = writeColumns(&graph)
    let parts = inputs.map { block in
      let own = graph.columns(of: table, block.columns[0]..<block.columns[0] + block.columns.count, all: columns.count)
      let last = block.tape.steps.count - 1
      return graph.write(block.tape, of: own, needing: [last], real: real)[last]
    }
    var x = parts.count == 1 ? parts[0] : graph.node("Concat", parts, [("axis", .integer(1))])
    for layer in layers { x = graph.write(layer, of: x, real: real) }
    if isClassification { x = graph.node("Softmax", [x], [("axis", .integer(1))]) }
    let last = output.steps.count - 1
    x = graph.write(output, of: x, needing: [last], real: real)[last]
    let type: OnnxGraph.ElementType = hasDoubleOutputs ? .double : real
    var outputs: [OnnxGraph.Port] = []
    if isClassification {
      let place = graph.node("ArgMax", [x], [("axis", .integer(1)), ("keepdims", .integer(0))])
      _ = graph.node("Gather", [graph.texts(classes), place], to: free("label"))
      _ = graph.node("Identity", [x], to: free("probabilities"))
      outputs = [
        OnnxGraph.Port(name: free("label"), type: .string, columns: nil),
        OnnxGraph.Port(name: free("probabilities"), type: type, columns: self.outputs),
      ]
    } else {
      _ = graph.node("Identity", [x], to: free("predictions"))
      outputs = [OnnxGraph.Port(name: free("predictions"), type: type, columns: self.outputs)]
    }
    return graph.model(
      name: name, inputs: ports, outputs: outputs, about: summary.joined(separator: "\n"), metadata: metadata)
  }

  /// The names of columns that are inputs of their own.
  private var columnNames: [String] {
    hasTexts ? columns.enumerated().map { $1.name.isEmpty ? "column\($0 + 1)" : $1.name } : []
  }

  /// The name of an output, which no column has.
  private func free(_ name: String) -> String { columnNames.contains(name) ? free(name + "_") : name }

  private func writeColumns(_ graph: inout OnnxGraph) -> (ports: [OnnxGraph.Port], table: OnnxGraph.Tensor) {
    if !hasTexts {
      let port = OnnxGraph.Port(name: "inputs", type: hasDoubleInputs ? .double : .float, columns: columns.count)
      return ([port], hasDoubleInputs ? "inputs" : graph.cast("inputs", to: .double))
    }
    var ports: [OnnxGraph.Port] = []
    let tensors = zip(columns, columnNames).map { column, name in
      let isText = !column.levels.isEmpty
      ports.append(OnnxGraph.Port(name: name, type: isText ? .string : .double, columns: 1))
      return isText ? graph.codes(of: name, column.levels) : name
    }
    return (ports, tensors.count == 1 ? tensors[0] : graph.node("Concat", tensors, [("axis", .integer(1))]))
  }

  private var metadata: [(String, String)] {
    var result = [
      ("kan.name", name), ("kan.targets", Self.json(targets)), ("kan.columns", Self.json(columns.map(\.name))),
    ]
    if !hash.isEmpty { result.append(("kan.sha256", hash)) }
    if isClassification { result.append(("kan.classes", Self.json(classes))) }
    let ranges = columns.map { column in column.range.map { "[\($0.lowerBound), \($0.upperBound)]" } ?? "null" }
    result.append(("kan.ranges", "[\(ranges.joined(separator: ", "))]"))
    if let tabulated { result.append(("kan.tabulated", tabulated)) }
    return result
  }

  private static func json(_ words: [String]) -> String { "[\(words.map(\.quoted).joined(separator: ", "))]" }
}

extension OnnxGraph {
  /// Some neighbouring columns of a matrix.
  mutating func columns(of x: Tensor, _ range: Range<Int>, all: Int) -> Tensor {
    range == 0..<all ? x : selected(x, Array(range))
  }

  private mutating func selected(_ x: Tensor, _ columns: [Int]) -> Tensor {
    node("Gather", [x, integers(columns)], [("axis", .integer(1))])
  }

  /// Places of texts from 1 on, 0 for others, NaN for an empty one: [N × 1]
  mutating func codes(of texts: Tensor, _ levels: [String]) -> Tensor {
    let code = node(
      "LabelEncoder", [texts], domain: "ai.onnx.ml",
      [
        ("keys_strings", .texts(levels + [""])), ("values_int64s", .integers(Array(1...levels.count) + [-1])),
        ("default_int64", .integer(0)),
      ])
    let number = cast(code, to: .double)
    let isGap = node("Less", [number, constant(0, .double)])
    return node("Where", [isGap, constant(.nan, .double), number])
  }

  /// Y of a layer: [N × out]
  mutating func write(_ layer: ExportLayer, of x: Tensor, real: ElementType) -> Tensor {
    var z = constant(layer.bias, [layer.sums], real)
    for block in layer.blocks {
      let own = columns(of: x, block.inputs, all: layer.inputs)
      let weights = constant(block.weights, [block.inputs.count * block.rows, layer.sums], real)
      z = node("Add", [z, node("MatMul", [functions(of: block, own, real), weights])])
    }
    if layer.blocks.isEmpty {
      let shape = node(
        "Concat", [node("Shape", [x], [("end", .integer(1))]), integers([layer.sums])], [("axis", .integer(0))])
      z = node("Expand", [z, shape])
    }
    let plain = layer.outputs - layer.products
    var y = layer.products > 0 && plain > 0 ? columns(of: z, 0..<plain, all: layer.sums) : z
    switch layer.activation {
    case .identity: break
    case .relu:
      // `Relu` need not keep NaN.
      let zero = constant(0, real)
      y = node("Where", [node("Less", [y, zero]), zero, y])
    case .silu: y = node("Mul", [y, node("Sigmoid", [y])])
    case .tanh: y = node("Tanh", [y])
    case .sigmoid: y = node("Sigmoid", [y])
    }
    if layer.products == 0 { return y }
    let places = (0..<layer.products).map { plain + 2 * $0 }
    let products = node("Mul", [selected(z, places), selected(z, places.map { $0 + 1 })])
    return plain == 0 ? products : node("Concat", [y, products], [("axis", .integer(1))])
  }

  /// Φ of a block: [N × inputs·K]
  private mutating func functions(of block: FunctionBlock, _ x: Tensor, _ real: ElementType) -> Tensor {
    let tensors = write(block.tape, of: x, needing: block.needed, real: real)
    var parts: [Tensor] = []
    var inCell: [Tensor] = []
    var isScattered = false
    // Rows of W in their order: those of cells lie together.
    let rows = Dictionary(
      uniqueKeysWithValues: block.values.compactMap { value -> (Int, Tensor)? in
        if case .row(let r) = value.place { (r, tensors[value.value]) } else { nil }
      })
    for value in block.values {
      if case .cell = value.place { inCell.append(unsqueezed(tensors[value.value])) }
    }
    for row in 0..<block.rows {
      if let tensor = rows[row] {
        parts.append(unsqueezed(tensor))
      } else if !isScattered, let cell = block.cell {
        isScattered = true
        // On a grid of one interval the cell is a constant.
        let isConstant = if case .constant = block.tape.steps[cell] { true } else { false }
        let own = isConstant ? node("Expand", [tensors[cell], node("Shape", [x])]) : tensors[cell]
        parts.append(scattered(inCell, own, x, count: block.rows - rows.count, real))
      }
    }
    let all = parts.count == 1 ? parts[0] : node("Concat", parts, [("axis", .integer(2))])
    return node("Reshape", [all, integers([0, block.inputs.count * block.rows])])
  }

  /// Values at the places from a cell on, and zeros elsewhere: [N × inputs × count]
  private mutating func scattered(
    _ values: [Tensor], _ cell: Tensor, _ x: Tensor, count: Int, _ real: ElementType
  ) -> Tensor {
    let places = node("Add", [unsqueezed(cast(cell, to: .int64)), integers(Array(0..<values.count))])
    let updates = values.count == 1 ? values[0] : node("Concat", values, [("axis", .integer(2))])
    let shape = node("Concat", [node("Shape", [x]), integers([count])], [("axis", .integer(0))])
    let zeros = node("Expand", [constant(0, real), shape])
    return node("ScatterElements", [zeros, places, updates], [("axis", .integer(2))])
  }
}
