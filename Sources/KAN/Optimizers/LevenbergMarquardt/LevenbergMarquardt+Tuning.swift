extension LevenbergMarquardt {
  /// Every constant of the method, each with its reason.
  ///
  /// Most follow from an argument or from double precision; the comment states how flat the optimum is where that was
  /// measured. They were judged on the functions `held-…` of the benchmark `accuracy`, which served to choose none of
  /// them.
  package struct Tuning: Sendable, Equatable {
    package init() {}

    // MARK: A step

    /// μ is divided by this factor after a step that lowers the objective, and multiplied by `dampingRise` after one
    /// that does not (Marquardt 1963, SIAM Journal on Applied Mathematics 11, uses 10 for both). They differ so that μ
    /// does not return to values that have failed.
    package var dampingFall = 5.0
    package var dampingRise = 4.0
    /// After this many rises μ has grown by 4¹² = 2·10⁷, and the step is along the gradient; if even that does not
    /// lower the objective, only rounding is left.
    package var tries = 12
    /// The smallest μ: without damping, directions that change nothing, such as a constant traded between two edges,
    /// would have no pivot. A hundred roundings of double precision.
    package var leastDamping = 1e-14
    /// The smallest μ to retry with after Cholesky factorisation has broken down.
    package var firstDamping = 1e-13
    /// Below this μ a breakdown is due to rounding and QR is tried; above it, μ·diag alone would make the matrix
    /// positive definite.
    package var orthogonalDamping = 1e-9
    /// The share of the largest diagonal element added to each direction's own before damping, since parameters that no
    /// row affects have a zero diagonal. The square root of double precision.
    package var diagonalShare = 1e-8
    /// The inverse condition number at which columns of the QR step count as dependent: a hundred roundings.
    package var rankTolerance = 1e-14
    /// The largest stacked matrix, in bytes, for which QR replaces a failed Cholesky factorisation: it fits in cache,
    /// and QR costs about as much as the iterations that it saves.
    package var orthogonalBytes = 4 << 20
    /// Successive iterations within the tolerance after which a fit stops: a single one may only be a heavily damped
    /// step.
    package var flatIterations = 2

    /// A floor for the curvature of a reweighted residual, against curvatures of about 1: far below what damping can
    /// resolve, yet with a root well above 0.
    package var leastCurvature = 1e-20

    // MARK: λ and the evidence

    /// Initial λ on the first grid: small, since a coarse grid is itself a penalty.
    package var startLambda = 1e-8
    /// Lower bound on λ: the size of rounding in JᵀJ.
    package var leastLambda = 1e-13
    /// The same if a layer's knots follow the data: a tenth of a row's weight, so that no single row of a long tail determines a
    /// curve alone, while intervals with hundreds of rows hardly notice. From 0.01 to 1 new log-normal rows are predicted
    /// alike (r² 0.9995 to 0.9999); without it, not at all.
    package var leastLambdaOfTails = 0.1
    /// Upper bound on λ: beyond it, rounding in λDᵀD exceeds JᵀJ on the null space of D (polynomials of degree < q),
    /// and γ undercounts them. Only noisy data on fine grids ask for more; the bound costs little there, since
    /// differences of order q grow with the q-th power of the frequency.
    package var mostLambda = 1e7
    /// The largest factor by which λ changes at a time: the evidence is linearised at the present parameters.
    package var lambdaStep = 30.0
    /// λ has settled when it changes by less than this factor: an estimate from so few differences is no more precise.
    package var settledLambda = 1.5
    /// Alternations of parameters and λ on a grid: 6 steps of a factor 30 span nearly 9 decades.
    package var turns = 6
    /// The diagonal shift with which the evidence inverts H: its first value, the factor by which it grows, and its
    /// largest value, beyond which there is no evidence.
    package var evidenceShift = 1e-13
    package var evidenceShiftRise = 100.0
    package var mostEvidenceShift = 1e-4
    /// A floor for the degrees of freedom n - γ, as a share of n: with as many parameters as rows none would be left to
    /// estimate σ² from.
    package var leastFreeShare = 1e-3
    /// A floor for 1 - h, below which it is rounding: h comes from a factorisation accurate to ten digits.
    package var leastLeverageRest = 1e-10

    // MARK: Where rows are few

    /// λ is raised if the mean leave-one-out square exceeds generalised cross-validation, which assumes equal
    /// leverages, by this factor. Equal leverages give a ratio of 1; 4 is a factor of 2 in the root mean square.
    package var excess = 4.0
    /// The factor by which λ is raised, and how often at most: six decades.
    package var lambdaRise = 10.0
    package var attempts = 6

    // MARK: A grid

    /// μ of the first step on a grid, and of the first after a change of λ, when parameters are near their optimum.
    package var gridDamping = 1e-3
    package var turnDamping = 1e-6
    /// The tolerance of provisional fits: before a finer grid or another λ.
    package var coarseTolerance = 1e-2
    /// The most iterations of a provisional fit: on a grid between the first and the last, after λ changed by the
    /// evidence, and after λ was raised for its leave-one-out errors.
    package var coarseIterations = 20
    package var turnIterations = 5
    package var excessIterations = 10

    // MARK: Ranges

    /// A grid covers the values seen and, at each end, this multiple of the growth of the outermost value over the last
    /// three doublings of the number of rows. If the tail falls off at least exponentially, each doubling gains less
    /// than the one before, so that 2 covers the extremes of 64 times as many rows. The optimum is flat: for sums of
    /// one to four smooth functions of uniform inputs, 300 rows, a multiple of 1 leaves 0 to 0.65 of 1000 new values
    /// outside, with rooms of 0.3 to 15 % of the range; 2 leaves 0 to 0.17, with twice the room.
    package var room = 2.0
    package var roomDoublings = 3
    /// The least room, as a share of the range: training shifts the values that hidden layers see.
    package var leastRoom = 0.005
    /// The most room, as a share of the range: more would leave half of the grid without a row.
    package var mostRoom = 0.5
    /// Intervals over which curves are extrapolated by their end polynomial when a grid moves; beyond, along the
    /// tangent, since cubics run away.
    package var continuedIntervals = 2.0

    /// The first layer's knots follow the data, at quantiles but for this share of even spacing, where an even grid
    /// would be wasted on an input: if the values' entropy over its intervals, e^H, is below this share of them. Normal
    /// values have 0.65 of five intervals, exponential ones 0.4, log-normal ones less; what is evenly spread keeps its
    /// even grid, which is exact to more digits.
    package var leastUsedShare = 0.5
    package var evenShare = 0.05
    // MARK: Starts

    /// Starts judged as a group; a fixed number, so that the result does not depend on the threads.
    package var group = 8
    /// The most starts if the first layer's knots follow the data: residuals are then far from the discretisation error at
    /// which the search ends, and starts differ little once λ holds the tails.
    package var startsOnTails = 32
    /// Rows used to screen starts: several for each of the hundred or so parameters on a coarse grid.
    package var screeningRows = 800
    /// Iterations between adaptations of the ranges. A start gets a multiple of them, so that it is not judged right
    /// after a disturbance.
    package var screeningInterval = 3
    package var screeningIterations = 42
    package var screeningLambda = 1e-6
    package var screeningDamping = 1e-2
    package var screeningTolerance = 1e-3
    /// A start has found the shape of the curves when its residual is the discretisation error of the coarse grid. For
    /// splines of degree k this falls by 2ᵏ⁺¹ on a grid twice as fine, while a fit in a poor local minimum hardly
    /// improves. The threshold is the geometric mean of both, 2^(exponent·(k + 1)) with this exponent.
    package var refinedExponent = 0.5
    /// The residual, in units of the targets' spread, at which the search ends: six digits.
    package var exactResidual = 1e-6
    /// Starts agree if their residuals are within this factor. If a sixth of all agree with the best, after at least
    /// two groups, the residual is noise rather than a poor local minimum.
    package var agreement = 1.005
    package var agreeingShare = 1.0 / 6
  }
}
