/// Where the parts of a diagram stand.
struct DiagramLayout {
  struct Point: Equatable { var x, y: Double }

  /// The box of an edge, with the paths of its wires.
  struct Box {
    var edge: DiagramSelection.Edge
    /// The upper left corner.
    var corner: Point
    /// From the input to the box and on to the sum.
    var wires: [String]
  }

  /// A node with its name.
  struct Node {
    var level, index: Int
    var place: Point
    /// The places of the sums of a product.
    var factors: [Point] = []
    var name: NamePlace
  }

  enum NamePlace { case left, right, below, above }

  var boxes: [Box] = []
  var nodes: [Node] = []
  var boxWidth = 66.0
  var boxHeight = 42.0
  var width = 0.0
  var height = 0.0

  func box(center: Point) -> Point { Point(x: center.x - boxWidth / 2, y: center.y - boxHeight / 2) }
}

func wire(_ from: DiagramLayout.Point, _ to: DiagramLayout.Point) -> String {
  let middle = coordinate((from.x + to.x) / 2)
  return "M\(coordinate(from.x)) \(coordinate(from.y))C\(middle) \(coordinate(from.y)) \(middle) \(coordinate(to.y)) "
    + "\(coordinate(to.x)) \(coordinate(to.y))"
}
