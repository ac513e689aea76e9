extension DiagramLayout {
  /// A matrix of boxes for each layer, the next one beyond the corner at which its sums come out: no box and no wire
  /// covers another, however many there are.
  ///
  /// A layer takes its inputs from the left, in rows, and gives its sums at the bottom, in columns; the next one takes
  /// them from the top and gives its own at the right; and so on by turns.
  static func crossbar(
    _ portrait: Portrait, _ selection: DiagramSelection, top: Double, names: (left: Double, right: Double)
  ) -> DiagramLayout {
    var layout = DiagramLayout()
    if selection.nodes.contains(where: { $0.count > 24 }) { (layout.boxWidth, layout.boxHeight) = (54, 32) }
    let (columnPitch, rowPitch) = (layout.boxWidth + 10, layout.boxHeight + 8)
    let inputs = selection.nodes[0]
    var x = 24 + names.left
    var level: [Int: Point] = [:]
    for (place, input) in inputs.enumerated() {
      level[input] = Point(x: x, y: top + (Double(place) + 0.5) * rowPitch)
      layout.nodes.append(Node(level: 0, index: input, place: level[input]!, name: .left))
    }
    var bottom = top + Double(inputs.count) * rowPitch
    for (index, layer) in portrait.layers.enumerated() {
      let isLast = index == portrait.layers.count - 1
      let isFromLeft = index % 2 == 0
      let outputs = selection.nodes[index + 1]
      let sums = outputs.flatMap { layer.sums(ofOutput: $0) }
      let hasProducts = sums.count > outputs.count
      // Along the axis on which sums stand side by side.
      let start = isFromLeft ? x + 24 + columnPitch / 2 : bottom + 14 + rowPitch / 2
      let along = Dictionary(
        uniqueKeysWithValues: sums.enumerated().map { ($1, start + Double($0) * (isFromLeft ? columnPitch : rowPitch)) }
      )
      let exit = isFromLeft ? bottom + 22 : x + columnPitch / 2 + 22
      for edge in selection.edges where edge.layer == index {
        let (from, sum) = (level[edge.input]!, along[edge.sum]!)
        let center = isFromLeft ? Point(x: sum, y: from.y) : Point(x: from.x, y: sum)
        layout.boxes.append(
          Box(
            edge: edge, corner: layout.box(center: center),
            wires: isFromLeft
              ? [
                "M\(coordinate(from.x)) \(coordinate(from.y))H\(coordinate(center.x))",
                "M\(coordinate(center.x)) \(coordinate(center.y))V\(coordinate(exit))",
              ]
              : [
                "M\(coordinate(from.x)) \(coordinate(from.y))V\(coordinate(center.y))",
                "M\(coordinate(center.x)) \(coordinate(center.y))H\(coordinate(exit))",
              ]))
      }
      let nodeAt = exit + (hasProducts ? 28 : 0)
      level = [:]
      for output in outputs {
        let own = layer.sums(ofOutput: output)
        let middle = own.reduce(0) { $0 + along[$1]! } / Double(own.count)
        let depth = own.count > 1 || !hasProducts ? nodeAt : exit
        let place = isFromLeft ? Point(x: middle, y: depth) : Point(x: depth, y: middle)
        let factors = own.map { isFromLeft ? Point(x: along[$0]!, y: exit) : Point(x: exit, y: along[$0]!) }
        level[output] = place
        let name: NamePlace = isLast ? (isFromLeft ? .below : .right) : (isFromLeft ? .right : .above)
        layout.nodes.append(
          Node(level: index + 1, index: output, place: place, factors: own.count > 1 ? factors : [], name: name))
      }
      if isFromLeft {
        x = start + (Double(sums.count) - 1) * columnPitch
        bottom = nodeAt
      } else {
        x = nodeAt
        bottom = max(bottom, start + (Double(sums.count) - 0.5) * rowPitch)
      }
    }
    let isBelow = portrait.layers.count % 2 == 1
    layout.width = x + (isBelow ? columnPitch : names.right + 24)
    layout.height = bottom + (isBelow ? 30 : 10)
    return layout
  }
}
