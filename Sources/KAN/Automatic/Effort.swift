/// How much work an automatic training takes on.
public enum Effort: String, Sendable, CaseIterable, Codable {
  /// About a second for 10,000 rows.
  case fast
  /// About ten seconds for 10,000 rows: more networks, longer trained.
  case best
}

/// The numbers of automatic training. Those of networks were chosen on tables apart from those that it is judged by; the
/// numbers of functions, steps and starts were chosen by time.
struct AutomaticTuning {
  /// A kind of network that is trained once for every fold and start.
  struct Kind {
    let name: String
    /// Units of the hidden layer.
    let hidden: Int
    /// λ of ``AdamW``.
    let weightDecay: Double
    /// Whether it learns what the additive fit leaves.
    let isResidual: Bool

    /// The same for targets as they are.
    var alone: Kind { Kind(name: "strong", hidden: hidden, weightDecay: weightDecay, isResidual: false) }
  }

  let kinds: [Kind]
  /// Networks of each kind and fold, which differ in their random start.
  var starts: Int
  let folds: Int
  /// Steps of a training, at least, and passes over the rows, at least.
  let steps: Int
  let passes: Int

  init(_ effort: Effort, rows: Int, inputs: Int, task: LearningTask) {
    let isClassification = task == .classification
    // Weak decay for strong signals, strong decay for noise: which of them a table needs shows on rows left out.
    let weak = Kind(name: "weak", hidden: 16, weightDecay: 0.1, isResidual: false)
    let strong = Kind(name: "strong", hidden: 16, weightDecay: 1, isResidual: false)
    let residual = Kind(name: "residual", hidden: 16, weightDecay: 1, isResidual: true)
    var kinds: [Kind]
    switch effort {
    case .best:
      mostFunctions = isClassification ? 30_000 : 3000
      kinds =
        isClassification
        ? [weak, strong, Kind(name: "strongest", hidden: 16, weightDecay: 3, isResidual: false)]
        : [Kind(name: "weak", hidden: 32, weightDecay: 0.1, isResidual: false), strong, residual]
      (starts, steps, passes, mostSmoothWork) = (2, 2000, 10, 5e10)
    case .fast:
      mostFunctions = 1000
      kinds = [weak, isClassification ? strong : residual]
      (starts, steps, passes, mostSmoothWork) = (1, 1000, 5, 5e9)
    }
    // Sixteen sums say too little of hundreds of inputs, and one kind of more takes as long as several.
    if inputs > Self.manyInputs { kinds = [Kind(name: "wide", hidden: 64, weightDecay: 0.1, isResidual: false)] }
    self.kinds = kinds
    // Every row is predicted once by networks that did not see it; with many rows a tenth of them judges as surely.
    folds = rows >= Self.manyRows ? 1 : rows >= 2000 ? 4 : 5
  }

  /// Of fewer rows none is left out: too few would judge.
  static var fewestRows: Int { 10 }
  /// Operations of a network by second-order steps on one grid.
  let mostSmoothWork: Double
  /// Functions of an additive fit, times classes, at most: its time grows with their cube, and for classes with their
  /// steps. Beyond it, straight lines and networks are left.
  let mostFunctions: Int
  /// Functions, those that no row meets included, whose sums fit in some hundred megabytes.
  static var mostSums: Int { 5000 }

  /// Whether an additive fit of these functions is quick enough.
  func allows<Element: Scalar>(_ basis: TableBasis<Element>, outputs: Int, _ task: LearningTask) -> Bool {
    let functions = basis.columns.reduce(0) { $0 + $1.count }
    return functions * (task == .classification ? outputs : 1) <= mostFunctions
      && basis.inputs * basis.functions <= Self.mostSums
  }

  static var manyRows: Int { 20_000 }
  /// The share of many rows that is left out to judge by.
  static var heldOut: Double { 0.1 }

