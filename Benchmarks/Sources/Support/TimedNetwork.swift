import KAN

/// A network with a batch of random rows and targets, ready to be timed.
///
/// The batch is scaled and in place before the clock starts, as the rows of a peer's tensor are.
public final class TimedNetwork {
  public private(set) var network: Network<Float>
  public let batch: Int
  public let contraction: Contraction
  public var threads: Int { step.pool.threads }
  private let data: Dataset<Float>
  private let step: TrainingStep<Float>

  /// Inputs are spread evenly over [-1, 1], the range of the grids, and targets normally.
  public init(_ network: Network<Float>, batch: Int, contraction: Contraction, pool: ThreadPool, seed: UInt64 = 1) {
    var network = network
    network.contraction = contraction
    self.network = network
    self.batch = batch
    self.contraction = contraction
    var generator = RandomGenerator(seed: seed)
    let inputs = Matrix<Float>(
      rows: batch, columns: network.inputs,
      elements: (0..<batch * network.inputs).map { _ in Float(2 * generator.uniform() - 1) })
    let targets = Matrix<Float>(
      rows: batch, columns: network.outputs,
      elements: (0..<batch * network.outputs).map { _ in Float(generator.normal()) })
    data = Dataset(inputs: inputs, targets: .values(targets))
    step = TrainingStep(self.network, on: data, batch: batch, pool: pool)
    Array(0..<batch).withUnsafeBufferPointer { step.gather($0, for: self.network) }
  }

  /// Y of every layer.
  public func runForward() { step.forward(network) }

  /// Forward, mean squared error, and backward to the gradient of every parameter; returns the loss.
  @discardableResult
  public func runStep() -> Double { step.lossAndGradient(of: network) }

  /// The batch twice, as the data set and as the step hold it; parameters and their gradient; and Y of every layer.
  public static func expectedBytes(_ network: Network<Float>, batch: Int) -> Int {
    let data = 2 * batch * (network.inputs + network.outputs)
    let activations = batch * network.layers.reduce(0) { $0 + $1.outputs }
    return 4 * (data + activations + 2 * network.parameterCount)
  }
}
