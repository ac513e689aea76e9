// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN
import KANFiles

/// Rows in the caller's memory.
struct TrainingArrays {
  var x, y: swiftkan_array
  var weights: swiftkan_array?
  var validation: (x: swiftkan_array, y: swiftkan_array)?
}

/// The options of `swiftkan_train`.
struct TrainingSettings: Decodable {
  var method: String?
  var learningRate: Double?
  var weightDecay: Double?
  var epochs: Int?
  var batch: Int?
  var schedule: Schedule?
  var patience: Int?
  var seed: UInt64?
  var resume: Bool?
  var grids: [Int]?
  var task: LearningTask?
  var loss: String?
  var quantile: Double?
  var delta: Double?
  var sparsity: Double?
  var entropy: Double?
  var weights: String?
  var threads: Int64?

  func trainingMethod() throws -> any TrainingMethod {
    let rate = learningRate ?? 0.01
    guard rate > 0, rate.isFinite, weightDecay ?? 0 >= 0 else {
      throw Failure.usage("learning_rate or weight_decay is out of range")
    }
    switch method ?? "adam" {
    case "adam": return AdamW(learningRate: rate, weightDecay: weightDecay ?? 0)
    case "sgd": return SGD(learningRate: rate, weightDecay: weightDecay ?? 0)
    case "lbfgs": return LBFGS(weightDecay: weightDecay ?? 0, memoryLimit: availableMemory())
    case "lm": return LevenbergMarquardt(memoryLimit: availableMemory() / 2)
    case let other: throw Failure.usage("method \"\(other)\" is none of adam, sgd, lbfgs and lm")
    }
  }

  func options() throws -> TrainingOptions {
    let grids = grids ?? []
    guard epochs ?? 0 >= 0, batch ?? 1 > 0, patience ?? 0 >= 0, sparsity ?? 0 >= 0, entropy ?? 0 >= 0,
      grids.allSatisfy({ (1...100_000).contains($0) }), zip(grids, grids.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw Failure.usage("epochs, batch, patience, sparsity, entropy or grids are out of range") }
    var options = TrainingOptions(
      epochs: epochs ?? 20, batch: batch ?? 256, schedule: schedule ?? .constant, patience: patience, seed: seed ?? 0,
      resuming: resume ?? false, grids: grids,
      objective: try objective(loss, quantile: quantile, delta: delta))
    options.sparsity = Sparsity(edges: sparsity ?? 0, entropy: entropy ?? 0)
    return options
  }
}

/// How a training went.
struct TrainingResult: Encodable {
  struct Epoch: Encodable {
    var epoch: Int
    var loss: Double
    var validation: Double?
    var rate: Double
    var grid: Int?
  }
  var epochs: [Epoch]
  var seconds: Double
  var samplesPerSecond: Double
  var end: String
  var bestEpoch: Int

  init(_ history: TrainingHistory) {
    epochs = history.epochs.map {
      Epoch(epoch: $0.epoch, loss: $0.loss, validation: $0.validationLoss, rate: $0.learningRate, grid: $0.grid)
    }
    seconds = history.seconds
    samplesPerSecond = history.samplesPerSecond
    end = history.end.rawValue
    bestEpoch = history.bestEpoch
  }
}

extension Model {
  func train(_ rows: TrainingArrays, _ settings: TrainingSettings, _ report: Report) throws -> TrainingResult {
    let options = try settings.options()
    let task = settings.task ?? options.objective?.targetDomain.task ?? network.task
    let data = try dataset(rows.x, rows.y, rows.weights, task)
    let validation = try rows.validation.map { try dataset($0.x, $0.y, nil, task) }
    return try train(data, validation, settings, options, report)
  }

  func train(_ table: Table, _ settings: TrainingSettings, _ report: Report) throws -> TrainingResult {
    let pool = try Pools.pool(settings.threads ?? 0)
    var encoding = network.tableEncoding
    encoding.weights = settings.weights
    let encoded: EncodedTable<Element> = try encoding.encode(table, pool: pool)
    // Early stopping goes by a tenth of the rows, as in `kan train`.
    let parts = settings.patience.flatMap { _ in encoded.data.holdingOut(0.1, seed: (settings.seed ?? 0) &+ 1) }
    let training = parts?.training ?? encoded.data
    return try train(training, parts?.test, settings, settings.options(), report)
  }

