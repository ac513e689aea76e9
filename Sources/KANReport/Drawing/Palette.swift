/// The colours of all pictures, as classes: a viewer that prefers dark gets dark ones.
///
/// Rules name colours rather than variables, which librsvg does not know; of a media query it takes no notice, so that
/// what it draws is light.
enum Palette {
  /// A palette safe for colour-blind readers (Okabe and Ito, Color Universal Design, 2008), and lighter tones of it.
  static let light = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]
  static let dark = ["#5AB4EE", "#F58B47", "#35C99C", "#E79BC5", "#F4BA3F", "#9BD3F5"]

  /// The number of colours for series.
  static var count: Int { light.count }

  /// Classes: `paper`, `ink`, `soft` and `frame` for areas and text, `rule`, `axis`, `wire` and `line` for lines, and for series
  /// `s0`, `s1` … (lines) and `f0`, `f1` … (areas).
  static let style = """
    \(rules(paper: "#ffffff", ink: "#1c2024", soft: "#59616a", rule: "#e4e7ea", axis: "#8a929a", frame: "#c8cdd2", light))
    @media (prefers-color-scheme:dark){\
    \(rules(paper: "#14171a", ink: "#e6e9ec", soft: "#a4acb4", rule: "#2a3036", axis: "#7f8891", frame: "#434b53", dark))}
    @media print{\
    \(rules(paper: "#ffffff", ink: "#1c2024", soft: "#59616a", rule: "#e4e7ea", axis: "#8a929a", frame: "#c8cdd2", light))}
    """

  private static func rules(
    paper: String, ink: String, soft: String, rule: String, axis: String, frame: String, _ series: [String]
  ) -> String {
    let shared =
      ".paper{fill:\(paper)}.ink{fill:\(ink)}.soft{fill:\(soft)}.line{stroke:\(ink);fill:none}.rule{stroke:\(rule);fill:none}"
      + ".axis{stroke:\(axis);fill:none}.wire{stroke:\(axis);fill:none}.frame{fill:\(paper);stroke:\(frame)}"
    return shared
      + series.enumerated().map { ".s\($0){stroke:\($1);fill:none}.f\($0){fill:\($1);stroke:none}" }.joined()
  }
}
