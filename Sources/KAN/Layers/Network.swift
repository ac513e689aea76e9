/// A sequence of layers with their parameters, and the scalings between the data's units and the layers'.
///
/// A value: copies are independent. Inputs and results of ``predict(_:pool:)->Matrix<Element>`` are in the units of the
/// data that the network was trained on.
public struct Network<Element: Scalar>: Sendable {
  /// The layers, from the inputs to the outputs: each has as many inputs as the one before has outputs.
  public private(set) var layers: [Layer<Element>]
  /// Σ over layers of in·K·sums + sums.
  public private(set) var parameterCount: Int
  /// W, row-major, and b of every layer, layer by layer: [parameterCount]. A network with another number of them traps
  /// when used. Written values take effect everywhere, including in a resumed training.
  // Without an observer: another module writing one element would copy them all.
  public var parameters: AlignedArray<Element>

  /// How products with Φ are formed; not part of a saved model.
  public var contraction: Contraction = .auto
  /// Scalings, names and task, set by the first training.
  public package(set) var preprocessing: Preprocessing<Element>
  /// The state of training.
  var checkpoint = Checkpoint<Element>()

  /// A network with random initial parameters by each basis's rule (``Basis/initialDeviations(outputs:gain:)``) and
  /// biases of 0.
  ///
  /// Traps if a layer's inputs are not the outputs of the one before.
  public init(_ layers: [Layer<Element>], seed: UInt64 = 0) {
    self.init(layers: layers, parameters: AlignedArray(zeros: layers.reduce(0) { $0 + $1.parameterCount }))
    initializeParameters(seed: seed)
  }

  /// The same for layers in a list: `Network<Float>(.spline(13, 8), .spline(8, 1))`.
  public init(_ layers: Layer<Element>..., seed: UInt64 = 0) { self.init(layers, seed: seed) }

  package init(layers: [Layer<Element>], parameters: AlignedArray<Element>) {
    Self.requireFit(layers)
    parameterCount = layers.reduce(0) { $0 + $1.parameterCount }
    self.layers = layers
    self.parameters = parameters
    preprocessing = Preprocessing(inputs: layers[0].inputs, outputs: layers[layers.count - 1].outputs)
    requireParameterCount()
  }

  /// Replaces layers and parameters after a change of grids; inputs and outputs must be the same.
  package mutating func replaceLayers(_ layers: [Layer<Element>], parameters: AlignedArray<Element>) {
    Self.requireFit(layers)
    require(
      layers[0].inputs == inputs && layers[layers.count - 1].outputs == outputs,
      "Network: layers for \(layers[0].inputs) inputs in the place of layers for \(inputs)")
    self.layers = layers
    self.parameters = parameters
    intervals = nil
    parameterCount = layers.reduce(0) { $0 + $1.parameterCount }
    requireParameterCount()
    clearRemovedEdges()
  }

  private static func requireFit(_ layers: [Layer<Element>]) {
    require(!layers.isEmpty, "Network: no layers")
    for (layer, next) in zip(layers, layers.dropFirst()) {
      require(
        layer.outputs == next.inputs, "Network: a layer of \(layer.outputs) outputs before one of \(next.inputs) inputs"
      )
    }
  }

  /// The width of X, the first layer's inputs.
  public var inputs: Int { layers[0].inputs }
  /// The width of Y, the last layer's outputs; one for each class in a classification.
  public var outputs: Int { layers[layers.count - 1].outputs }

  func requireParameterCount() {
    require(
      parameters.count == parameterCount, "Network: \(parameters.count) parameters, not \(parameterCount)")
  }

  func requireLayer(_ index: Int) {
    require(layers.indices.contains(index), "Network: layer \(index) of \(layers.count), which count from 0")
  }

  /// The offset of a layer's parameters in the flat buffer: W, then b.
  package func parameterOffset(ofLayer layer: Int) -> Int {
    layers[..<layer].reduce(0) { $0 + $1.parameterCount }
  }

