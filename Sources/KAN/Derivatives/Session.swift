/// The units of rows, outputs and gradients.
public enum Units: Sendable {
  /// Those of the data that the network was trained on.
  case data
  /// Those of the layers: inputs scaled to the grids, and the last layer's outputs, scaled like targets.
  case layers
}

/// A network with the memory of its forward and backward passes, for custom training loops.
///
///     session.forward(x)                  y
///     session.backward(dy)                dL/dp in `gradient`, and if wanted dL/dx in `inputGradient`
///     session.step(AdamW())               p, by the gradient
///
/// It trains with any loss whose dL/dy you can compute, and lets a network be part of a larger model. None of the three
/// calls allocates, except the first step, which makes the optimiser's moments. Outputs are those before the
/// objective's link: a classifier's logits, for example. An untrained network does not scale its inputs, and its grids
/// cover [-1, 1] unless ``Network/setRanges(inputs:targets:)`` sets other ranges.
///
/// Use it from one thread at a time; the pool's threads share the work within.
public final class Session<Element: Scalar> {
  /// The network with its current parameters. Traps if set to one with other layers.
  public var network: Network<Element> {
    didSet {
      require(
        network.parameterCount == passes.gradient.count && network.inputs == inputs && network.outputs == outputCount,
        "Session: a network of \(network.inputs) inputs, \(network.outputs) outputs and \(network.parameterCount) "
          + "parameters in the place of one of \(inputs), \(outputCount) and \(passes.gradient.count)")
      // The workspace has room for what it was made for.
      require(network.hasEdges(of: pruning), "Session: a network with other edges")
    }
  }
  /// The largest number of rows of a pass.
  public let capacity: Int
  /// The units of rows, outputs and gradients.
  public let units: Units
  private let passes: GradientPasses<Element>
  private let inputs, outputCount: Int
  private let pruning: [EdgeBlocks?]
  /// Y in the data's units: [capacity × out], and dX: [capacity × in]
  private var scaledOutputs, dx: Matrix<Element>
  /// Rows of the last pass.
  private var rows = 0
  private var state: OptimizerState<Element>?

  /// - Parameters:
  ///   - capacity: the largest number of rows of a pass; traps unless there is one.
  ///   - units: those of rows, outputs and gradients.
  public init(
    _ network: Network<Element>, rows capacity: Int, units: Units = .data, pool: ThreadPool = .shared
  ) {
    network.requireParameterCount()
    self.network = network
    self.capacity = capacity
    self.units = units
    inputs = network.inputs
    pruning = network.layers.map(\.pruning)
    outputCount = network.outputs
    passes = GradientPasses(network, capacity: capacity, pool: pool)
    scaledOutputs = Matrix(rows: capacity, columns: network.outputs)
    dx = Matrix(rows: capacity, columns: network.inputs)
  }

  // MARK: Forward

  /// The outputs of some rows: [rows × in] → [rows × out], valid until the next pass.
  ///
  /// Traps unless the columns fit, and there are 1 to ``capacity`` rows.
  @discardableResult
  public func forward(_ x: Matrix<Element>) -> MatrixView<Element> {
    x.requireElements()
    return withExtendedLifetime(x) { forward(x.view) }
  }

  /// The same from memory that somebody else owns.
  @discardableResult
  public func forward(_ x: MatrixView<Element>) -> MatrixView<Element> {
    require(
      x.columns == inputs && (1...capacity).contains(x.rows),
      "Session: rows of shape [\(x.rows) × \(x.columns)] for up to \(capacity) rows of \(inputs) inputs")
    rows = x.rows
    let to = passes.workspace.input(rows: rows)
    for row in 0..<rows {
      let from = x.base + row * x.stride
      switch units {
      case .data:
        Element.Kernels.scaleColumns(
          1, inputs, from, network.inputScaling.shift.pointer, network.inputScaling.factor.pointer,
          to.base + row * inputs)
      case .layers: (to.base + row * inputs).update(from: from, count: inputs)
      }
    }
    passes.forward(network, rows: rows)
    let y = passes.workspace.output(network.layers.count - 1, rows: rows)
    if units == .layers { return y.readOnly }
    let result = scaledOutputs.mutableView().slice(rows: rows, columns: outputCount)
    result.copyElements(from: y.readOnly)
    network.outputScaling.invert(on: result)
    return result.readOnly
  }