  /// Intervals of the first layer: what n rows determine of a smooth curve grows with a small power of n.
  /// With many inputs each matters less, and many coefficients cost time.
  static func intervals(rows: Int, inputs: Int) -> Int {
    inputs > manyInputs ? 5 : min(16, max(5, Int((1.5 * Elementary.pow(Double(rows), 0.3)).rounded())))
  }
  static var manyInputs: Int { 100 }
  /// The even share of knots at quantiles.
  static var blend: Double { 0.05 }
  /// Intervals of a hidden layer, on -2 … 2: its sums are of about unit spread.
  static var hiddenIntervals: Int { 8 }
  static var hiddenRange: Double { 2 }

  /// Small batches while there are few rows: their noise regularises.
  static func batch(rows: Int) -> Int { rows < 5000 ? 64 : 256 }
  /// The rate of ``AdamW``: an output moves by about the rate times its inputs.
  static func learningRate(inputs: Int) -> Double { min(0.02, max(0.002, 0.5 / Double(max(inputs, 16)))) }
  /// The more rows, the less they need to be held back.
  static func decay(rows: Int) -> Double { min(1, 5000 / Double(rows)) }
  /// What an additive fit on finer knots has to gain on rows left out: less is within what they can tell.
  static var leastGain: Double { 0.002 }
  /// Rows of an interval of an additive fit, at least; its penalty joins intervals that need more.
  static var rowsOfInterval: Int { 50 }
  /// The share of directions that a penalty leaves free above which an input has more detail than its knots show.
  static var detail: Double { 0.5 }
  /// ρ, which pulls weights together as far as the rows left out do not tell members apart.
  static var ridge: Double { 0.01 }
}

/// A network by ``LevenbergMarquardt``.
extension AutomaticTuning {
  /// Whether second-order steps may find more: few inputs and rows, for the time, and a loss of other members that is
  /// below what tables with noise leave, but far above rounding.
  func looksSmooth<Element: Scalar>(_ data: Dataset<Element>, loss: Double) -> Bool {
    let rounding = Double(Element.ulpOfOne)
    return data.inputs.columns <= Self.mostSmoothInputs && data.rows <= Self.mostSmoothRows
      && loss < Self.mostSmoothLoss && loss > 1e4 * rounding * rounding
  }

  static var mostSmoothInputs: Int { 6 }
  static var mostSmoothRows: Int { 5000 }
  /// In units of the targets' variance.
  static var mostSmoothLoss: Double { 0.02 }
  /// What the loss has to fall to, relative to that of all other members: another kind of network, judged by one fold,
  /// is worth its place only where it is clearly better.
  static var clearGain: Double { 0.5 }
  /// A loss so far below that of all other members that wider networks are not tried.
  static var enoughGain: Double { 1e-4 }
  static var smoothEpochs: Int { 60 }
  /// Of a network on the coarsest grid, which shows whether there is anything to find: most of a fit is done by then.
  static var screeningEpochs: Int { 20 }
  static var smoothMemory: Int { 1 << 30 }
  /// Hidden units to try, as long as more are clearly better: a formula of one outer function has one, a product of two
  /// inputs needs two, and 2·in + 1 are those of Kolmogorov's theorem.
  func smoothWidths(inputs: Int) -> [Int] { [1, inputs + 1, 2 * inputs + 1] }
  /// Random starts that are screened, at most.
  static var smoothStarts: Int { 10 }

  /// The grids to train a network of two layers on: those on which 20 iterations of p² operations for each row take less
  /// than about half a second, five by ``Effort/best``.
  func smoothGrids(inputs: Int, hidden: Int, outputs: Int, rows: Int) -> [Int] {
    [5, 10, 20, 50, 100].filter { grid in
      let parameters = Double((inputs + outputs) * hidden * (grid + 3))
      return Double(rows) * parameters * parameters * Double(Self.screeningEpochs) < mostSmoothWork
    }
  }
}
