/// The tiling of a layer's rows and inputs, chosen so that a tile of Φ stays in the second-level cache.
///
/// It depends on sizes alone, so that results are bit-identical for any number of threads. Only the rows of a local
/// tile depend on the threads, which does not affect results.
struct Tiling: Equatable {
  /// Whether products use the local contraction, without tiles of Φ.
  let isLocal: Bool
  /// Rows of a tile in the forward pass and in dX.
  let rows: Int
  /// Sums of a tile in the forward pass: all of them, except for a large W, which each tile of rows would otherwise
  /// read again.
  let columns: Int
  /// Inputs of a tile of Φ in the forward pass and in dX.
  let inputs: Int
  /// Inputs of a block of W, whose gradient over all rows is one iteration.
  let gradientInputs: Int
  /// Rows of a tile of Φ within such a block.
  let gradientRows: Int

  /// Bytes of one tile of Φ: half of a second-level cache of 512 KiB.
  static let tileBytes = 256 << 10

  /// Above this, W does not fit any second-level cache.
  static let largeWeights = 4 << 20
  /// Above this, packing W dominates a GEMM with few rows.
  static let packedWeights = 1 << 20
  /// Above this, the optimiser's pass has evicted W from the second-level cache.
  static let coldWeights = 1 << 20

  init<Element: Scalar>(_ layer: Layer<Element>, rows total: Int, threads: Int, _ contraction: Contraction) {
    isLocal = layer.resolvedContraction(contraction) == .local
    let functions = layer.functions
    let size = MemoryLayout<Element>.stride
    // Small batches are split too, so that several threads have work: not too finely for an efficient product, and not
    // by rows if each part would read a large W again.
    let splits =
      if layer.pruning != nil {
        false
      } else if layer.isIdentity {
        total < 512 && layer.weightCount * size > Tiling.packedWeights
      } else {
        isLocal && layer.weightCount * size > Tiling.largeWeights
      }
    // With Φ = X there is no tile to keep in cache, and a product is more efficient with more rows.
    let most = layer.isIdentity ? max(128, min(512, total / 16 / 128 * 128)) : 128
    if isLocal && !splits {
      // Two tiles per thread to balance the load; one if each tile has to load all of W.
      let tiles = threads * (layer.weightCount * size > Tiling.coldWeights ? 1 : 2)
      rows = min(most, max(32, (total + 32 * tiles - 1) / (32 * tiles) * 32))
    } else {
      rows = total >= 512 || splits ? most : max(32, (total + 127) / 128 * 32)
    }
    // Whole vectors on every instruction set; results do not depend on it.
    columns = splits ? max(64, (layer.sums / 4 + 63) / 64 * 64) : layer.sums
    if layer.isIdentity {
      inputs = layer.inputs
      gradientInputs = min(layer.inputs, splits ? 128 : 64)
      gradientRows = layer.pruning == nil ? max(total, 1) : min(max(total, 1), 512)
    } else if isLocal {
      inputs = layer.inputs
      // Two of the kernel's blocks, which share cache lines of X, if there are enough inputs; one if dW is large.
      gradientInputs = layer.inputs >= 256 && !splits ? 16 : min(max(1, layer.inputs / 4), 8)
      gradientRows = Tiling.localGradientRows(functions: functions)
    } else {
      inputs = min(layer.inputs, max(1, Tiling.tileBytes / (rows * functions * size)))
      // About 128 rows of dW per block, and more blocks than threads.
      gradientInputs = min(max(1, layer.inputs / 4), max(1, 128 / functions))
      gradientRows = max(1, min(256, Tiling.tileBytes / (gradientInputs * functions * size)))
    }
  }

  /// Rows sorted by interval at a time: enough for twenty rows per interval on grids of 50, so that sums are rarely
  /// moved; fewer on coarse grids, where more rows would only fill the second-level cache.
  static func localGradientRows(functions: Int) -> Int { functions <= 40 ? 512 : 1024 }

  /// The elements of the largest tile of this layer, for any number of rows up to `capacity`.
  static func largestTile<Element: Scalar>(
    _ layer: Layer<Element>, capacity: Int, _ contraction: Contraction
  ) -> Int {
    if layer.isIdentity { return 0 }
    if layer.resolvedContraction(contraction) == .local, let shape = layer.compactShape {
      return CompactScratch<Element>.elements(
        shape, rows: min(capacity, localGradientRows(functions: layer.functions)))
    }
    // A tile has at least one input and at most 128 or 256 rows.
    let bound = max(tileBytes / MemoryLayout<Element>.stride, 128 * layer.functions)
    return min(bound, layer.functions * layer.inputs * min(capacity, 256))
  }

  /// Elements that the passes of a pruned layer gather: sums of a tile of rows, and W and dW of a piece of a block.
  static func gatheredElements<Element: Scalar>(_ layer: Layer<Element>, capacity: Int) -> Int {
    guard let edges = layer.pruning, edges.mostGathered > 0 else { return 0 }
    let sums = edges.mostGathered
    return (min(capacity, 1024) + 2 * gatheredInputs(layer, sums: sums) * layer.functions) * sums
  }

  /// Inputs of a piece of a block whose W is gathered.
  static func gatheredInputs<Element: Scalar>(_ layer: Layer<Element>, sums: Int) -> Int {
    min(layer.inputs, max(1, tileBytes / MemoryLayout<Element>.stride / (layer.functions * sums)))
  }

  /// The width of the panels of dZ from which dW is formed, for a batch of `rows` rows; 0 without panels.
  static func panelWidth<Element: Scalar>(_ layer: Layer<Element>, rows: Int, _ contraction: Contraction) -> Int {
    guard let shape = layer.compactShape, layer.pruning?.isDense != false,
      layer.resolvedContraction(contraction) == .local
    else { return 0 }
    return Element.Kernels.panelWidth(shape, min(rows, panelRows(functions: layer.functions)), layer.sums)
  }

  /// Elements of those panels.
  static func panelElements<Element: Scalar>(_ layer: Layer<Element>, rows: Int, _ contraction: Contraction) -> Int {
    let width = panelWidth(layer, rows: rows, contraction)
    return width == 0 ? 0 : (layer.sums + width - 1) / width * width * rows
  }

  /// Rows sorted at a time if dW is formed from panels: 256 rows of a panel are half of a first-level cache, but on
  /// fine grids an interval would get few of them.
  static func panelRows(functions: Int) -> Int { functions <= 20 ? 256 : 512 }

  func rowTiles(_ total: Int) -> Int { (total + rows - 1) / rows }
  func columnTiles(_ total: Int) -> Int { (total + columns - 1) / columns }
  func inputBlocks(_ total: Int) -> Int { (total + gradientInputs - 1) / gradientInputs }
}
