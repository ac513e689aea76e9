extension LevenbergMarquardt {
  /// Every number of the method that is set by hand, with its reason.
  ///
  /// Most follow from an argument or from the precision of the numbers; where how flat the optimum is has been measured, the
  /// comment says so. Judged on the functions named `held-…` of the benchmark `accuracy`, which no value was chosen by.
  package struct Tuning: Sendable, Equatable {
    package init() {}

    // MARK: A step

    /// μ falls by this factor after a step that lowers the objective, and rises by the next one after a step that does not
    /// (Marquardt 1963, SIAM Journal on Applied Mathematics 11, with 10 for both). Different ones, so that μ does not come
    /// back to values that have failed.
    package var dampingFall = 5.0
    package var dampingRise = 4.0
    /// Raised this often, μ has grown by 4¹² = 2·10⁷: a direction as damped as that is the gradient's, and if it does not
    /// lower the objective, rounding is all that is left.
    package var tries = 12
    /// The factor of the damping that is always there: directions in which nothing changes, such as a constant that two edges
    /// share, would have no pivot. A hundred roundings of double precision.
    package var leastDamping = 1e-14
    /// What damping begins anew with after Cholesky's method broke down without any.
    package var firstDamping = 1e-13
    /// With less damping than this, a breakdown is one of rounding, since μ·diag would do without it, and QR is tried.
    package var orthogonalDamping = 1e-9
    /// The share of the largest diagonal element that every direction is damped by, whatever its own: parameters that no row
    /// meets have none. The square root of double precision.
    package var diagonalShare = 1e-8
    /// Columns of the QR step count as dependent beyond this inverse condition number: a hundred roundings.
    package var rankTolerance = 1e-14
    /// Bytes of the stacked matrix up to which a step is solved by QR where Cholesky's method breaks down: it
    /// stays in a cache, and QR takes about as long as the iterations that it saves.
    package var orthogonalBytes = 4 << 20
    /// Iterations in a row that lower the objective by no more than the tolerance, until the fit ends: a single one may follow
    /// a step that had to be damped much.
    package var flatIterations = 2

    /// The curvature of a reweighted residual where the loss is flat to the last digit, of others with about 1: far below
    /// what a damping leaves of it, and its root far above 0.
    package var leastCurvature = 1e-20

    // MARK: λ and the evidence

    /// λ of the first grid: hardly any, since a coarse grid is a penalty of its own.
    package var startLambda = 1e-8
    /// λ stays above: of the size of rounding in JᵀJ.
    package var leastLambda = 1e-13
    /// With more of λ, the rounding of λDᵀD would drown what the data say about the polynomials that have no roughness, and
    /// they would seem to cost no parameters. Noise alone asks for more, on fine grids; with less of it curves bend a little
    /// more there, since differences of order q grow with the q-th power of the frequency.
    package var mostLambda = 1e7
    /// λ moves by this factor at most at a time: the evidence is a linearisation at the present parameters.
    package var lambdaStep = 30.0
    /// λ that moves by less than this factor has settled: an estimate from so few differences is no more certain.
    package var settledLambda = 1.5
    /// Times that parameters and λ take turns on a grid: with steps of 30, 6 of them reach over 9 decades.
    package var turns = 6
    /// The shift of the diagonal that the evidence's inverse begins with, how it grows, and beyond which there is no evidence.
    package var evidenceShift = 1e-13
    package var evidenceShiftRise = 100.0
    package var mostEvidenceShift = 1e-4
    /// Residuals that are free in any case, as a share of all: as many parameters as rows leave none to tell σ² by.
    package var leastFreeShare = 1e-3
    /// 1 - h is rounding below: h comes from a factorisation with ten digits.
    package var leastLeverageRest = 1e-10

    // MARK: Where rows are few

    /// More λ is tried where rows that were left out would be off by this much more, in the mean square, than if all had the
    /// same leverage: by twice in the root of the mean square, where a fit whose rows are alike has a ratio of 1.
    package var excess = 4.0
    /// By this factor, and so many times at most: six decades.
    package var lambdaRise = 10.0
    package var attempts = 6

    // MARK: A grid

    /// Damping of the first step on a grid, and of the first one after λ alone has changed: parameters are near their optimum
    /// then.
    package var gridDamping = 1e-3
    package var turnDamping = 1e-6
    /// The tolerance of fits whose curves go on to a finer grid or another λ.
    package var coarseTolerance = 1e-2
    /// Iterations of such fits: on a grid between the first and the last, after a change of λ by evidence, and by excess.
    package var coarseIterations = 20
    package var turnIterations = 5
    package var excessIterations = 10

    // MARK: Ranges

    /// A grid follows what its input sees and goes on at each end by this multiple of how much the outermost value grew over
    /// the last three doublings of the number of rows. The gains of a doubling shrink if the values thin out at least
    /// exponentially, so that 2 holds the outermost of 64 times as many rows. Flat: of sums of one to four smooth functions of
    /// uniform inputs at 300 rows, 1 leaves 0 to 0.65 of 1000 new values outside, with rooms of 0.3 to 15 % of the range, and
    /// 2 leaves 0 to 0.17, with twice as much.
    package var room = 2.0
    package var roomDoublings = 3
    /// Room in any case, as a share of the range: steps of a training move what hidden layers see.
    package var leastRoom = 0.005
    /// Room at most, as a share of the range: beyond, half of the grid would stand without a row.
    package var mostRoom = 0.5
    /// Curves go on by their end polynomial for so many intervals when a grid moves, and then along the tangent: cubics beyond
    /// run away.
    package var continuedIntervals = 2.0

    // MARK: Starts

    /// Starts that are judged together; their number, and with it the result, does not depend on the threads.
    package var group = 8
    /// Rows that starts are judged by: several for each of the hundred or so parameters of a coarse grid.
    package var screeningRows = 800
    /// Ranges are followed after so many iterations, and a start has a multiple of them, so that it is not judged just after it
    /// was disturbed.
    package var screeningInterval = 3
    package var screeningIterations = 42
    package var screeningLambda = 1e-6
    package var screeningDamping = 1e-2
    package var screeningTolerance = 1e-3
    /// A start has found the shape of the curves when what is left is the coarse grid's own error. That of splines of degree k
    /// falls by 2ᵏ⁺¹ on a grid twice as fine; a fit in a poor local minimum hardly gets better. Between 1 and that, in the
    /// geometric middle, 2^(exponent·(k + 1)) with this exponent.
    package var refinedExponent = 0.5
    /// Residuals in units of the targets' spread below which there is nothing that another start could find: six digits.
    package var exactResidual = 1e-6
    /// Starts come to the same when their residuals differ by no more than this factor. Where a sixth of all have come to the
    /// best, after two groups at least, it is noise that keeps them from a better one, and no poor local minimum that some come
    /// near.
    package var agreement = 1.005
    package var agreeingShare = 1.0 / 6
  }
}
