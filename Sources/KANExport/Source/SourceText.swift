/// Lines of a source that is being written.
struct SourceText {
  private(set) var text = ""
  private var depth = 0

  mutating func line(_ words: String = "") {
    if !words.isEmpty { text += String(repeating: "  ", count: depth) + words }
    text += "\n"
  }

  /// A line, others further in, and a last one.
  mutating func block(_ head: String, _ end: String = "}", _ body: (inout SourceText) -> Void) {
    line(head)
    depth += 1
    body(&self)
    depth -= 1
    line(end)
  }

  mutating func lines(_ words: String) {
    for words in words.split(separator: "\n", omittingEmptySubsequences: false) { line(String(words)) }
  }

  /// Numbers or other short words in lines of a readable length.
  mutating func list(_ words: some Sequence<String>) {
    var row = ""
    for word in words {
      if !row.isEmpty && row.utf8.count + word.utf8.count > 110 {
        line(row)
        row = ""
      }
      row += row.isEmpty ? word + "," : " " + word + ","
    }
    if !row.isEmpty { line(row) }
  }
}

extension String {
  /// In double quotes, with escapes that C, Swift and Python share; control characters are left out.
  var quoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      default: if scalar.value >= 0x20 && scalar.value != 0x7F { result.unicodeScalars.append(scalar) }
      }
    }
    return result + "\""
  }

  /// For a comment: on one line, and no end of a comment.
  var commented: String {
    String(String.UnicodeScalarView(unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
      .split(separator: "*/", omittingEmptySubsequences: false).joined(separator: "* /")
  }
}

extension ExportPlan {
  /// What every export says about itself, line by line.
  var summary: [String] {
    var lines = [
      "\(name): \(isClassification ? "classes of" : "predicts") \(targets.joined(separator: ", ").commented), by a network "
        + (["\(width)"] + layers.map { "\($0.outputs)" }).joined(separator: "-")
        + " in \(isDouble ? "double" : "single") precision"
    ]
    if !hash.isEmpty { lines.append("made of the model file with SHA-256 \(hash)") }
    if let tabulated { lines.append(tabulated) }
    lines.append("columns:")
    for (place, column) in columns.enumerated() { lines.append("  \(place)  \(column.summary)") }
    return lines
  }
}

extension ExportColumn {
  /// The name, what is in the column, and its range.
  var summary: String {
    let what =
      switch kind {
      case .number: "number"
      case .flag: "1 for true, 0 for false"
      case .time: "seconds since 1970"
      case .text(let levels): "one of \(levels.count) texts"
      }
    let range = range.map { ", \($0.lowerBound) to \($0.upperBound) in training" } ?? ""
    return "\(name.commented): \(what)\(range)\(takesGaps ? ", may be missing" : "")"
  }
}
