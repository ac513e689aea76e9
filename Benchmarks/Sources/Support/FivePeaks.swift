import Foundation
import KAN

/// Five peaks exp(-300(x - c)²) on [-1, 1], learned one after another from 100 samples of each fifth of the line, with
/// and without a restriction to the splines whose support the samples meet (after Liu et al. 2024, arXiv 2404.19756,
/// section 3.3).
public struct FivePeaks {
  /// A network after each stage, on a fine grid.
  public struct Learner {
    public let name: String
    /// Curves before the first stage and after each: [6][points]
    public let curves: [[Double]]
    /// √(mean squared error) over the whole line at the end.
    public let error: Double
  }

  public let learners: [Learner]
  static let stages = 5
  static let points = (0...2000).map { -1 + Double($0) / 1000 }

  /// - Parameter degree: of the splines
  public init(degree: Int) throws {
    var splines = Network<Double>(.spline(1, 1, grid: 200, degree: degree), seed: 1)
    try splines.setRanges(inputs: [-1...1], targets: [-1...1])
    try splines.setFunctions(ofLayer: 0) { _, _, _ in 0 }
    learners = [
      try Self.learn("G = 200, degree \(degree), restricted to the samples' splines", splines) {
        try $0.fitLastLayer(on: $1, updating: .supported)
      },
      try Self.learn("The same, all parameters by Adam", splines) {
        try $0.train(
          on: $1, with: AdamW(learningRate: 0.01), options: TrainingOptions(epochs: 500, batch: 20, schedule: .cosine))
      },
    ]
  }

  static func truth(_ x: Double) -> Double {
    [-0.8, -0.4, 0, 0.4, 0.8].reduce(0) { $0 + exp(-300 * (x - $1) * (x - $1)) }
  }

  /// 100 of 500 points, evenly spaced from -1 to 1.
  static func samples(stage: Int) -> [Double] { (0..<100).map { -1 + 2 * Double(100 * stage + $0) / 499 } }

  private static func learn(
    _ name: String, _ start: Network<Double>, _ train: (inout Network<Double>, Dataset<Double>) throws -> Void
  ) throws -> Learner {
    func column(_ x: [Double]) -> Matrix<Double> { Matrix(rows: x.count, columns: 1, elements: x) }
    var network = start
    var curves = [Array(network.predict(column(points)).elements)]
    for stage in 0..<stages {
      let x = samples(stage: stage)
      try train(&network, Dataset(inputs: column(x), targets: .values(column(x.map(truth)))))
      curves.append(Array(network.predict(column(points)).elements))
    }
    let squares = zip(points, curves[stages]).reduce(0) { $0 + pow($1.1 - truth($1.0), 2) }
    return Learner(name: name, curves: curves, error: (squares / Double(points.count)).squareRoot())
  }
}

extension FivePeaks {
  private static var width: Double { 420 }
  private static var height: Double { 96 }

  /// A column for each network and a row for each stage: its samples, and the curve before and after.
  public func svg() -> String {
    let (left, top) = (64.0, 62.0)
    let total = (width: left + Double(learners.count) * (Self.width + 30), height: top + 5 * (Self.height + 14) + 34)
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" width="\(short(total.width))" height="\(short(total.height))" \
      viewBox="0 0 \(short(total.width)) \(short(total.height))" font-family="Helvetica, Arial, sans-serif" \
      font-size="12">
      <rect width="100%" height="100%" fill="#ffffff"/>

      """
    func label(_ text: String, _ x: Double, _ y: Double, _ extra: String = "") {
      out += "<text x=\"\(short(x))\" y=\"\(short(y))\" fill=\"#222222\" \(extra)>\(text)</text>\n"
    }
    let keys = [("before", "#999999", "stroke-dasharray=\"5 4\""), ("after", "#0072B2", "")]
    for (index, key) in keys.enumerated() {
      let x = left + 90 * Double(index)
      out += "<path d=\"M\(short(x)) 18h22\" stroke=\"\(key.1)\" stroke-width=\"2\" \(key.2)/>\n"
      label(key.0, x + 28, 22)
    }
    out += "<circle cx=\"\(short(left + 190))\" cy=\"18\" r=\"2.6\" fill=\"#D55E00\"/>\n"
    label("samples of the stage", left + 200, 22)
    for (column, learner) in learners.enumerated() {
      let x = left + Double(column) * (Self.width + 30)
      label(learner.name, x, 50, "font-weight=\"bold\"")
      for stage in 0..<Self.stages {
        let y = top + Double(stage) * (Self.height + 14)
        if column == 0 { label("stage \(stage + 1)", 8, y + Self.height / 2) }
        out += panel(learner, stage, x, y)
      }
      for tick in [-1, -0.5, 0, 0.5, 1] {
        label(
          "\(tick)", x + (tick + 1) / 2 * Self.width, top + 5 * (Self.height + 14) + 8, "text-anchor=\"middle\"")
      }
      label("x", x + Self.width / 2, top + 5 * (Self.height + 14) + 26, "text-anchor=\"middle\"")
    }
    return out + "</svg>\n"
  }

  private func panel(_ learner: Learner, _ stage: Int, _ left: Double, _ top: Double) -> String {
    func place(_ x: Double, _ y: Double) -> String {
      // From -0.4 to 1.4; a curve that leaves it goes along its edge.
      let share = (min(1.4, max(-0.4, y)) + 0.4) / 1.8
      return "\(short(left + (x + 1) / 2 * Self.width)),\(short(top + (1 - share) * Self.height))"
    }
    func curve(_ values: [Double], _ style: String) -> String {
      let path = stride(from: 0, through: 2000, by: 8).map { place(Self.points[$0], values[$0]) }
      return "<polyline points=\"\(path.joined(separator: " "))\" fill=\"none\" \(style)/>\n"
    }
    let samples = Self.samples(stage: stage)
    let low = left + (samples[0] + 1) / 2 * Self.width
    let high = left + (samples[99] + 1) / 2 * Self.width
    var out = """
      <rect x="\(short(low))" y="\(short(top))" width="\(short(high - low))" height="\(short(Self.height))" fill="#fdf0e6"/>
      <rect x="\(short(left))" y="\(short(top))" width="\(short(Self.width))" height="\(short(Self.height))" \
      fill="none" stroke="#cccccc"/>

      """
    for x in stride(from: 0, to: 100, by: 4).map({ samples[$0] }) {
      let point = place(x, Self.truth(x)).split(separator: ",")
      out += "<circle cx=\"\(point[0])\" cy=\"\(point[1])\" r=\"2.6\" fill=\"#D55E00\"/>\n"
    }
    out += curve(learner.curves[stage + 1], "stroke=\"#0072B2\" stroke-width=\"1.6\"")
    return out + curve(learner.curves[stage], "stroke=\"#999999\" stroke-width=\"1.4\" stroke-dasharray=\"5 4\"")
  }

  private func short(_ value: Double) -> String {
    let text = String(format: "%.1f", value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