  private func train(
    _ data: Dataset<Element>, _ validation: Dataset<Element>?, _ settings: TrainingSettings,
    _ options: TrainingOptions, _ report: Report
  ) throws -> TrainingResult {
    let pool = try Pools.pool(settings.threads ?? 0)
    let method = try settings.trainingMethod()
    return try change { network in
      TrainingResult(
        try network.train(
          on: data, validation: validation, with: method, options: options, pool: pool
        ) { progress, _ in report.epoch(progress) })
    }
  }

  func fitLastLayer(_ rows: TrainingArrays, _ smoothing: Double, _ pool: ThreadPool) throws {
    let data = try dataset(rows.x, rows.y, rows.weights, .regression)
    guard !smoothing.isNaN, smoothing < .infinity else { throw Failure.usage("smoothing is not a number") }
    let kind: Smoothing = smoothing < 0 ? .auto : smoothing == 0 ? .none : .fixed(smoothing)
    _ = try change { try $0.fitLastLayer(on: data, smoothing: kind, pool: pool) }
  }

  private func dataset(
    _ x: swiftkan_array, _ y: swiftkan_array, _ weights: swiftkan_array?, _ task: LearningTask
  ) throws -> Dataset<Element> {
    try x.check("x", columns: network.inputs)
    guard x.rows > 0 else { throw Failure.data("there are no rows") }
    let targets: Targets<Element>
    switch task {
    case .regression:
      try y.check("y", rows: Int(x.rows), columns: network.outputs)
      targets = .values(y.matrix(Element.self))
    case .classification:
      try y.check("y", rows: Int(x.rows), columns: 1)
      let labels = y.matrix(Double.self).elements
      guard labels.allSatisfy({ $0 >= 0 && $0 < Double(network.outputs) && $0 == $0.rounded() }) else {
        throw Failure.data("a class is none of 0 to \(network.outputs - 1)")
      }
      targets = .classes(labels.map { Int32($0) }, count: network.outputs)
    }
    try weights?.check("weights", rows: Int(x.rows), columns: 1)
    let own = weights?.matrix(Element.self).elements
    if let own, !own.allSatisfy({ $0 >= 0 && $0.isFinite }) || own.allSatisfy({ $0 == 0 }) {
      throw Failure.data("weights have to be numbers from 0 on, not all of them 0")
    }
    return Dataset(inputs: x.matrix(Element.self), targets: targets, weights: own)
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_train(
  _ model: OpaquePointer?, _ x: UnsafePointer<swiftkan_array>?, _ y: UnsafePointer<swiftkan_array>?,
  _ weights: UnsafePointer<swiftkan_array>?, _ validationX: UnsafePointer<swiftkan_array>?,
  _ validationY: UnsafePointer<swiftkan_array>?, _ options: UnsafePointer<CChar>?, _ report: swiftkan_report?,
  _ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    var rows = TrainingArrays(x: try required(x, "x"), y: try required(y, "y"), weights: weights?.pointee)
    if let validationX, let validationY { rows.validation = (validationX.pointee, validationY.pointee) }
    let history = try ModelHandle.at(model).train(
      rows, decoded(options, TrainingSettings.self), Report(report, context))
    result?.pointee = copied(try json(history))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_train_table(
  _ model: OpaquePointer?, _ table: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ report: swiftkan_report?,
  _ context: UnsafeMutableRawPointer?, _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let history = try ModelHandle.at(model).train(
      TableBox.at(table).table, decoded(options, TrainingSettings.self), Report(report, context))
    result?.pointee = copied(try json(history))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_fit_last_layer(
  _ model: OpaquePointer?, _ x: UnsafePointer<swiftkan_array>?, _ y: UnsafePointer<swiftkan_array>?,
  _ weights: UnsafePointer<swiftkan_array>?, _ smoothing: Double, _ threads: Int64,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let rows = TrainingArrays(x: try required(x, "x"), y: try required(y, "y"), weights: weights?.pointee)
    try ModelHandle.at(model).fitLastLayer(rows, smoothing, Pools.pool(threads))
  }
}
