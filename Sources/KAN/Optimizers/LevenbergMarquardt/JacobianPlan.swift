/// The layout of a row of the Jacobian of a network's outputs by its parameters.
///
/// By the chain rule the derivative of output m by a coefficient of layer l is fₖ(xᵢ)·δₒ, with δ = ∂y_m/∂z. Of each
/// input of a compact basis a row has a *run*, the n - f functions from the input's cell on times all sums: neighbouring
/// parameters, which begin elsewhere in each row. All other derivatives, by coefficients of fixed functions and of dense
/// bases and by biases, are *common*: by the same parameters in every row.
struct JacobianPlan {
  /// Some neighbouring derivatives of a row.
  struct Segment {
    let length: Int
    /// The offset within a row.
    let place: Int
    /// The first of the parameters; of a run, that of cell 0.
    let start: Int
  }

  /// The functions of a layer that a row evaluates.
  struct LayerShape {
    let inputs: Int
    /// Columns of W.
    let sums: Int
    /// K
    let functions: Int
    /// n - f of a compact basis, those from a cell on; K of any other.
    let localFunctions: Int
    let fixedFunctions: Int
    let isCompact: Bool
    /// The sums to which edges from each input have been removed: their derivatives are 0. Nil for none.
    let removed: [[Int]]?

    /// - Parameter intervals: assumes at least this many intervals of the grid.
    init(_ layer: Layer<some Scalar>, atLeast intervals: Int = 0) {
      let compact = layer.compactBasis
      inputs = layer.inputs
      sums = layer.sums
      functions = layer.functions + max(0, intervals - (layer.gridIntervals ?? intervals))
      isCompact = compact != nil
      localFunctions = compact?.localFunctions ?? layer.functions
      fixedFunctions = compact?.fixedFunctions ?? 0
      removed = layer.pruning.map { pruning in
        (0..<layer.inputs).map { input in (0..<layer.sums).filter { !pruning.mask[input, $0] } }
      }
    }

    var parameterCount: Int { inputs * functions * sums + sums }
    /// n
    var evaluated: Int { localFunctions + fixedFunctions }
  }

  let layers: [LayerShape]
  /// Layer after layer, input after input, at the head of a row.
  let runs: [Segment]
  /// Behind them: layer after layer, for each input the fixed function or all functions of a dense basis, then the biases.
  let common: [Segment]
  /// Derivatives of a row.
  let width: Int
  let commonCount: Int
  let parameterCount: Int

  /// - Parameter intervals: of the finest grid to come.
  init(_ network: Network<some Scalar>, atLeast intervals: Int = 0) {
    layers = network.layers.map { LayerShape($0, atLeast: intervals) }
    var runs: [Segment] = []
    var common: [(length: Int, start: Int)] = []
    var place = 0
    var offset = 0
    for layer in layers {
      let size = layer.functions * layer.sums
      for input in 0..<layer.inputs {
        let first = offset + input * size
        if layer.isCompact {
          runs.append(Segment(length: layer.localFunctions * layer.sums, place: place, start: first))
          place += layer.localFunctions * layer.sums
          let fixed = layer.fixedFunctions * layer.sums
          if fixed > 0 { common.append((fixed, first + size - fixed)) }
        } else {
          common.append((size, first))
        }
      }
      common.append((layer.sums, offset + layer.inputs * size))
      offset += layer.parameterCount
    }
    self.runs = runs
    let moving = place
    self.common = common.map { length, start in
      defer { place += length }
      return Segment(length: length, place: place, start: start)
    }
    width = place
    commonCount = place - moving
    parameterCount = offset
  }

  /// The places of a row's derivatives, for the products of rows.
  var rowShape: SparseRowShape {
    SparseRowShape(
      places: runs.map { Int32($0.place) }, lengths: runs.map { Int32($0.length) }, width: width,
      common: width - commonCount..<width)
  }

  /// Function values of a row.
  var functionsWidth: Int { layers.reduce(0) { $0 + $1.inputs * $1.evaluated } }

  /// Whether the normal equations are formed by dense products.
  var isDense: Bool { GaussNewtonEquations.isDense(width: width, parameters: parameterCount) }

  /// Bytes of a row: derivatives, starts of runs, a residual and its factor, and the dense row if products are dense.
  private var bytesOfARow: Int { 8 * (width + 2 + (isDense ? parameterCount : 0)) + 4 * runs.count }

  /// Rows of a chunk, of the given rows in all: at most 32 MiB, so that they are read again from the last-level cache.
  func chunk(rows: Int) -> Int { min(rows, 1024, max(16, (32 << 20) / max(1, bytesOfARow))) }

  /// Memory of a chunk.
  func bytes(rows: Int) -> Int { chunk(rows: rows) * bytesOfARow }
}
