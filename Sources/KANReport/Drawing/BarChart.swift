/// Named horizontal bars, the longest first or as given.
package struct BarChart: Sendable {
  package var title: String
  package var bars: [(name: String, value: Double, label: String)]
  package var width = 460.0
  /// Room for the labels beyond the longest bar.
  package var labelWidth = 80.0

  package init(title: String, bars: [(name: String, value: Double, label: String)]) {
    self.title = title
    self.bars = bars
  }

  package func svg(isInline: Bool = false) -> String {
    let longest = bars.map { min(24, $0.name.count) }.max() ?? 0
    let left = 16 + 7.4 * Double(longest)
    let room = width - left - labelWidth
    let largest = bars.map(\.value).filter(\.isFinite).max() ?? 0
    var out = Drawing()
    out.label(title, 8, 22, .start, "font-size=\"15\" font-weight=\"bold\" class=\"ink\"")
    for (place, bar) in bars.enumerated() {
      let y = 38 + 22 * Double(place)
      let length = largest > 0 && bar.value > 0 ? max(1, room * bar.value / largest) : 1
      out.group("", title: "\(bar.name): \(bar.label)") { out in
        out.label(shortened(bar.name, to: 24), left - 8, y + 12.5, .end)
        out.rectangle(left, y, width: length, height: 16, "rx=\"2\" class=\"f0\"")
        out.label(bar.label, left + length + 6, y + 12.5, .start, "class=\"soft\"")
      }
    }
    return out.document(width: width, height: 48 + 22 * Double(bars.count), title: title, isInline: isInline)
  }
}
