import KAN
import KANBenchmarking

/// One network's result, as JSON and CSV have it.
struct Row: Encodable {
  var network: String
  var widths: [Int]
  var batch: Int
  var grid: Int
  var degree: Int
  var contraction: String
  var threads: Int
  var parameters: Int
  var forwardMilliseconds: Double
  var stepMilliseconds: Double
  var gigaflops: Double
  var peakFraction: Double

  // The middle halves of the times, how many steps were timed, the activation of hidden layers, in what an MLP is as
  // large as the KAN, and the peak.
  var forwardQuartiles: [Double]
  var stepQuartiles: [Double]
  var steps: Int
  var activation: String
  var partner: String
  var peakGigaflops: Double

  static let csvHeader =
    "network,partner,widths,batch,grid,degree,contraction,activation,threads,parameters,forwardMilliseconds,"
    + "stepMilliseconds,stepLowerQuartile,stepUpperQuartile,gigaflops,peakFraction,peakGigaflops,steps"

  var csv: String {
    let numbers = [
      forwardMilliseconds, stepMilliseconds, stepQuartiles[0], stepQuartiles[1], gigaflops, peakFraction,
      peakGigaflops,
    ].map { significant($0, 5) }
    let cells =
      [network, partner, text(widths), "\(batch)", "\(grid)", "\(degree)"]
      + [contraction.replacing(",", with: "+"), activation, "\(threads)", "\(parameters)"] + numbers + ["\(steps)"]
    return cells.joined(separator: ",")
  }

  static let tableHeader = [
    "network", "widths", "batch", "G", "threads", "contraction", "parameters", "forward ms", "step ms", "middle half",
    "GFLOP/s", "of peak",
  ]

  var cells: [String] {
    [
      network, text(widths), "\(batch)", network == "kan" ? "\(grid)" : "", "\(threads)", contraction,
      "\(parameters)", significant(forwardMilliseconds, 3), significant(stepMilliseconds, 3),
      stepQuartiles.map { significant($0, 3) }.joined(separator: "–"), significant(gigaflops, 3),
      "\(Int((100 * peakFraction).rounded())) %",
    ]
  }
}

extension Row {
  init(
    _ timed: TimedNetwork, _ shape: Shape, partner: String, _ activation: Activation, _ forward: Sample,
    _ step: Sample
  ) {
    let isKAN = partner.isEmpty
    network = isKAN ? "kan" : "mlp"
    widths = [timed.network.inputs] + timed.network.layers.map(\.outputs)
    batch = timed.batch
    grid = shape.grid
    degree = shape.degree
    contraction = timed.contractionUsed
    threads = timed.threads
    parameters = timed.network.parameterCount
    forwardMilliseconds = forward.median
    stepMilliseconds = step.median
    gigaflops = 1e-6 * timed.stepOperations / step.median
    (peakFraction, peakGigaflops) = (.nan, .nan)
    forwardQuartiles = forward.quartiles
    stepQuartiles = step.quartiles
    steps = step.times.count
    self.activation = isKAN ? "" : activation.rawValue
    self.partner = isKAN ? "self" : partner
  }

  /// Sets the share of the peak, which is known at the end of the run.
  mutating func compare(with peak: Double) {
    peakGigaflops = peak
    peakFraction = gigaflops / peak
  }
}
