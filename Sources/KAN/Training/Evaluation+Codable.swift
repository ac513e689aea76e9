// As JSON: the metrics that apply to the objective, null if undefined or not finite; `targets` maps each target's name
// to an object of metrics.

extension Evaluation: Codable {
  private enum Key: String, CodingKey {
    case samples, loss, rmse, r2, pearson, accuracy, coverage, targets
    case logLoss, auc, f1, balancedAccuracy, confusion, classes, reliability
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    samples = try values.decode(Int.self, forKey: .samples)
    loss = try values.decodeIfPresent(Double.self, forKey: .loss) ?? .nan
    let metrics = try Target(from: decoder, name: "")
    (rmse, r2, pearson, accuracy, coverage) = (
      metrics.rmse, metrics.r2, metrics.pearson, metrics.accuracy, metrics.coverage
    )
    func number(_ key: Key) throws -> Double? {
      values.contains(key) ? try values.decodeIfPresent(Double.self, forKey: key) ?? .nan : nil
    }
    logLoss = try number(.logLoss)
    auc = try values.decodeIfPresent(Double.self, forKey: .auc)
    f1 = try number(.f1)
    balancedAccuracy = try number(.balancedAccuracy)
    confusion = try values.decodeIfPresent([[Double]].self, forKey: .confusion)
    classes = try values.decodeIfPresent([ClassMetrics].self, forKey: .classes)
    reliability = try values.decodeIfPresent(Reliability.self, forKey: .reliability)
    guard values.contains(.targets) else { return }
    let byName = try values.nestedContainer(keyedBy: NameKey.self, forKey: .targets)
    targets = try byName.allKeys.sorted { $0.stringValue < $1.stringValue }.map { key in
      try Target(from: byName.superDecoder(forKey: key), name: key.stringValue)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(samples, forKey: .samples)
    try values.encode(finite(loss), forKey: .loss)
    try overall.encodeMetrics(to: encoder)
    if let logLoss {
      try values.encode(finite(logLoss), forKey: .logLoss)
      try values.encode(finite(auc), forKey: .auc)
    }
    if let f1 { try values.encode(finite(f1), forKey: .f1) }
    if let balancedAccuracy { try values.encode(finite(balancedAccuracy), forKey: .balancedAccuracy) }
    try values.encodeIfPresent(confusion, forKey: .confusion)
    try values.encodeIfPresent(classes, forKey: .classes)
    try values.encodeIfPresent(reliability, forKey: .reliability)
    guard let targets else { return }
    var byName = values.nestedContainer(keyedBy: NameKey.self, forKey: .targets)
    for target in targets { try target.encodeMetrics(to: byName.superEncoder(forKey: NameKey(target.name))) }
  }

  private struct NameKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
  }
}

extension Evaluation.Target {
  private enum Key: String, CodingKey { case rmse, r2, pearson, accuracy, coverage }

  fileprivate init(from decoder: any Decoder, name: String) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func number(_ key: Key) throws -> Double? {
      values.contains(key) ? try values.decodeIfPresent(Double.self, forKey: key) ?? .nan : nil
    }
    self.init(
      name: name, rmse: try number(.rmse), r2: try values.decodeIfPresent(Double.self, forKey: .r2),
      pearson: try values.decodeIfPresent(Double.self, forKey: .pearson), accuracy: try number(.accuracy),
      coverage: try number(.coverage))
  }

  /// Regressions include r2 and pearson even if nil.
  fileprivate func encodeMetrics(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    if let rmse {
      try values.encode(finite(rmse), forKey: .rmse)
      try values.encode(finite(r2), forKey: .r2)
      try values.encode(finite(pearson), forKey: .pearson)
    }
    if let accuracy { try values.encode(finite(accuracy), forKey: .accuracy) }
    if let coverage { try values.encode(finite(coverage), forKey: .coverage) }
  }
}

private func finite(_ value: Double?) -> Double? { value.flatMap { $0.isFinite ? $0 : nil } }
