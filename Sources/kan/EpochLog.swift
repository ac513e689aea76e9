import Foundation
import KAN
import KANFiles

/// `--log`: a line of JSON for each epoch, as it ends.
final class EpochLog {
  private let path: String
  private let handle: FileHandle
  /// What this rank had sent before the last line.
  private var sent = Ranks.communicator.traffic

  /// - Parameter done: epochs that a resumed training has done; nil for a new log. A crash may have left lines of later
  ///   ones, or half a line, which go.
  init(path: String, resumingAfter done: Int?) throws(FileError) {
    self.path = path
    if let done, isReplaceable(path), let bytes = try? readFile(path) {
      struct Line: Decodable { var epoch: Int }
      let lines = bytes.split(separator: 0x0A)
      let endsWithin = bytes.last != 0x0A
      let kept = lines.enumerated().filter { place, line in
        // What is no line about an epoch is somebody else's, unless the file ends within it.
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(line)) else {
          return !(endsWithin && place == lines.count - 1)
        }
        return line.epoch <= done
      }.map(\.element)
      let text = Array(kept.map { $0 + [0x0A] }.joined())
      if text != bytes { try writeFile(text, to: path) }
    }
    handle = FileHandle(fileDescriptor: try openOutput(path, appending: done != nil), closeOnDealloc: true)
  }

  /// What this rank has sent since the last call; nil of one process.
  func traffic(steps: Int) -> EpochLine.StepTraffic? {
    guard Ranks.areLaunched else { return nil }
    let now = Ranks.communicator.traffic
    defer { sent = now }
    return EpochLine.StepTraffic(ranks: Ranks.communicator.ranks, steps: steps, epoch: now - sent)
  }

  func append(_ line: some Encodable) throws {
    do {
      try handle.write(contentsOf: Data((encodeJSON(line) + "\n").utf8))
    } catch {
      throw ToolError(message: "\(path): writing failed", code: 74)
    }
  }
}

/// A line about an epoch of a described training.
struct EpochLine: Encodable {
  var epoch: Int
  var loss: Double?
  var validationLoss: Double?
  /// Loss and metrics on the rows that early stopping goes by.
  var validation: Evaluation?
  var learningRate: Double
  var seconds: Double
  var samplesPerSecond: Double?
  /// Intervals of the grid, where several are trained on in turn.
  var grid: Int?
  var outside: Outside
  /// Of several ranks.
  var traffic: StepTraffic?

  /// What rank 0 has sent to others in an epoch, by step too. What follows the epoch, such as its evaluation, counts for
  /// the next one.
  struct StepTraffic: Encodable {
    var ranks: Int
    var messages: Int
    var bytes: Int
    var messagesPerStep: Double
    var bytesPerStep: Double

    init(ranks: Int, steps: Int, epoch: Traffic) {
      self.ranks = ranks
      (messages, bytes) = (epoch.messages, epoch.bytes)
      messagesPerStep = Double(messages) / Double(max(1, steps))
      bytesPerStep = Double(bytes) / Double(max(1, steps))
    }
  }

  /// Values outside the grids of the layers.
  struct Outside: Encodable {
    /// Rows that were looked at.
    var rows: Int
    /// By layer, over all its inputs; null for a layer without a grid.
    var layers: [Int?]
  }

  /// Rows looked at for values outside the grids: a percent of them is then known to a third of itself, and no epoch
  /// takes long for its line.
  static let outsideRows = 1000

  /// Rows at even distances.
  static func sample<Element: Scalar>(of inputs: Matrix<Element>) -> Matrix<Element> {
    let step = max(1, (inputs.rows + outsideRows - 1) / outsideRows)
    return inputs.selecting(rows: Array(stride(from: 0, to: inputs.rows, by: step)))
  }

  /// - Parameters:
  ///   - sample: some of the rows trained on.
  ///   - traffic: of several ranks.
  init<Element: Scalar>(
    _ record: EpochRecord, _ progress: TrainingProgress, rows: Int, sample: Matrix<Element>,
    _ network: borrowing Network<Element>, traffic: StepTraffic?, _ pool: ThreadPool
  ) {
    self.traffic = traffic
    epoch = record.epoch
    // A loss beyond all numbers has no place in JSON.
    loss = record.loss.isFinite ? record.loss : nil
    validationLoss = record.validationLoss.flatMap { $0.isFinite ? $0 : nil }
    validation = progress.validation
    learningRate = record.learningRate
    seconds = record.seconds
    samplesPerSecond = record.seconds > 0 ? Double(rows) / record.seconds : nil
    grid = record.grid
    outside = Outside(
      rows: sample.rows, layers: network.outsideGridCounts(on: sample, pool: pool).map { $0?.total })
  }
}
