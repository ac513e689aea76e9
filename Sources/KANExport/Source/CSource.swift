extension ExportPlan {
  /// C99 without allocation and with no header but `math.h`: `void NAME_predict(const double *inputs, double *outputs)`.
  func cSource() -> String {
    var printer = ScalarPrinter<CLanguage>(isDouble: isDouble)
    var body = SourceText()
    body.block("INLINE void \(name)_network(int fused, const double *inputs, double *outputs) {") { text in
      text.line("real x0[\(width)];")
      for (index, layer) in layers.enumerated() { text.line("real x\(index + 1)[\(layer.sums)];") }
      text.line("int i, j;")
      // A network without products has no use for it.
      text.line("(void)fused;")
      for block in inputs { print(block, &printer, to: &text) }
      for (index, layer) in layers.enumerated() { print(layer, index, &printer, to: &text) }
      printOutputs(&printer, to: &text)
    }
    var text = SourceText()
    header(&text, constants: printer.arrays)
    text.line()
    text.line("#include <math.h>")
    text.line()
    text.line("typedef \(isDouble ? "double" : "float") real;")
    text.line()
    text.lines(CLanguage.multiplyAdd(isDouble: isDouble))
    names(&text)
    for array in printer.arrays {
      text.line()
      let type = array.kind == .double ? "double" : "real"
      text.block("static const \(type) \(array.name)[\(array.values.count)] = {", "};") { text in
        text.list(array.values.lazy.map { CLanguage.number($0, array.kind, isDouble: isDouble) })
      }
    }
    for helper in CLanguage.helpers(printer.used, counts: printer.counts, waves: printer.hasWaves, isDouble) {
      text.line()
      text.lines(helper)
    }
    body.line()
    body.lines(CLanguage.entry(name))
    text.line()
    return text.text + body.text
  }

  private func header(_ text: inout SourceText, constants: [SourceArray]) {
    let bytes = constants.reduce(0) { $0 + $1.values.count * ($1.kind == .double || isDouble ? 8 : 4) }
    text.line("/* " + summary[0])
    for line in summary.dropFirst() { text.line("   " + line) }
    text.lines(
      """

         void \(name)_predict(const double *inputs, double *outputs);
           inputs: \(columns.count), one for each column\(hasTexts ? "; a text by \(name)_code()" : "")\(columns.contains(where: \.takesGaps) ? "; NAN where there is none" : "")
           outputs: \(outputs), \(isClassification ? "the probability of each class" : "in the targets' units")

         \(bytes) bytes of constants. Threads may call it at once. Compiled with -O3 -std=c99 -ffp-contract=off, it repeats
         the engine's operations one by one: on a processor that multiplies and adds in one step, those of the kernels for such
         processors, else those of the baseline. On x86-64, gcc and clang make a function for each of AVX-512, AVX2 and the
         baseline, and the first call's processor takes its own; other compilers, and other processors, have the one that
         -march or the like asks for. */
      """)
  }

  private func names(_ text: inout SourceText) {
    func list(_ name: String, _ words: [String]) {
      text.line()
      text.block("const char *const \(self.name)_\(name)[\(words.count)] = {", "};") { $0.list(words.map(\.quotedInC)) }
    }
    list("columns", columns.map(\.name))
    list("targets", targets)
    if isClassification { list("classes", classes) }
    guard hasTexts else { return }
    for (place, column) in columns.enumerated() where !column.levels.isEmpty { list("texts_\(place)", column.levels) }
    text.line()
    text.lines(
      """
      /* The number of a text in a column: its place from 1 on, 0 for one that the model does not know, NAN for an empty one. */
      double \(name)_code(int column, const char *text);
      double \(name)_code(int column, const char *text) {
        const char *const *known = 0;
        int count = 0, i;
        if (!text || !*text) return NAN;
      """)
    for (place, column) in columns.enumerated() where !column.levels.isEmpty {
      text.line("  if (column == \(place)) { known = \(name)_texts_\(place); count = \(column.levels.count); }")
    }
    text.lines(
      """
        for (i = 0; i < count; i++) {
          const char *a = known[i], *b = text;
          while (*a && *a == *b) { a++; b++; }
          if (*a == *b) return i + 1;
        }
        return 0;
      }
      """)
  }

  private func print(_ block: InputBlock, _ printer: inout ScalarPrinter<CLanguage>, to text: inout SourceText) {
    text.block("for (i = 0; i < \(block.columns.count); i++) {") { text in
      text.line("const double x = inputs[\(block.columns[0]) + i];")
      let last = block.tape.steps.count - 1
      let words = printer.print(block.tape, needing: [last], to: &text)
      text.line("x0[\(block.inputs.lowerBound) + i] = \(words[last]);")
    }
  }

  private func print(
    _ layer: ExportLayer, _ index: Int, _ printer: inout ScalarPrinter<CLanguage>, to text: inout SourceText
  ) {
    let (x, z) = ("x\(index)", "x\(index + 1)")
    text.line()
    text.line("/* layer \(index + 1): \(layer.inputs) inputs, \(layer.outputs) outputs */")
    let bias = printer.array(layer.bias, .real)
    text.line("for (j = 0; j < \(layer.sums); j++) \(z)[j] = \(bias)[j];")
    for block in layer.blocks {
      text.block("for (i = 0; i < \(block.inputs.count); i++) {") { text in
        let weights = printer.array(block.weights, .real)
        text.line("const real x = \(x)[\(block.inputs.lowerBound) + i];")
        let words = printer.print(block.tape, needing: block.needed, to: &text)
        text.line("const real *const w = \(weights) + i * \(block.rows * layer.sums);")
        if let cell = block.cell { text.line("const real *const c = w + (int)\(words[cell]) * \(layer.sums);") }
        // As many products as the sum's loads and stores are cheap beside.
        for start in stride(from: 0, to: block.values.count, by: 8) {
          var sum = "\(z)[j]"
          for value in block.values[start..<min(start + 8, block.values.count)] {
            let (base, row) =
              switch value.place {
              case .cell(let r): ("c", r)
              case .row(let r): ("w", r)
              }
            let place = row == 0 ? "j" : "\(row * layer.sums) + j"
            sum = CLanguage.multiplyAdd(words[value.value], "\(base)[\(place)]", sum)
          }
          text.line("for (j = 0; j < \(layer.sums); j++) \(z)[j] = \(sum);")
        }
      }
    }
    let plain = layer.outputs - layer.products
    if let step = layer.activation.step {
      printer.use(step)
      text.line("for (j = 0; j < \(plain); j++) \(z)[j] = \(CLanguage.apply(step, "\(z)[j]", isDouble: isDouble));")
    } else if layer.activation == .relu {
      text.line("for (j = 0; j < \(plain); j++) \(z)[j] = \(z)[j] < 0 ? 0 : \(z)[j];")
    }
    if layer.products > 0 {
      text.line(
        "for (j = 0; j < \(layer.products); j++) \(z)[\(plain) + j] = \(z)[\(plain) + 2 * j] * \(z)[\(plain) + 2 * j + 1];"
      )
    }
  }

  private func printOutputs(_ printer: inout ScalarPrinter<CLanguage>, to text: inout SourceText) {
    let y = "x\(layers.count)"
    text.line()
    if isClassification {
      printer.use(.exponential)
      text.lines(
        """
        {
          real top = \(y)[0], total = 0;
          for (j = 1; j < \(outputs); j++) top = \(y)[j] > top ? \(y)[j] : top;
          for (j = 0; j < \(outputs); j++) { \(y)[j] = exponential(fused, \(y)[j] - top); total += \(y)[j]; }
          total = 1 / total;
          for (j = 0; j < \(outputs); j++) \(y)[j] *= total;
        }
        """)
    }
    text.block("for (i = 0; i < \(outputs); i++) {") { text in
      text.line("const real x = \(y)[i];")
      let last = output.steps.count - 1
      let words = printer.print(output, needing: [last], to: &text)
      text.line("outputs[i] = \(words[last]);")
    }
  }
}