  /// W of a layer: [in·K × sums]
  public func weights(ofLayer layer: Int) -> Matrix<Element> {
    requireLayer(layer)
    requireParameterCount()
    let start = parameterOffset(ofLayer: layer)
    return Matrix(
      rows: layers[layer].inputs * layers[layer].functions, columns: layers[layer].sums,
      elements: parameters[start..<start + layers[layer].weightCount])
  }

  /// b of a layer: [sums]
  public func bias(ofLayer layer: Int) -> [Element] {
    requireLayer(layer)
    requireParameterCount()
    let start = parameterOffset(ofLayer: layer) + layers[layer].weightCount
    return Array(parameters[start..<start + layers[layer].sums])
  }

  private mutating func initializeParameters(seed: UInt64) {
    var generator = RandomGenerator(seed: seed)
    let to = parameters.mutablePointer()
    for (index, layer) in layers.enumerated() {
      let weights = to + parameterOffset(ofLayer: index)
      let deviations = layer.basis.initialDeviations(outputs: layer.sums, gain: layer.node.gain)
      require(
        deviations.count == layer.functions,
        "\(type(of: layer.basis).kind): \(deviations.count) initial deviations for \(layer.functions) functions")
      for row in 0..<layer.inputs * layer.functions {
        let deviation = deviations[row % layer.functions]
        for column in 0..<layer.sums {
          weights[row * layer.sums + column] = Element(deviation * generator.normal())
        }
      }
    }
    clearRemovedEdges()
  }
}

extension Network {
  /// What the outputs mean: taken from the targets of the first training, or set by ``describe(as:names:)``.
  public package(set) var task: LearningTask {
    get { preprocessing.task }
    set { preprocessing.task = newValue }
  }
  /// The ``objective``, if it is not the task's default.
  package var chosenObjective: (any Objective)? {
    get { preprocessing.chosenObjective }
    set { preprocessing.chosenObjective = newValue }
  }
  /// Maps inputs to the grids; set by ``setRanges(inputs:targets:)`` or the first training.
  public package(set) var inputScaling: Scaling<Element> {
    get { preprocessing.inputScaling }
    set { preprocessing.inputScaling = newValue }
  }
  /// Maps targets to unit spread; set by ``setRanges(inputs:targets:)`` or the first training with an objective that
  /// scales targets, else the identity.
  public package(set) var outputScaling: Scaling<Element> {
    get { preprocessing.outputScaling }
    set { preprocessing.outputScaling = newValue }
  }
  package var inputScalingOrigin: ScalingOrigin {
    get { preprocessing.inputScalingOrigin }
    set { preprocessing.inputScalingOrigin = newValue }
  }
  package var outputScalingOrigin: ScalingOrigin {
    get { preprocessing.outputScalingOrigin }
    set { preprocessing.outputScalingOrigin = newValue }
  }
  /// The inputs, from 0, that predictions follow in one direction whatever the others are, set by
  /// ``TrainingOptions/monotone``. Later trainings and changes of grids keep to it.
  public package(set) var monotone: [Int: Monotonicity] {
    get { preprocessing.monotone }
    set { preprocessing.monotone = newValue }
  }
  /// See ``Preprocessing/intervals``.
  package var intervals: IntervalCalibration? {
    get { preprocessing.intervals }
    set { preprocessing.intervals = newValue }
  }
  /// Names of columns and classes, where the data has them.
  public package(set) var names: Names {
    get { preprocessing.names }
    set { preprocessing.names = newValue }
  }
  /// The record of the last training.
  public package(set) var record: TrainingRecord? {
    get { checkpoint.record }
    _modify { yield &checkpoint.record }
  }
  /// What a program that resumes the training compares; see `Checkpoint`.
  package var terms: [String: String] {
    get { checkpoint.terms }
    set { checkpoint.terms = newValue }
  }
  /// The state from which an interrupted training resumes.
  package var trainingState: TrainingState<Element>? {
    get { checkpoint.state }
    _modify { yield &checkpoint.state }
  }
}
