/// How a layer forms its products with Φ. Both ways give the same values up to rounding.
public enum Contraction: String, Sendable, CaseIterable {
  /// The one that a cost model expects to be faster for the layer.
  case auto
  /// Φ is written for a tile of rows and inputs, and one dense product is formed with each tile.
  case gemm
  /// Only the rows of W that meet a function that is not 0 are touched; for bases with such functions, else `gemm`.
  case local
}

/// What the two ways are expected to cost for one input of one row in the forward pass, and which one is taken.
///
/// With V = ⌈out/8⌉ vectors of columns and n functions of an input that are not 0 at any x:
///
///     local  1.3 + 0.14·n·V             evaluation; n multiply-adds for each vector, loaded from the cache
///     gemm   4.0 + 0.01·K + 0.17·K·V    evaluation, writing Φ; K multiply-adds for each vector
///
/// in nanoseconds, fitted to measurements with AVX2 in single precision; only the ratio decides. The batch is left out:
/// the two ways round differently, and a row's result must not depend on how many come with it. Where the block of W
/// that one input needs outgrows the first-level cache, `local` is 1.2 times slower. The benchmark `throughput` times
/// both ways side by side.
public struct ContractionCost: Sendable, Equatable {
  /// Functions of an input, and how many of them are not 0 at any x (nil where the basis does not say).
  public let functions: Int
  /// n, the functions that may differ from 0 at a point; nil for a basis that is not compact.
  public let nonZeroFunctions: Int?
  /// Nanoseconds by the model.
  public let gemm: Double
  /// Nanoseconds by the model; nil for a basis that is not compact.
  public let local: Double?

  init<Element: Scalar>(functions: Int, nonZeroFunctions: Int?, outputs: Int, of _: Element.Type) {
    self.functions = functions
    self.nonZeroFunctions = nonZeroFunctions
    let size = MemoryLayout<Element>.stride
    let lanes = 32 / size
    let vectors = Double((outputs + lanes - 1) / lanes)
    gemm = 4.0 + 0.01 * Double(functions) + 0.17 * Double(functions) * vectors
    let block = 2 * functions * min(outputs, 128) * size
    let cache = block > 32 << 10 ? 1.2 : 1
    local = nonZeroFunctions.map { 1.3 + 0.14 * cache * Double($0) * vectors }
  }

  /// `local` where the basis allows it and the model expects less of it.
  public var choice: Contraction { (local ?? .infinity) < gemm ? .local : .gemm }
}

extension Layer {
  /// `gemm` or `local`: what the passes do when told to use this contraction.
  public func resolvedContraction(_ contraction: Contraction) -> Contraction {
    guard let cost = contractionCost, localBasis != nil else { return .gemm }
    return contraction == .auto ? cost.choice : contraction
  }
}
