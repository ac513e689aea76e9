import ArgumentParser
import Foundation
import KAN
import KANFiles

/// Trains on images and prints a line of JSON for each epoch: time of training so far, and loss and accuracy on the
/// test images, which are judged off the clock.
@main
struct Learning: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learning", abstract: "Test loss and accuracy by epoch and by time of training.")

  @Argument(help: "A folder with the four files of MNIST or Fashion-MNIST.")
  var images: String
  @Option(help: "kan or mlp.")
  var network = Kind.kan
  @Option(help: "Width of the hidden layer.")
  var hidden = 64
  @Option(help: "Intervals of a KAN's grid.")
  var grid = 5
  @Option var epochs = 5
  @Option var batch = 256
  @Option var learningRate = 0.001
  @Option var seed: UInt64 = 0
  @Option(help: "Threads (default: all cores).")
  var threads: Int?

  enum Kind: String, ExpressibleByArgument { case kan, mlp }

  func validate() throws {
    guard hidden > 0, grid > 0, epochs > 0, batch > 0, learningRate > 0, (threads ?? 1) > 0 else {
      throw ValidationError("numbers have to be positive")
    }
  }

  func run() throws {
    let training = try Dataset<Float>(images: images, part: .training)
    let test = try Dataset<Float>(images: images, part: .test)
    let widths = (training.inputs.columns, training.targets.outputs)
    var model: Network<Float> =
      switch network {
      case .kan: Network(.spline(widths.0, hidden, grid: grid), .spline(hidden, widths.1, grid: grid), seed: seed)
      case .mlp: Network(.linear(widths.0, hidden, activation: .relu), .linear(hidden, widths.1), seed: seed)
      }
    var failure: (any Error)?
    var elapsed = 0.0
    try model.train(
      on: training, validation: test, with: AdamW(learningRate: learningRate),
      options: TrainingOptions(epochs: epochs, batch: batch, schedule: .cosine, seed: seed),
      pool: ThreadPool(threads: threads)
    ) { progress, network in
      guard progress.isEndOfEpoch, let epoch = network.record?.history.last, let metrics = progress.validation else {
        return .continue
      }
      elapsed += epoch.seconds
      let line = Line(
        epoch: progress.epoch, epochSeconds: epoch.seconds, seconds: elapsed, trainLoss: progress.loss,
        testLoss: metrics.loss, testAccuracy: metrics.accuracy ?? .nan, parameters: network.parameterCount)
      do {
        let data = try JSONEncoder().encode(line)
        try FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8))
      } catch {
        failure = error
        return .stop
      }
      return .continue
    }
    if let failure { throw failure }
  }

  private struct Line: Encodable {
    var epoch: Int
    var epochSeconds, seconds, trainLoss, testLoss, testAccuracy: Double
    var parameters: Int
  }
}
