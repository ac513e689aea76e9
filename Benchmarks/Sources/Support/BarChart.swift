import KANReport

/// Groups of horizontal bars, each group on a scale of its own: what counts is the length against others of the group.
struct BarChart {
  struct Bar {
    var name: String
    var value: Double
    var label: String
    /// Where in the list of colours.
    var color: Int
  }

  var title: String
  var groups: [(name: String, bars: [Bar])]

  func svg() -> String {
    let (width, left, longest) = (720.0, 230.0, 350.0)
    let (bar, step) = (15.0, 19.0)
    var body = ""
    var y = 56.0
    for group in groups {
      body += text(16, y, group.name, "font-weight=\"bold\" fill=\"#222222\"")
      y += 10
      let largest = group.bars.map(\.value).max() ?? 1
      for entry in group.bars {
        let length = max(1, longest * entry.value / largest)
        let color = LineChart.colors[entry.color % LineChart.colors.count]
        body += text(left - 8, y + 12, entry.name, "text-anchor=\"end\" fill=\"#222222\"")
        body += "<rect x=\"\(left)\" y=\"\(y)\" width=\"\(fixed(length, decimals: 2))\" height=\"\(bar)\" "
        body += "fill=\"\(color)\"/>\n"
        body += text(left + length + 6, y + 12, entry.label, "fill=\"#444444\"")
        y += step
      }
      y += 28
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(y - 16)" viewBox="0 0 \(width) \(y - 16)" \
      font-family="Helvetica, Arial, sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="#ffffff"/>
      \(text(16, 26, title, "font-size=\"15\" font-weight=\"bold\" fill=\"#222222\""))\(body)</svg>

      """
  }

  private func text(_ x: Double, _ y: Double, _ content: String, _ attributes: String) -> String {
    "<text x=\"\(fixed(x, decimals: 2))\" y=\"\(y)\" \(attributes)>\(content)</text>\n"
  }
}
