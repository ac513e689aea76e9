/// The options of a training: everything but the data and the method.
///
/// ## Fine grids
///
/// A first-order rule moves each coefficient by itself, so that on a fine grid hidden curves become rough and the network
/// stops learning. With ``smoothsSteps`` the step s of an edge's coefficients becomes
///
///     s′ = (I + ρ·DᵀD)⁻ᵐ·s        ρ = max(0, ((G/g)² - 1)/π²)
///
/// with D the differences of neighbouring coefficients: waves that a grid of g intervals resolves pass, shorter ones are
/// damped. Layers behind another layer have g = 5 and m = 2; the first of several layers, whose fine grids stand for
/// detail of the data, has g = 25 and m = 1; a single layer takes plain steps. Minima of the loss stay where they are.
public struct TrainingOptions: Sendable {
  /// Passes over all rows, or iterations of a method that takes all rows at once; at most this many on each grid.
  public var epochs: Int { didSet { requireCounts() } }
  /// Rows of a step; the last step of an epoch may have fewer.
  public var batch: Int { didSet { requireCounts() } }
  /// How the learning rate changes from step to step.
  public var schedule: Schedule
  /// Early stopping: epochs without a better validation loss (training loss without validation data) after which
  /// training ends and the best parameters are restored. Nil keeps the last parameters.
  public var patience: Int? { didSet { requireCounts() } }
  /// The seed of the order of rows.
  public var seed: UInt64
  /// The order in which a first-order rule takes rows; shuffled by default. For a source larger than memory, blocks.
  public var order = EpochOrder.shuffled
  /// Whether to resume the network's last training, up to `epochs` in all.
  public var resuming: Bool
  /// Grids to train on in turn, from coarse to fine, `epochs` on each; empty for the network's own.
  public var grids: [Int]
  /// The objective; nil for the one that the network was trained with, or initially the default for the targets:
  /// ``MeanSquaredError`` for numbers, ``SoftmaxCrossEntropy`` for classes.
  public var objective: (any Objective)?
  /// Which parameters a training may change.
  public var updating: UpdatedParameters
  /// Inputs, from 0, that predictions are to follow in one direction; nil, the default, for those of the network so far
  /// (``Network/monotone``), an empty dictionary for none.
  ///
  /// It holds for certain, beyond the data too. Coefficients that rise make a spline that rises, so after each step those
  /// that do not are replaced by the nearest that do: of the edges from such an input, and of all edges in later layers.
  /// Base functions that fall somewhere, as SiLU does, are held at 0 there. For first-order rules and regressions, with
  /// bases and node functions that can rise (``Basis/risingCurves``, ``NodeFunction/isRising``).
  public var monotone: [Int: Monotonicity]?
  /// Penalties that make edges vanish, for first-order rules and ``LBFGS``; none by default.
  public var sparsity = Sparsity()
  /// What follows an output, a gradient or a parameter that is not finite.
  public var divergence = DivergenceResponse.stop
  /// Whether first-order rules smooth their steps along the coefficients of each edge, in networks of several layers
  /// with fine grids (see above). Steps on coarse grids stay bit-identical.
  public var smoothsSteps = true

  /// Traps for negative epochs or patience, a batch below 1, and grids that do not rise.
  public init(
    epochs: Int = 20, batch: Int = 256, schedule: Schedule = .constant, patience: Int? = nil, seed: UInt64 = 0,
    resuming: Bool = false, updating: UpdatedParameters = .all, grids: [Int] = [],
    objective: (any Objective)? = nil
  ) {
    require(
      grids.allSatisfy { $0 > 0 } && zip(grids, grids.dropFirst()).allSatisfy { $0 < $1 },
      "TrainingOptions: grids \(grids) do not rise")
    self.grids = grids
    self.epochs = epochs
    self.batch = batch
    self.schedule = schedule
    self.patience = patience
    self.seed = seed
    self.resuming = resuming
    self.updating = updating
    self.objective = objective
    requireCounts()
  }

  private func requireCounts() {
    require(epochs >= 0 && batch > 0, "TrainingOptions: \(epochs) epochs, batch \(batch)")
    require(patience.map { $0 >= 0 } ?? true, "TrainingOptions: patience \(patience ?? 0)")
  }
}

/// What a training does when an output, a gradient or a parameter becomes infinite or NaN.
public enum DivergenceResponse: Sendable, Equatable {
  /// It ends with ``TrainingError/nonFinite(what:epoch:step:at:)``.
  case stop
  /// It goes back to the end of the last finished epoch and on at half the rate, at most this many times in all; also
  /// after an epoch that ends with ten times the loss of the start, for which it judges each epoch by the validation
  /// data or else by all rows. For methods with a rate
  /// (``TrainingMethod/takesRate``); others stop.
  case recover(times: Int = 20)
}

/// Which parameters a training may change.
public enum UpdatedParameters: Sendable {
  /// Every parameter.
  case all
  /// Only coefficients of functions with data in their support when training starts. Base functions, biases and all
  /// other parameters stay bit-identical, so that nothing learned elsewhere is forgotten. Not possible with several
  /// grids, which change all curves.
  case supported
}
