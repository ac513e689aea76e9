extension DiagramLayout {
  /// Layers from left to right: nodes in columns, and between them a column with the box of each edge.
  ///
  /// For layers of few edges: their boxes stand above one another.
  ///
  /// - Parameter names: the room for names of inputs and of outputs.
  static func tree(
    _ portrait: Portrait, _ selection: DiagramSelection, top: Double, names: (left: Double, right: Double)
  ) -> DiagramLayout {
    var layout = DiagramLayout()
    let pitch = layout.boxHeight + 10
    let tallest = selection.edges.reduce(into: [Int: Int]()) { $0[$1.layer, default: 0] += 1 }.values.max() ?? 1
    let height = max(Double(tallest) * pitch, 120)
    /// Even places over the height.
    func place(_ index: Int, of count: Int) -> Double { top + height * (Double(index) + 0.5) / Double(count) }

    // Small networks may be as wide as a page, so that their wires are not steep.
    let boxes = Double(portrait.layers.count) * layout.boxWidth
    let gap = max(46, min(90, (640 - names.left - names.right - boxes) / Double(2 * portrait.layers.count)))
    var x = 24 + names.left
    let inputs = selection.nodes[0]
    var level = Dictionary(
      uniqueKeysWithValues: inputs.enumerated().map { ($1, Point(x: x, y: place($0, of: inputs.count))) })
    layout.nodes += inputs.map { Node(level: 0, index: $0, place: level[$0]!, name: .left) }
    for (index, layer) in portrait.layers.enumerated() {
      let isLast = index == portrait.layers.count - 1
      let boxX = x + gap
      let sumX = boxX + layout.boxWidth + gap
      let outputs = selection.nodes[index + 1]
      let sums = outputs.flatMap { layer.sums(ofOutput: $0) }
      let hasProducts = sums.count > outputs.count
      let sumPlaces = Dictionary(
        uniqueKeysWithValues: sums.enumerated().map { ($1, Point(x: sumX, y: place($0, of: sums.count))) })
      // Boxes in the order of the middles of their wires, which crosses the fewest.
      let edges = selection.edges.filter { $0.layer == index }
        .map { (edge: $0, y: level[$0.input]!.y + sumPlaces[$0.sum]!.y) }
        .sorted { ($0.y, $0.edge.input, $0.edge.sum) < ($1.y, $1.edge.input, $1.edge.sum) }
      let first = top + (height - Double(edges.count) * pitch) / 2 + pitch / 2
      for (place, (edge, _)) in edges.enumerated() {
        let center = Point(x: boxX + layout.boxWidth / 2, y: first + Double(place) * pitch)
        let wires = [
          wire(level[edge.input]!, Point(x: boxX, y: center.y)),
          wire(Point(x: boxX + layout.boxWidth, y: center.y), sumPlaces[edge.sum]!),
        ]
        layout.boxes.append(Box(edge: edge, corner: layout.box(center: center), wires: wires))
      }
      let nodeX = sumX + (hasProducts ? 34 : 0)
      level = [:]
      for output in outputs {
        let factors = layer.sums(ofOutput: output).map { sumPlaces[$0]! }
        let y = factors.reduce(0) { $0 + $1.y } / Double(factors.count)
        let place = Point(x: factors.count > 1 || !hasProducts ? nodeX : sumX, y: y)
        level[output] = place
        layout.nodes.append(
          Node(
            level: index + 1, index: output, place: place, factors: factors.count > 1 ? factors : [],
            name: isLast ? .right : .above))
      }
      x = nodeX
    }
    layout.width = x + names.right + 24
    layout.height = top + height
    return layout
  }
}
