import KAN
import KANLinearAlgebra

/// Rows that a network with forms is fitted to, in the layers' units.
struct EdgeRows: Sendable {
  let rows: Int
  /// Inputs one after another: [in · rows]
  let inputs: [Double]
  /// Targets one after another: [out · rows]
  let targets: [Double]
  let outputs: Int
  /// √w of each row, with a mean weight of 1; empty for equal weights.
  let factors: [Double]
  /// The first layer's functions at the inputs: [in · functions · rows]
  let first: [Double]
  /// The spread of the targets: √(Σ (t - t̄)²/(rows·out)).
  let spread: Double

  /// - Parameters:
  ///   - inputs: [rows × in], in the network's units, as are targets: [rows × out].
  ///   - limit: takes no more than this many rows, evenly spaced.
  init(
    _ network: EdgeNetwork, inputs: Matrix<Double>, targets: Matrix<Double>, weights: AlignedArray<Double>? = nil,
    limit: Int = .max
  ) {
    let chosen: [Int] =
      inputs.rows <= limit ? Array(0..<inputs.rows) : (0..<limit).map { $0 * inputs.rows / limit }
    rows = chosen.count
    outputs = targets.columns
    self.inputs = (0..<inputs.columns).flatMap { column in chosen.map { inputs[$0, column] } }
    self.targets = (0..<targets.columns).flatMap { column in chosen.map { targets[$0, column] } }
    if let weights {
      let mean = chosen.reduce(0) { $0 + weights[$1] } / Double(max(1, chosen.count))
      factors = chosen.map { (weights[$0] / (mean > 0 ? mean : 1)).squareRoot() }
    } else {
      factors = []
    }
    var squares = 0.0
    for output in 0..<outputs {
      let own = self.targets[output * rows..<(output + 1) * rows]
      let mean = own.reduce(0, +) / Double(max(1, rows))
      squares += own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    let spread = (squares / Double(max(1, self.targets.count))).squareRoot()
    self.spread = spread > 0 ? spread : 1
    let layer = network.layers[0]
    first = Self.functions(of: layer, at: self.inputs, rows: rows).values
  }

  /// A layer's own functions and their slopes at its inputs, for the inputs whose edges use them; zeros elsewhere.
  static func functions(
    of layer: EdgeNetwork.Layer, at inputs: [Double], rows: Int, slopes: Bool = false
  ) -> (values: [Double], slopes: [Double]) {
    guard layer.hasOwn else { return ([], []) }
    let count = layer.basis.functions
    var values = [Double](repeating: 0, count: layer.inputs * count * rows)
    var derivatives = slopes ? values : []
    var tile = [Double](repeating: 0, count: rows * count)
    for input in 0..<layer.inputs where layer.hasOwn(input: input) {
      func write(_ isSlope: Bool, to: inout [Double]) {
        inputs.withUnsafeBufferPointer { x in
          tile.withUnsafeMutableBufferPointer { tile in
            let x = MatrixView(base: x.baseAddress! + input * rows, rows: rows, columns: 1, stride: 1)
            let view = MutableMatrixView(base: tile.baseAddress!, rows: rows, columns: count, stride: count)
            if isSlope {
              layer.basis.writeDerivatives(of: x, first: input, to: view)
            } else {
              layer.basis.writeValues(of: x, first: input, to: view)
            }
          }
        }
        for k in 0..<count {
          let start = (input * count + k) * rows
          for row in 0..<rows { to[start + row] = tile[row * count + k] }
        }
      }
      write(false, to: &values)
      if slopes { write(true, to: &derivatives) }
    }
    return (values, derivatives)
  }
}
