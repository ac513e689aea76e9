/// Smooths the steps of a first-order rule along the coefficients of each edge, so that fine grids learn as well as
/// coarse ones.
///
/// A rule such as Adam moves each coefficient by itself. On a fine grid few rows of a batch meet each, so neighbours
/// part. A hidden curve then becomes so rough that the layers before it learn from slopes that are noise. A step s of an
/// edge's coefficients is therefore replaced by
///
///     s′ = (I + ρ·DᵀD)⁻ᵐ·s        ρ = max(0, ((G/g)² - 1)/π²)
///
/// where D takes differences of neighbours. Waves that a grid of g intervals resolves pass, shorter ones are damped, and
/// the mean of a step passes unchanged. Up to G = g nothing changes, bit for bit. Neighbours count by index, on uneven
/// grids too.
///
/// - Layers behind another layer: g = 5, m = 2. A single solve spreads each step as exp(-|distance|), whose kink is one in
///   the slope that the layers before learn from; two solves have none.
/// - The first layer of several: g = 25, m = 1. It sees the data, where fine grids stand for detail, and only has to keep
///   the noise of its curves from the layers behind.
/// - A single layer: nothing, since its loss is convex and a smoothed step only takes longer.
///
/// Both values of g are flat optima. On a smooth image by 2-10-10-1, the error at G = 120 is 401 times that at G = 5
/// without smoothing, 1.9 times with it, and from 1.5 to 2.2 times for 16 to 32 in place of 25; narrow peaks lose up to
/// the half of their accuracy at G = 120 for 16, a third for 25, and gain at G = 500.
struct StepSmoothing<Element: Scalar> {
  private let layers: [Smoother]
  /// Parameters before the step.
  private var before: AlignedArray<Element>

  /// Nil if no layer's steps are to be smoothed.
  init?(_ network: Network<Element>) {
    if network.layers.count < 2 { return nil }
    layers = network.layers.indices.compactMap { index in
      Smoother(
        network.layers[index], offset: network.parameterOffset(ofLayer: index), passing: index == 0 ? 25 : 5,
        solves: index == 0 ? 1 : 2)
    }
    if layers.isEmpty { return nil }
    before = AlignedArray(zeros: network.parameterCount)
  }

  /// Keeps the parameters that a step starts from.
  mutating func begin(_ parameters: UnsafePointer<Element>, pool: ThreadPool) {
    for layer in layers {
      pool.run(layer.inputs, work: layer.work, CopyLoop(layer: layer, from: parameters, to: before.mutablePointer()))
    }
  }

  /// Smooths the step from the kept parameters to these, in place.
  func finish(_ parameters: UnsafeMutablePointer<Element>, pool: ThreadPool) {
    for layer in layers {
      let loop = SmoothingLoop(layer: layer, parameters: parameters, before: before.pointer)
      pool.run(layer.inputs, work: 2 * layer.solves * layer.work, loop)
    }
    withExtendedLifetime(before) {}
  }

  /// The tridiagonal matrix of a layer's edges, factored: q = 1/d and c = ρ/d with the pivots d of elimination from the
  /// first coefficient to the last (Golub and Van Loan, Matrix Computations, 4.3.6).
  fileprivate struct Smoother {
    let offset, inputs, functions, smoothed, sums, solves: Int
    let q, c: AlignedArray<Element>

    /// - Parameter passing: g
    init?(_ layer: Layer<Element>, offset: Int, passing resolution: Double, solves: Int) {
      guard let basis = layer.griddedBasis else { return nil }
      let ratio = Double(basis.grid.intervals) / resolution
      let strength = (ratio * ratio - 1) / (.pi * .pi)
      smoothed = basis.boundedFunctions
      if !(strength > 0) || smoothed < 2 { return nil }
      self.offset = offset
      self.solves = solves
      (inputs, functions, sums) = (layer.inputs, layer.functions, layer.sums)
      var (pivots, above) = ([Double](), 0.0)
      for index in 0..<smoothed {
        let isEnd = index == 0 || index == smoothed - 1
        pivots.append(1 + strength * ((isEnd ? 1 : 2) - above))
        above = strength / pivots[index]
      }
      q = AlignedArray(pivots.map { Element(1 / $0) })
      c = AlignedArray(pivots.map { Element(strength / $0) })
    }

    /// Multiply-adds of one pass over the coefficients.
    var work: Int { inputs * smoothed * sums }
  }

  private struct CopyLoop: ParallelLoop {
    let layer: Smoother
    let from: UnsafePointer<Element>
    let to: UnsafeMutablePointer<Element>

    @specialized(where Element == Float)
    @specialized(where Element == Double)
    func iterate(_ input: Int, worker: Int) {
      let start = layer.offset + input * layer.functions * layer.sums
      (to + start).update(from: from + start, count: layer.smoothed * layer.sums)
    }
  }

  private struct SmoothingLoop: ParallelLoop {
    let layer: Smoother
    let parameters: UnsafeMutablePointer<Element>
    let before: UnsafePointer<Element>

    @specialized(where Element == Float)
    @specialized(where Element == Double)
    func iterate(_ input: Int, worker: Int) {
      let start = layer.offset + input * layer.functions * layer.sums
      Element.Kernels.smoothSteps(
        layer.smoothed, layer.sums, layer.solves, layer.q.pointer, layer.c.pointer, before + start, parameters + start)
    }
  }
}
