/// Names that came with the data.
public struct Names: Sendable, Equatable, Codable {
  public var inputs: [String] = []
  public var targets: [String] = []
  /// Empty unless the task is a classification.
  public var classes: [String] = []

  public init(inputs: [String] = [], targets: [String] = [], classes: [String] = []) {
    self.inputs = inputs
    self.targets = targets
    self.classes = classes
  }

  /// Checks that no list has a name twice, and that each is empty or has a name for each column or class; the target
  /// of a classification is a single column.
  ///
  /// - Throws: ``NamesError`` for the first list that does not fit.
  public func check(inputs inputCount: Int, outputs: Int, task: LearningTask) throws(NamesError) {
    let lists: [(NamesError.List, [String], count: Int)] = [
      (.inputs, inputs, inputCount), (.targets, targets, task == .regression ? outputs : 1),
      (.classes, classes, outputs),
    ]
    for (list, names, count) in lists {
      var seen: Set<String> = []
      if let twice = names.first(where: { !seen.insert($0).inserted }) { throw .repeated(list, name: twice) }
      if !names.isEmpty && names.count != count { throw .count(list, found: names.count, expected: count) }
    }
  }

  /// These names, and the others' where these have none.
  func filled(from other: Names) -> Names {
    Names(
      inputs: inputs.isEmpty ? other.inputs : inputs, targets: targets.isEmpty ? other.targets : targets,
      classes: classes.isEmpty ? other.classes : classes)
  }
}

/// Names that do not belong to a network's columns or classes.
public enum NamesError: Error, Sendable, Equatable, CustomStringConvertible {
  case count(List, found: Int, expected: Int)
  case repeated(List, name: String)

  public enum List: String, Sendable { case inputs, targets, classes }

  public var description: String {
    switch self {
    case .count(let list, let found, let expected): "\(found) names of \(list), not \(expected)"
    case .repeated(let list, let name): "two \(list) have the name \"\(name)\""
    }
  }
}
