/// Elements of an SVG picture, one after another, as text.
///
/// Colours are classes of ``Palette``, so that a picture follows its viewer's setting of light and dark.
package struct Drawing {
  package private(set) var text = ""

  package init() {}

  /// - Parameter style: attributes as they stand in the element.
  package mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    text += "<path d=\"M\(coordinate(x1)) \(coordinate(y1))L\(coordinate(x2)) \(coordinate(y2))\" \(style)/>\n"
  }

  package mutating func path(_ d: String, _ style: String) {
    if !d.isEmpty { text += "<path d=\"\(d)\" \(style)/>\n" }
  }

  /// A line through points.
  package mutating func line(through points: [(x: Double, y: Double)], _ style: String) {
    if points.count > 1 { path(Self.path(points), style) }
  }

  package mutating func circle(_ x: Double, _ y: Double, radius: Double, _ style: String) {
    text += "<circle cx=\"\(coordinate(x))\" cy=\"\(coordinate(y))\" r=\"\(coordinate(radius))\" \(style)/>\n"
  }

  package mutating func rectangle(
    _ x: Double, _ y: Double, width: Double, height: Double, _ style: String
  ) {
    text += "<rect x=\"\(coordinate(x))\" y=\"\(coordinate(y))\" width=\"\(coordinate(width))\" "
    text += "height=\"\(coordinate(height))\" \(style)/>\n"
  }

  package enum Anchor: String { case start, middle, end }

  /// Text, which stays text: it can be searched, copied and read aloud.
  package mutating func label(
    _ content: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, _ style: String = "class=\"ink\""
  ) {
    let place = anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\""
    text += "<text x=\"\(coordinate(x))\" y=\"\(coordinate(y))\"\(place) \(style)>\(escaped(content))</text>\n"
  }

  /// A group with a title, which viewers show as a tooltip and read aloud.
  package mutating func group(_ style: String, title: String? = nil, _ body: (inout Drawing) -> Void) {
    text += "<g \(style)>\n"
    if let title { text += "<title>\(escaped(title))</title>\n" }
    body(&self)
    text += "</g>\n"
  }

  /// A link around what `body` draws.
  package mutating func link(to target: String, _ style: String, _ body: (inout Drawing) -> Void) {
    text += "<a href=\"\(escaped(target))\" \(style)>\n"
    body(&self)
    text += "</a>\n"
  }

  /// What another drawing has.
  package mutating func add(_ other: Drawing) { text += other.text }

  /// The data of a path through points.
  package static func path(_ points: [(x: Double, y: Double)]) -> String {
    var d = ""
    for (index, point) in points.enumerated() {
      d += index == 0 ? "M" : index == 1 ? "L" : " "
      d += coordinate(point.x) + " " + coordinate(point.y)
    }
    return d
  }

  /// The drawing as a document of its own, with the colours it needs.
  ///
  /// - Parameters:
  ///   - title: what a screen reader says of the whole.
  ///   - isInline: whether it stands in a page, which has the colours and may be narrower.
  package func document(width: Double, height: Double, title: String, isInline: Bool = false) -> String {
    let size = "width=\"\(coordinate(width))\" height=\"\(coordinate(height))\""
    // A picture with links in it is a group: what is in an image, readers do not reach.
    let role = text.contains("<a href") ? "group" : "img"
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \(size) viewBox="0 0 \(coordinate(width)) \(coordinate(height))" \
      role="\(role)" aria-label="\(escaped(title))" font-family="Helvetica, Arial, sans-serif" font-size="13">
      <title>\(escaped(title))</title>
      \(isInline ? "" : "<style>\(Palette.style)</style>\n<rect width=\"100%\" height=\"100%\" class=\"paper\"/>\n")\
      \(text)</svg>

      """
  }
}

/// A coordinate with two decimals at most.
package func coordinate(_ value: Double) -> String {
  guard abs(value) < 1e9 else { return value > 0 ? "1e9" : value < 0 ? "-1e9" : "0" }
  let hundredths = Int((value * 100).rounded())
  let (whole, rest) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
  let sign = hundredths < 0 ? "-" : ""
  if rest == 0 { return "\(sign)\(whole)" }
  if rest % 10 == 0 { return "\(sign)\(whole).\(rest / 10)" }
  return "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
}

/// A number with a fixed number of decimals.
package func fixed(_ value: Double, decimals: Int) -> String {
  var scale = 1.0
  for _ in 0..<decimals { scale *= 10 }
  let rounded = (value * scale).rounded()
  guard abs(rounded) < 1e15 else { return "\(value)" }
  let digits = String(Int(abs(rounded)))
  let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
  let whole = padded.dropLast(decimals)
  let sign = rounded < 0 ? "-" : ""
  return decimals == 0 ? sign + whole : sign + whole + "." + padded.suffix(decimals)
}

/// Text for XML and HTML, without the characters that neither may have.
package func escaped(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": result.append(contentsOf: "&amp;".unicodeScalars)
    case "<": result.append(contentsOf: "&lt;".unicodeScalars)
    case ">": result.append(contentsOf: "&gt;".unicodeScalars)
    case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
    case "'": result.append(contentsOf: "&#39;".unicodeScalars)
    case "\t", "\n", "\r": result.append(" ")
    case "\u{20}"..."\u{D7FF}", "\u{E000}"..."\u{FFFD}", "\u{10000}"..."\u{10FFFF}":
      // Controls of the second block would be allowed, but nobody can see them.
      result.append(("\u{7F}"..."\u{9F}").contains(scalar) ? "\u{FFFD}" : scalar)
    default: result.append("\u{FFFD}")
    }
  }
  return String(result)
}

/// The first characters of a text, with an ellipsis if there are more.
func shortened(_ text: String, to length: Int) -> String {
  text.count <= length ? text : text.prefix(max(1, length - 1)) + "…"
}
