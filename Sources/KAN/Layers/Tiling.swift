/// How the rows and inputs of a layer are cut up, so that a tile of Φ stays in the second-level cache.
///
/// It depends on the sizes alone, and so do the bits of a result. Only the rows of a local tile follow the number of
/// threads, and on those no bit depends.
struct Tiling: Equatable {
  /// Products touch only what is not 0, and no tile of Φ is written.
  let isLocal: Bool
  /// Rows of a tile in the forward pass and in dX.
  let rows: Int
  /// Outputs of a tile in the forward pass: all of them, but for a large W, which would otherwise be read for each tile
  /// of rows again.
  let columns: Int
  /// Inputs of a tile of Φ in the forward pass and in dX.
  let inputs: Int
  /// Inputs of a block of W whose gradient one iteration sums up, over all rows.
  let gradientInputs: Int
  /// Rows of a tile of Φ within such a block.
  let gradientRows: Int

  /// Bytes of one tile of Φ: half of a second-level cache of 512 KiB.
  static let tileBytes = 256 << 10

  /// Bytes of W that no second-level cache holds.
  static let largeWeights = 4 << 20
  /// Bytes of W that a dense product of few rows copies for longer than it multiplies.
  static let packedWeights = 1 << 20
  /// Bytes of W that a second-level cache holds little of once an optimizer has passed over it.
  static let coldWeights = 1 << 20

  init<Element: Scalar>(_ layer: Layer<Element>, rows total: Int, threads: Int, _ contraction: Contraction) {
    isLocal = layer.resolvedContraction(contraction) == .local
    let functions = layer.functions
    let size = MemoryLayout<Element>.stride
    // Small batches are cut too, so that several threads have work; no finer than a product runs well on, and not by rows
    // where each cut would read a large W again.
    let splits =
      if layer.isIdentity {
        total < 512 && layer.weightCount * size > Tiling.packedWeights
      } else {
        isLocal && layer.weightCount * size > Tiling.largeWeights
      }
    // A dense product has no tile of Φ to keep in the cache, and runs better on more rows.
    let most = layer.isIdentity ? max(128, min(512, total / 16 / 128 * 128)) : 128
    if isLocal && !splits {
      // Two tiles a thread, for threads do not end together; one where each tile waits for all of W.
      let tiles = threads * (layer.weightCount * size > Tiling.coldWeights ? 1 : 2)
      rows = min(most, max(32, (total + 32 * tiles - 1) / (32 * tiles) * 32))
    } else {
      rows = total >= 512 || splits ? most : max(32, (total + 127) / 128 * 32)
    }
    // Whole vectors of any instruction set; the bits do not depend on it.
    columns = splits ? max(64, (layer.outputs / 4 + 63) / 64 * 64) : layer.outputs
    if layer.isIdentity {
      inputs = layer.inputs
      gradientInputs = min(layer.inputs, splits ? 128 : 64)
      gradientRows = max(total, 1)
    } else if isLocal {
      inputs = layer.inputs
      // Where there are enough, two of the kernel's blocks, which share the cache's lines of X; one where its dW is large.
      gradientInputs = layer.inputs >= 256 && !splits ? 16 : min(max(1, layer.inputs / 4), 8)
      gradientRows = Tiling.localGradientRows(functions: functions)
    } else {
      inputs = min(layer.inputs, max(1, Tiling.tileBytes / (rows * functions * size)))
      // About 128 rows of dW a block, and more blocks than threads.
      gradientInputs = min(max(1, layer.inputs / 4), max(1, 128 / functions))
      gradientRows = max(1, min(256, Tiling.tileBytes / (gradientInputs * functions * size)))
    }
  }

  /// Rows whose order by intervals is found at a time: enough that an interval has twenty on grids of 50, and its sums are
  /// rarely moved; fewer on coarse grids, whose functions at so many rows would fill the second-level cache for nothing.
  static func localGradientRows(functions: Int) -> Int { functions <= 40 ? 512 : 1024 }

  /// No tile of this layer needs more elements, for any number of rows up to `capacity`.
  static func largestTile<Element: Scalar>(
    _ layer: Layer<Element>, capacity: Int, _ contraction: Contraction
  ) -> Int {
    if layer.isIdentity { return 0 }
    if layer.resolvedContraction(contraction) == .local, let basis = layer.localBasis {
      return basis.localScratch(rows: min(capacity, localGradientRows(functions: layer.functions)))
    }
    // A tile is one input wide at least, and 128 or 256 rows high at most.
    let bound = max(tileBytes / MemoryLayout<Element>.stride, 128 * layer.functions)
    return min(bound, layer.functions * layer.inputs * min(capacity, 256))
  }

  /// The width of the panels that dZ is copied into before dW is formed, for a batch of so many rows; 0 if it is not.
  static func panelWidth<Element: Scalar>(_ layer: Layer<Element>, rows: Int, _ contraction: Contraction) -> Int {
    guard let basis = layer.localBasis, layer.resolvedContraction(contraction) == .local else { return 0 }
    return basis.panelWidth(rows: min(rows, panelRows(functions: layer.functions)), outputs: layer.outputs)
  }

  /// Elements of those panels.
  static func panelElements<Element: Scalar>(_ layer: Layer<Element>, rows: Int, _ contraction: Contraction) -> Int {
    let width = panelWidth(layer, rows: rows, contraction)
    return width == 0 ? 0 : (layer.outputs + width - 1) / width * width * rows
  }

  /// Rows whose order is found at a time where dW is formed from panels: one of 256 rows is half of a first-level cache;
  /// on fine grids an interval would have few of those.
  static func panelRows(functions: Int) -> Int { functions <= 20 ? 256 : 512 }

  func rowTiles(_ total: Int) -> Int { (total + rows - 1) / rows }
  func columnTiles(_ total: Int) -> Int { (total + columns - 1) / columns }
  func inputBlocks(_ total: Int) -> Int { (total + gradientInputs - 1) / gradientInputs }
}
