/// How a layer forms its products with Φ. Both ways give the same values up to rounding.
public enum Contraction: String, Sendable, CaseIterable {
  /// The faster one for the layer by a cost model, ``ContractionCost``.
  case auto
  /// Φ is written for a tile of rows and inputs and multiplied by W as a dense matrix.
  case gemm
  /// Only the rows of W of non-zero functions are touched; needs a compact basis, else `gemm` is used.
  case local
}

/// The predicted costs of both contractions for one input of one row in the forward pass, and the choice between them.
///
/// With V = ⌈out/8⌉ vectors of columns and n non-zero functions of an input:
///
///     local  1.3 + 0.14·n·V             evaluation; n multiply-adds for each vector, loaded from the cache
///     gemm   4.0 + 0.01·K + 0.17·K·V    evaluation, writing Φ; K multiply-adds for each vector
///
/// in nanoseconds, fitted to measurements with AVX2 in single precision; only the ratio matters. The batch size is not
/// considered: the two contractions round differently, and a row's result must not depend on the size of its batch. If
/// the block of W for one input exceeds the first-level cache, `local` is 1.2 times slower. The benchmark `throughput`
/// times both side by side.
public struct ContractionCost: Sendable, Equatable {
  /// K, the functions of an input.
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

  /// `local` if the basis is compact and the model predicts a lower cost.
  public var choice: Contraction { (local ?? .infinity) < gemm ? .local : .gemm }
}

extension Layer {
  /// `gemm` or `local`: the contraction that the passes use if asked for this one.
  public func resolvedContraction(_ contraction: Contraction) -> Contraction {
    guard let cost = contractionCost, localBasis != nil else { return .gemm }
    return contraction == .auto ? cost.choice : contraction
  }
}
