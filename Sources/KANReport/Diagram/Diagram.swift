import KAN

/// A network as a picture: nodes in layers, and on every edge its curve.
package struct Diagram {
  let portrait: Portrait
  let selection: DiagramSelection
  /// The largest strength of each layer.
  private let strongest: [Double]
  /// What the picture is of, in its first line.
  package var title: String
  /// Whether edges link to a closer look, `#edge-0-2-1`, by layer, input and sum, and which do.
  var linked: Set<DiagramSelection.Edge> = []

  /// Edges of a layer whose boxes stand above one another; more would not fit a page.
  private static var mostInTree: Int { 16 }
  /// Edges of a layer up to which all are drawn, as in [100,20,3]: a document of about a megabyte.
  package static var most: Int { 2000 }
  /// Edges of a larger layer that are drawn: what cannot be whole should fit a page.
  package static var mostOfMany: Int { 300 }

  /// - Parameter mostEdges: edges of a layer up to which all are drawn.
  package init(_ portrait: Portrait, title: String, mostEdges: Int = Diagram.most) {
    self.portrait = portrait
    self.title = title
    strongest = portrait.layers.map { $0.strengths.elements.max() ?? 0 }
    selection = DiagramSelection(portrait, mostEdges: mostEdges, ofMany: min(mostEdges, Self.mostOfMany))
  }

  /// - Parameter isInline: whether it stands in a page, which has the colours.
  package func svg(isInline: Bool = false) -> String {
    let left = 7.4 * Double(min(22, portrait.inputs.map { $0.name.count }.max() ?? 1)) + 8
    let right = 7.4 * Double(min(18, portrait.outputs.map(\.count).max() ?? 1)) + 12
    let counts = selection.edges.reduce(into: [Int: Int]()) { $0[$1.layer, default: 0] += 1 }
    let isTree = (counts.values.max() ?? 0) <= Self.mostInTree
    let top = 48.0
    var layout =
      isTree
      ? DiagramLayout.tree(portrait, selection, top: top, names: (left, right))
      : DiagramLayout.crossbar(portrait, selection, top: top, names: (left, right))
    layout.width = max(layout.width, 440, 9 * Double(title.count) + 32)
    let notes = notes.flatMap { wrapped($0, to: Int((layout.width - 32) / 6.6)) }
    var out = Drawing()
    out.label(title, 16, 26, .start, "font-size=\"15\" font-weight=\"bold\" class=\"ink\"")
    drawWires(layout, to: &out)
    drawNodes(layout, to: &out)
    for box in layout.boxes { draw(box, layout, to: &out) }
    var y = layout.height + 30
    for note in notes {
      out.label(note, 16, y, .start, "class=\"soft\" font-size=\"12\"")
      y += 17
    }
    return out.document(width: layout.width, height: y, title: title, isInline: isInline)
  }

  /// 0 to 1 against the strongest edge of the layer.
  private func strength(_ edge: DiagramSelection.Edge) -> Double {
    let most = strongest[edge.layer]
    return most > 0 ? portrait.layers[edge.layer].strengths[edge.input, edge.sum] / most : 0
  }

  /// What is hardly used is faint, but can still be found.
  private func opacity(_ strength: Double) -> String { coordinate(max(0.12, min(1, strength.squareRoot()))) }

  private func drawWires(_ layout: DiagramLayout, to out: inout Drawing) {
    // The same stretch of a row belongs to many edges: once, with the strength of the strongest.
    var strengths: [String: Double] = [:]
    var order: [String] = []
    for box in layout.boxes {
      for wire in box.wires {
        if strengths[wire] == nil { order.append(wire) }
        strengths[wire] = max(strengths[wire] ?? 0, strength(box.edge))
      }
    }
    out.group("class=\"wire\" stroke-width=\"1.3\"") { out in
      for wire in order { out.path(wire, "stroke-opacity=\"\(opacity(strengths[wire]!))\"") }
    }
  }

  private func drawNodes(_ layout: DiagramLayout, to out: inout Drawing) {
    for node in layout.nodes {
      let scores = portrait.nodes[node.level]
      let most = scores.max() ?? 0
      let share = most > 0 ? scores[node.index] / most : 0
      let (x, y) = (node.place.x, node.place.y)
      let (name, about) = names(of: node)
      out.group("class=\"node\"", title: about) { out in
        for factor in node.factors {
          out.line(factor.x, factor.y, x, y, "class=\"wire\" stroke-width=\"1.3\" stroke-opacity=\"\(opacity(share))\"")
          out.circle(factor.x, factor.y, radius: 2.5, "class=\"soft\"")
        }
        if node.factors.isEmpty {
          let fill = node.level == 0 ? "f2" : node.level == portrait.layers.count ? "f1" : "ink"
          out.circle(x, y, radius: 6, "class=\"paper\"")
          out.circle(x, y, radius: 5, "class=\"\(fill)\" fill-opacity=\"\(opacity(share))\"")
        } else {
          let diamond = "M\(coordinate(x)) \(coordinate(y - 9))l9 9l-9 9l-9 -9z"
          out.path(diamond, "class=\"paper\"")
          out.path(diamond, "class=\"f3\" fill-opacity=\"\(coordinate(max(0.4, share.squareRoot())))\"")
          let cross = "M\(coordinate(x - 3)) \(coordinate(y - 3))l6 6m0 -6l-6 6"
          out.path(cross, "class=\"line\" stroke-width=\"1.6\"")
        }
        let style = "class=\"\(node.level == 0 || node.level == portrait.layers.count ? "ink" : "soft")\""
        let faint = share < 0.02 && node.level == 0 ? " opacity=\"0.6\"" : ""
        switch node.name {
        case .left: out.label(name, x - 11, y + 4.5, .end, style + faint)
        case .right:
          out.label(
            name, x + 12, y + 4.5, .start, style + (node.level < portrait.layers.count ? " font-size=\"11\"" : ""))
        case .below: out.label(shortened(name, to: 9), x, y + 20, .middle, style)
        case .above: out.label(name, x, y - 11, .middle, style + " font-size=\"11\"")
        }
      }
    }
  }

  private func names(of node: DiagramLayout.Node) -> (name: String, about: String) {
    let share = portrait.nodes[node.level][node.index]
    let matter = "importance \(share.text(digits: 2))"
    if node.level == 0 {
      let name = portrait.inputs[node.index].name
      return (shortened(name, to: 22), "input \(node.index), \(name): \(matter)")
    }
    let kind = node.factors.isEmpty ? "sum" : "product of two sums"
    if node.level == portrait.layers.count {
      let name = portrait.outputs[node.index]
      return (shortened(name, to: 18), "output \(node.index), \(name): \(kind)")
    }
    return ("\(node.index)", "node \(node.index) of layer \(node.level - 1): \(kind), \(matter)")
  }

  private func draw(_ box: DiagramLayout.Box, _ layout: DiagramLayout, to out: inout Drawing) {
    let edge = box.edge
    let strength = strength(edge)
    // The floor keeps rounding errors of a flat curve flat.
    let curve = portrait.curve(edge.layer, edge.input, edge.sum, points: layout.boxWidth < 60 ? 33 : 45)
    let picture = EdgeBox(curve: curve, width: layout.boxWidth, height: layout.boxHeight, opacity: opacity(strength))
    let title = "\(portrait.name(of: edge)): strength \(strength.text(digits: 2))"
    let name = "edge-\(edge.layer)-\(edge.input)-\(edge.sum)"
    let place = "transform=\"translate(\(coordinate(box.corner.x)) \(coordinate(box.corner.y)))\""
    if linked.contains(edge) {
      out.link(to: "#\(name)", "class=\"edge\" aria-label=\"\(escaped(title))\"") { out in
        out.group(place, title: title) { picture.draw(to: &$0) }
      }
    } else {
      out.group("class=\"edge\" \(place)", title: title) { picture.draw(to: &$0) }
    }
  }

  /// What stands below the picture.
  private var notes: [String] {
    var lines: [String] = []
    if selection.leftOut > 0 {
      lines.append(
        "\(grouped(selection.edges.count)) of \(grouped(selection.total)) edges are drawn, those between the strongest "
          + "nodes; \(grouped(selection.leftOut)) are left out.")
      lines.append("Those left out have \(Int((selection.shareLeftOut * 100).rounded())) % of the strength.")
    }
    lines.append("The fainter an edge, the less it matters. Each curve has a height of its own.")
    if let rows = portrait.rows {
      lines.append(
        "Short lines below a curve: where \(grouped(rows)) rows lie, in twentieths. Corners: the ends of its grid.")
    }
    for (index, layer) in portrait.layers.enumerated() {
      lines.append(
        "Layer \(index): \(layer.mask == nil ? "" : "\(layer.edges) of ")\(layer.inputs) × \(layer.sums) edges, \(layer.basis)"
          + (layer.node.map { "; then \($0)" } ?? "") + ".")
    }
    return lines
  }
}

extension Portrait {
  /// `age to node 3 of layer 0`, `node 3 of layer 0 to price`
  func name(of edge: DiagramSelection.Edge) -> String {
    let from = edge.layer == 0 ? inputs[edge.input].name : "node \(edge.input) of layer \(edge.layer - 1)"
    let layer = layers[edge.layer]
    let plain = layer.outputs - layer.products
    let isLast = edge.layer == layers.count - 1
    if edge.sum < plain {
      return from + " to " + (isLast ? outputs[edge.sum] : "node \(edge.sum) of layer \(edge.layer)")
    }
    let product = plain + (edge.sum - plain) / 2
    return from + " to factor \((edge.sum - plain) % 2 + 1) of "
      + (isLast ? outputs[product] : "product \(product) of layer \(edge.layer)")
  }
}

/// A text in lines of at most so many characters, cut between words.
func wrapped(_ text: String, to length: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= length {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}

/// 12345678 as 12,345,678.
package func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0 && (digits.count - index) % 3 == 0 { result.append(",") }
    result.append(digit)
  }
  return number < 0 ? "-" + result : result
}
