extension ExportPlan {
  /// A Python module on numpy alone: `predict(table)` for many rows at a time.
  func pythonSource() -> String {
    var printer = PythonPrinter(isDouble: isDouble)
    var inner = SourceText()
    for block in inputs {
      inner.line("x = columns[:, \(block.columns[0]):\(block.columns[0] + block.columns.count)]")
      let last = block.tape.steps.count - 1
      let words = printer.print(block.tape, needing: [last], to: &inner)
      inner.line("x0[:, \(block.inputs.lowerBound):\(block.inputs.upperBound)] = \(words[last])")
    }
    for (index, layer) in layers.enumerated() { print(layer, index, &printer, to: &inner) }
    printOutputs(&printer, to: &inner)
    var text = SourceText()
    text.line("\"\"\"" + summary[0].pythonCommented)
    text.line()
    for line in summary.dropFirst() { text.line(line.pythonCommented) }
    text.lines(
      """

      predict(table) takes a mapping of columns by name, such as a pandas DataFrame or a dict of arrays, or an array
      [rows, columns] of numbers. A gap is None, NaN or an empty text. It returns an array [rows, \(outputs)]: \(
        isClassification ? "the probability of each class; classify(table) returns the likeliest." : "the targets.")
      \"\"\"
      import\(printer.usesMath ? " math\nimport" : "") numpy as np

      REAL = np.\(isDouble ? "float64" : "float32")
      COLUMNS = [\(columns.map(\.name.quoted).joined(separator: ", "))]
      TARGETS = [\(targets.map(\.quoted).joined(separator: ", "))]
      CLASSES = [\(classes.map(\.quoted).joined(separator: ", "))]
      SHA256 = \(hash.quoted)
      TEXTS = {
      """)
    for (place, column) in columns.enumerated() where !column.levels.isEmpty {
      text.line("  \(place): [\(column.levels.map(\.quoted).joined(separator: ", "))],")
    }
    text.lines(
      """
      }
      FLAGS = {\(columns.indices.filter { columns[$0].kind == .flag }.map { "\($0)" }.joined(separator: ", "))}


      def predict(table):
        columns = _columns(table)
        # Part by part, so that memory does not grow with the rows.
        parts = [_predict(columns[start:start + 4096]) for start in range(0, len(columns), 4096)]
        return np.concatenate(parts) if parts else np.empty((0, \(outputs)), \(hasDoubleOutputs ? "float" : "REAL"))


      """)
    if isClassification {
      text.lines(
        """
        def classify(table):
          return np.array(CLASSES, object)[predict(table).argmax(axis=1)]


        """)
    }
    text.lines(Self.pythonColumns)
    for array in printer.arrays { text.line(array) }
    text.line()
    text.line()
    text.line("def _predict(columns):")
    text.line("  x0 = np.empty((len(columns), \(width)), REAL)")
    text.line("  with np.errstate(all=\"ignore\"):")
    for line in inner.text.split(separator: "\n") { text.line("    " + line) }
    text.line("  return y")
    return text.text
  }

  private static let pythonColumns = """
    def _columns(table):
      # [rows, columns] of numbers; texts by their places among those that the model knows.
      if not hasattr(table, "keys"):
        if TEXTS:
          raise TypeError("columns of texts: a mapping of columns by name is expected")
        array = np.asarray(table, float)
        if array.ndim != 2 or array.shape[1] != len(COLUMNS):
          raise ValueError(f"an array of shape {array.shape}, not [rows, {len(COLUMNS)}]")
        return array
      return np.column_stack([_numbers(place, table[name]) for place, name in enumerate(COLUMNS)])


    def _numbers(place, cells):
      if place in TEXTS:
        places = {text: k + 1.0 for k, text in enumerate(TEXTS[place])}
        return np.array([_code(places, cell) for cell in cells], float)
      cells = np.asarray(cells)
      if cells.dtype.kind == "M":  # times
        gaps = np.isnat(cells)
        return np.where(gaps, np.nan, cells.astype("datetime64[us]").astype("int64") / 1e6)
      if cells.dtype.kind not in "OUS":
        return cells.astype(float)
      words = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0} if place in FLAGS else {}
      return np.array([np.nan if cell is None or cell == "" else words[cell.lower()]
                       if isinstance(cell, str) and cell.lower() in words else float(cell) for cell in cells], float)


    def _code(places, cell):
      if cell is None or cell == "" or cell != cell:
        return np.nan
      if isinstance(cell, (float, np.floating)) and cell == int(cell):
        cell = int(cell)
      return places.get(str(cell), 0.0)


    """

  private func print(_ layer: ExportLayer, _ index: Int, _ printer: inout PythonPrinter, to text: inout SourceText) {
    let (x, z) = ("x\(index)", "x\(index + 1)")
    let plain = layer.outputs - layer.products
    text.line("\(z) = np.tile(\(printer.array(layer.bias, [layer.sums])), (len(columns), 1))")
    for block in layer.blocks {
      text.line("x = \(x)[:, \(block.inputs.lowerBound):\(block.inputs.upperBound)]")
      let words = printer.print(block.tape, needing: block.needed, to: &text)
      let (count, rows) = (block.inputs.count, block.rows)
      text.line("f = np.zeros((len(columns), \(count), \(rows)), REAL)")
      if let cell = block.cell { text.line("cell = np.broadcast_to(\(words[cell]), x.shape).astype(int)[..., None]") }
      for value in block.values {
        switch value.place {
        case .cell(let r):
          text.line("np.put_along_axis(f, cell + \(r), np.broadcast_to(\(words[value.value]), x.shape)[..., None], 2)")
        case .row(let r): text.line("f[:, :, \(r)] = \(words[value.value])")
        }
      }
      let weights = printer.array(block.weights, [count * rows, layer.sums])
      text.line("\(z) += f.reshape(len(columns), \(count * rows)) @ \(weights)")
    }
    let activated = layer.products > 0 ? "\(z)[:, :\(plain)]" : z
    switch layer.activation {
    case .identity: break
    case .relu: text.line("\(activated) = np.where(\(activated) < 0, REAL(0), \(activated))")
    case .silu, .tanh, .sigmoid:
      text.line("\(activated) = \(PythonPrinter.apply(layer.activation.step!, activated))")
    }
    if layer.products > 0 {
      text.line("\(z)[:, \(plain):\(layer.outputs)] = \(z)[:, \(plain)::2] * \(z)[:, \(plain + 1)::2]")
      text.line("\(z) = \(z)[:, :\(layer.outputs)]")
    }
  }

  private func printOutputs(_ printer: inout PythonPrinter, to text: inout SourceText) {
    text.line("x = x\(layers.count)")
    if isClassification {
      text.line("x = np.exp(x - x.max(axis=1, keepdims=True))")
      text.line("x = x / x.sum(axis=1, keepdims=True)")
    }
    let last = output.steps.count - 1
    let words = printer.print(output, needing: [last], to: &text)
    text.line("y = np.broadcast_to(\(words[last]), x.shape)")
  }
}

extension String {
  /// For a text in three quotes.
  fileprivate var pythonCommented: String { replacing("\\", with: "/").replacing("\"", with: "'") }

  private func replacing(_ word: Character, with other: Character) -> String {
    String(map { $0 == word ? other : $0 })
  }
}
