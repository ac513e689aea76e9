extension ExportPlan {
  /// Swift without dependencies but the C library's elementary functions: `NAME.predict([Double]) -> [Double]`.
  func swiftSource() -> String {
    var printer = ScalarPrinter<SwiftLanguage>(isDouble: isDouble)
    var body = SourceText()
    body.line("/// A row of columns to \(isClassification ? "the probability of each class" : "the targets").")
    body.block("static func predict(_ inputs: [Double]) -> [Double] {") { text in
      text.line("var x0 = [Real](repeating: 0, count: \(width))")
      for block in inputs {
        text.block("for i in 0..<\(block.columns.count) {") { text in
          text.line("let x = inputs[\(block.columns[0]) + i]")
          let last = block.tape.steps.count - 1
          let words = printer.print(block.tape, needing: [last], to: &text)
          text.line("x0[\(block.inputs.lowerBound) + i] = \(words[last])")
        }
      }
      for (index, layer) in layers.enumerated() { print(layer, index, &printer, to: &text) }
      printOutputs(&printer, to: &text)
    }
    var text = SourceText()
    for line in summary { text.line("// " + line) }
    text.lines(
      """

      #if canImport(Glibc)
      import Glibc
      #elseif canImport(Musl)
      import Musl
      #elseif canImport(Darwin)
      import Darwin
      #elseif canImport(ucrt)
      import ucrt
      #endif

      """)
    text.block("enum \(swiftName) {") { text in
      text.line("typealias Real = \(isDouble ? "Double" : "Float")")
      names(&text)
      text.line()
      text.lines(body.text)
      for helper in SwiftLanguage.helpers(printer.used, counts: printer.counts, isDouble) {
        text.lines(helper)
        text.line()
      }
      for array in printer.arrays { text.line(declaration(of: array)) }
    }
    return text.text
  }

  /// A name that is neither a word of the language nor one that the source needs.
  private var swiftName: String {
    let taken = [
      "Bool", "Double", "Float", "Int", "Real", "StaticString", "String", "UInt32", "UInt64", "Any", "Self", "Type",
      "as",
      "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
      "enum",
      "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout",
      "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
      "rethrows",
      "return", "self", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
      "typealias",
      "var", "where", "while", "_",
    ]
    return taken.contains(name) ? name + "_model" : name
  }

  private func names(_ text: inout SourceText) {
    func list(_ words: [String]) -> String { "[" + words.map(\.quoted).joined(separator: ", ") + "]" }
    text.line("static let columns = \(list(columns.map(\.name)))")
    text.line("static let targets = \(list(targets))")
    if isClassification { text.line("static let classes = \(list(classes))") }
    guard hasTexts else { return }
    let texts = columns.enumerated().filter { !$1.levels.isEmpty }.map { "\($0): \(list($1.levels))" }
    text.lines(
      """
      static let texts: [Int: [String]] = [\(texts.joined(separator: ", "))]
      /// The number of a text in a column: its place from 1 on, 0 for one that the model does not know, NaN for an empty one.
      static func code(_ text: String, column: Int) -> Double {
        text.isEmpty ? .nan : Double((texts[column]?.firstIndex(of: text) ?? -1) + 1)
      }
      """)
  }

  private func declaration(of array: SourceArray) -> String {
    if array.kind == .double || array.values.count < 16 {
      let type = array.kind == .double ? "Double" : "Real"
      let words = array.values.map { SwiftLanguage.literal($0, array.kind, isDouble: isDouble) }
      return "private static let \(array.name): [\(type)] = [\(words.joined(separator: ", "))]"
    }
    var digits = ""
    for value in array.values {
      let word = isDouble ? String(value.bitPattern, radix: 16) : String(Float(value).bitPattern, radix: 16)
      digits += String(repeating: "0", count: (isDouble ? 16 : 8) - word.count) + word
    }
    return "private static let \(array.name) = numbers(\"\(digits)\")"
  }

  private func print(
    _ layer: ExportLayer, _ index: Int, _ printer: inout ScalarPrinter<SwiftLanguage>, to text: inout SourceText
  ) {
    let (x, z) = ("x\(index)", "x\(index + 1)")
    let bias = printer.array(layer.bias, .real)
    text.line("var \(z) = \(bias)")
    for block in layer.blocks {
      text.block("for i in 0..<\(block.inputs.count) {") { text in
        let weights = printer.array(block.weights, .real)
        text.line("let x = \(x)[\(block.inputs.lowerBound) + i]")
        let words = printer.print(block.tape, needing: block.needed, to: &text)
        text.line("let w = i * \(block.rows * layer.sums)")
        if let cell = block.cell { text.line("let c = w + Int(\(words[cell])) * \(layer.sums)") }
        text.block("for j in 0..<\(layer.sums) {") { text in
          text.line("var sum = \(z)[j]")
          for value in block.values {
            let (base, row) =
              switch value.place {
              case .cell(let r): ("c", r)
              case .row(let r): ("w", r)
              }
            text.line("sum += \(words[value.value]) * \(weights)[\(base) + \(row * layer.sums) + j]")
          }
          text.line("\(z)[j] = sum")
        }
      }
    }
    let plain = layer.outputs - layer.products
    if let step = layer.activation.step {
      printer.use(step)
      text.line("for j in 0..<\(plain) { \(z)[j] = \(SwiftLanguage.apply(step, "\(z)[j]", isDouble: isDouble)) }")
    } else if layer.activation == .relu {
      text.line("for j in 0..<\(plain) { \(z)[j] = \(z)[j] < 0 ? 0 : \(z)[j] }")
    }
    if layer.products > 0 {
      text.line(
        "for j in 0..<\(layer.products) { \(z)[\(plain) + j] = \(z)[\(plain) + 2 * j] * \(z)[\(plain) + 2 * j + 1] }")
    }
  }

  private func printOutputs(_ printer: inout ScalarPrinter<SwiftLanguage>, to text: inout SourceText) {
    let y = "x\(layers.count)"
    if isClassification {
      printer.use(.exponential)
      text.lines(
        """
        let top = \(y).max()!
        var total: Real = 0
        for j in 0..<\(outputs) {
          \(y)[j] = exponential(\(y)[j] - top)
          total += \(y)[j]
        }
        total = 1 / total
        for j in 0..<\(outputs) { \(y)[j] *= total }
        """)
    }
    text.line("var outputs = [Double](repeating: 0, count: \(outputs))")
    text.block("for i in 0..<\(outputs) {") { text in
      text.line("let x = \(y)[i]")
      let last = output.steps.count - 1
      let words = printer.print(output, needing: [last], to: &text)
      text.line("outputs[i] = Double(\(words[last]))")
    }
    text.line("return outputs")
  }
}
