/// Names of input columns, target columns and classes.
public struct Names: Sendable, Equatable, Codable {
  /// One for each input column, or empty.
  public var inputs: [String] = []
  /// One for each target column, or empty; a classification has one.
  public var targets: [String] = []
  /// Empty unless the task is a classification.
  public var classes: [String] = []

  /// Names that nothing has been compared with yet: see ``check(inputs:outputs:task:)``.
  public init(inputs: [String] = [], targets: [String] = [], classes: [String] = []) {
    self.inputs = inputs
    self.targets = targets
    self.classes = classes
  }

  /// Checks that no list repeats a name and that each is empty or has one name per column or class. The target of a
  /// classification is a single column.
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

  /// These names, with empty lists filled from others.
  func filled(from other: Names) -> Names {
    Names(
      inputs: inputs.isEmpty ? other.inputs : inputs, targets: targets.isEmpty ? other.targets : targets,
      classes: classes.isEmpty ? other.classes : classes)
  }
}

/// Names that do not fit a network's columns or classes.
public enum NamesError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A list that is neither empty nor as long as there are columns or classes.
  case count(List, found: Int, expected: Int)
  /// A list with the same name twice.
  case repeated(List, name: String)

  /// Which of the three lists.
  public enum List: String, Sendable {
    /// ``Names/inputs``
    case inputs
    /// ``Names/targets``
    case targets
    /// ``Names/classes``
    case classes
  }

  public var description: String {
    switch self {
    case .count(let list, let found, let expected): "\(found) names of \(list), not \(expected)"
    case .repeated(let list, let name): "two \(list) have the name \"\(name)\""
    }
  }
}
