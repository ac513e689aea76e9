// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import KAN
import KANFiles

/// The options of `swiftkan_fit`; defaults are those of `kan train`.
struct FitSettings: Decodable {
  var targets: [String]?
  var inputs: [String]?
  var ignored: [String]?
  var categorical: [String]?
  var weights: String?
  var task: LearningTask?
  var holdout: Double?
  /// That of the tool, or `additive`.
  var effort: String?
  var grid: Int?
  var knots: String?
  var seed: UInt64?
  var starts: Int?
  var loss: String?
  var quantile: Double?
  var delta: Double?
  var classWeight: String?
  var monotone: [String: Int]?
  var precision: String?
  var threads: Int64?

  var columns: TableColumns {
    TableColumns(
      targets: targets ?? [], inputs: inputs, ignored: ignored ?? [], categorical: categorical ?? [], weights: weights,
      task: task)
  }

  /// Straight lines and additive splines alone.
  var isAdditive: Bool { effort == "additive" }

  func automatic() throws -> AutomaticOptions {
    if let grid, !(1...100_000).contains(grid) { throw Failure.usage("grid has to be 1 to 100000") }
    if let starts, !(1...1000).contains(starts) { throw Failure.usage("starts has to be 1 to 1000") }
    if let knots, !["data", "even"].contains(knots) { throw Failure.usage("knots are \"data\" or \"even\"") }
    guard let level = isAdditive ? .fast : Effort(rawValue: effort ?? "fast") else {
      throw Failure.usage("effort \"\(effort ?? "")\" is none of additive, fast and best")
    }
    var options = AutomaticOptions(
      effort: level, intervals: grid, hasEvenKnots: knots == "even", seed: seed ?? 0)
    options.starts = starts
    for (name, direction) in monotone ?? [:] {
      guard let monotonicity = Monotonicity(rawValue: direction > 0 ? "+" : "-"), direction != 0 else {
        throw Failure.usage("a direction of monotone is 1 or -1")
      }
      options.monotone[name] = monotonicity
    }
    return options
  }
}

/// The objective of a loss by its name.
func objective(_ loss: String?, quantile: Double?, delta: Double?) throws -> (any Objective)? {
  guard let loss else { return nil }
  var settings = loss == HuberLoss.name ? HuberLoss().settings : [:]
  settings["quantile"] = quantile
  if let delta { settings["delta"] = delta }
  do {
    return try makeObjective(ObjectiveDescription(name: loss, settings: settings))
  } catch {
    throw Failure.usage("loss: \(error)")
  }
}

/// What was chosen, and why.
struct FitResult: Encodable {
  struct Member: Encodable {
    var name: String
    var weight, loss: Double
    var networks, hidden: Int
  }
  var members: [Member]
  var loss: Double
  var folds: Int
  var why: String
  var seconds: Double
  var epochs: Int
  var rows: Int
  var isInterrupted: Bool
  var notes: [String]
  /// At most seven sentences; columns left out are among the notes.
  var warnings: [String]
}

/// Trains as `kan train` does on a table that a file holds.
private func fit<Element: Scalar>(
  _ table: Table, _ settings: FitSettings, _ report: Report, _: Element.Type
) throws -> (Model<Element>, FitResult) {
  let pool = try Pools.pool(settings.threads ?? 0)
  let objective = try objective(settings.loss, quantile: settings.quantile, delta: settings.delta)
  var columns = settings.columns
  columns.task = columns.task ?? objective?.targetDomain.task
  let encoding = try TableEncoding(table, columns: columns)
  let encoded: EncodedTable<Element> = try encoding.encode(table, pool: pool)
  var data = encoded.data
  try objective?.check(data.targets)
  let holdout = settings.holdout ?? 0.2
  guard holdout >= 0, holdout < 1 else { throw Failure.usage("holdout has to be from 0 to below 1") }
  var heldOut: Dataset<Element>?
  if holdout > 0, let parts = data.holdingOut(holdout, seed: settings.seed ?? 0) {
    (data, heldOut) = (parts.training, parts.test)
  }
  if data.meanWeight == 0 { throw Failure.data("the weights of all rows are 0") }
  switch settings.classWeight {
  case nil, "none": break
  case "balanced":
    guard data.targets.task == .classification else { throw Failure.usage("class_weight is for classes") }
    data = data.balancingClasses()
  case let other?: throw Failure.usage("class_weight \"\(other)\" is not known")
  }
  let parts = settings.isAdditive ? report.beforeNetworks() : (report: report.automatic, wasStopped: { nil })
  var fit = try Network<Element>.fit(
    data, encoding, options: settings.automatic(), objective: objective, pool: pool, progress: parts.report)
  if let wasStopped = parts.wasStopped() { fit.isInterrupted = wasStopped }
  var notes = encoding.notes
  if let heldOut, heldOut.meanWeight > 0 {
    do {
      try fit.network.calibrateIntervals(training: data, heldOut: heldOut, pool: pool)
    } catch .notForObjective {
    } catch {
      notes.append("predictions have no intervals: \(error)")
    }
  }
  let result = FitResult(
    members: fit.members.map {
      .init(name: $0.name, weight: $0.weight, loss: $0.loss, networks: $0.networks, hidden: $0.hidden)
    }, loss: fit.loss, folds: fit.folds, why: fit.description, seconds: fit.seconds, epochs: fit.epochs, rows: fit.rows,
    isInterrupted: fit.isInterrupted, notes: notes, warnings: fit.warnings.texts)
  return (Model(fit.network), result)
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_fit(
  _ table: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ report: swiftkan_report?,
  _ context: UnsafeMutableRawPointer?, _ model: UnsafeMutablePointer<OpaquePointer?>?,
  _ result: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let table = try TableBox.at(table).table
    // Before the training rather than after it.
    guard model != nil else { throw Failure.usage("there is no place for the model") }
    let settings = try decoded(options, FitSettings.self)
    let report = Report(report, context)
    switch settings.precision ?? "float" {
    case "float":
      let (made, chosen) = try fit(table, settings, report, Float.self)
      try give(made, model)
      result?.pointee = copied(try json(chosen))
    case "double":
      let (made, chosen) = try fit(table, settings, report, Double.self)
      try give(made, model)
      result?.pointee = copied(try json(chosen))
    case let other: throw Failure.usage("precision \"\(other)\" is neither \"float\" nor \"double\"")
    }
  }
}