  /// Y of the last pass, as returned by ``forward(_:)-(Matrix<Element>)``: [rows × out].
  public var outputs: MatrixView<Element> {
    switch units {
    case .data: scaledOutputs.view.slice(rows: rows, columns: outputCount)
    case .layers: passes.workspace.output(network.layers.count - 1, rows: rows).readOnly
    }
  }

  /// The last layer's output in the last pass, in the layer's units: [rows × out].
  public var layerOutputs: MatrixView<Element> {
    passes.workspace.output(network.layers.count - 1, rows: rows).readOnly
  }

  // MARK: Backward

  /// Computes the gradient of L by the parameters and, if asked for, by the inputs, from dL/dy of the last forward
  /// pass.
  ///
  /// - Parameters:
  ///   - outputGradient: dL/dy: [rows × out], in the session's units; traps unless it has the shape of that pass's
  ///     outputs.
  ///   - includingParameters: whether to compute ``gradient``, which is unchanged otherwise.
  ///   - includingInputs: whether to compute ``inputGradient``.
  public func backward(
    _ outputGradient: Matrix<Element>, includingParameters: Bool = true, includingInputs: Bool = false
  ) {
    outputGradient.requireElements()
    withExtendedLifetime(outputGradient) {
      backward(outputGradient.view, includingParameters: includingParameters, includingInputs: includingInputs)
    }
  }

  /// The same from memory that somebody else owns.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func backward(
    _ outputGradient: MatrixView<Element>, includingParameters: Bool = true, includingInputs: Bool = false
  ) {
    require(rows > 0, "Session: backward before forward")
    require(
      outputGradient.rows == rows && outputGradient.columns == outputCount,
      "Session: dY of shape [\(outputGradient.rows) × \(outputGradient.columns)] for [\(rows) × \(outputCount)]")
    let dy = passes.workspace.gradient(network.layers.count - 1, rows: rows)
    let outputFactor = network.outputScaling.factor.pointer
    for row in 0..<rows {
      for output in 0..<outputCount {
        dy[row, output] =
          units == .data ? outputGradient[row, output] / outputFactor[output] : outputGradient[row, output]
      }
    }
    let gradient = includingInputs ? dx.mutableView().slice(rows: rows, columns: inputs) : nil
    if includingParameters {
      passes.backward(network, rows: rows, inputGradient: gradient)
    } else {
      network.deltas(rows: rows, in: passes.workspace, on: passes.pool, inputGradient: gradient)
    }
    guard let gradient, units == .data else { return }
    let factor = network.inputScaling.factor.pointer
    for row in 0..<rows {
      for input in 0..<inputs { gradient[row, input] *= factor[input] }
    }
  }

  /// dL/dp of the last backward pass, summed over its rows and laid out as ``Network/parameters``.
  public var gradient: AlignedArray<Element> { passes.gradient }

  /// dL/dx of the last backward pass, if computed: [rows × in], valid until the next pass.
  public var inputGradient: MatrixView<Element> { dx.view.slice(rows: rows, columns: inputs) }

  // MARK: Step

  /// Updates the parameters by one step with the gradient of the last backward pass.
  ///
  /// - Parameters:
  ///   - optimizer: must be of the same kind at each step, since the session keeps its moments.
  ///   - rate: the learning rate of this step; by default the optimiser's.
  public func step(_ optimizer: some Optimizer, rate: Double? = nil) {
    if state == nil { state = OptimizerState(optimizer, parameters: network.parameterCount) }
    require(
      state!.moments.count == optimizer.momentCount,
      "Session: an optimiser of \(optimizer.momentCount) moments after one of \(state!.moments.count)")
    optimizer.update(
      UnsafeMutableBufferPointer(start: network.parameters.mutablePointer(), count: network.parameterCount),
      gradients: passes.gradient.pointer, state: &state!, rate: rate ?? optimizer.learningRate, pool: passes.pool)
  }
}
