extension Warnings {
  /// Targets that are the same in all rows that count, or classes of which there is only one.
  public static func constantTargets<Element: Scalar>(in data: Dataset<Element>) -> String? {
    func counts(_ row: Int) -> Bool { data.weights.map { $0[row] > 0 } ?? true }
    switch data.targets {
    case .classes(let labels, let count):
      var (seen, isOne): (Int32?, Bool) = (nil, true)
      for (row, label) in labels.enumerated() where counts(row) {
        if let seen, seen != label { isOne = false }
        seen = label
      }
      guard isOne, let seen else { return nil }
      let names = data.names.classes
      return sentence(
        "all rows are of class \"\(names.count == count ? names[Int(seen)] : "\(seen)")\", so there is nothing to tell apart"
      )
    case .values(let values):
      var (lowest, highest) = (
        [Element](repeating: .infinity, count: values.columns), [Element](repeating: -.infinity, count: values.columns)
      )
      for row in 0..<values.rows where counts(row) {
        for column in 0..<values.columns {
          lowest[column] = min(lowest[column], values[row, column])
          highest[column] = max(highest[column], values[row, column])
        }
      }
      let constant = (0..<values.columns).filter { lowest[$0] == highest[$0] }
      if constant.isEmpty { return nil }
      let names = constant.map { "\"\(data.names.target($0, of: values.columns))\"" }
      let (is_, what) = constant.count == 1 ? ("target", "is \(lowest[constant[0]])") : ("targets", "are the same")
      return sentence(
        "the \(is_) \(names.prefix(3).joined(separator: ", "))\(names.count > 3 ? " and others" : "") \(what) in all rows, "
          + "so there is nothing to explain and r² is not defined")
    }
  }

  /// The objective that numeric targets look made for, where none was asked for; see ``Dataset/suggestedObjective()``.
  public static func objective<Element: Scalar>(in data: Dataset<Element>) -> String? {
    guard let suggested = data.suggestedObjective() else { return nil }
    return sentence(
      "\(suggested.reason), which the loss \"\(type(of: suggested.objective).name)\" is made for: the squares of errors "
        + "treat them as any other numbers")
  }

  /// Columns of which single precision loses digits that tell most rows apart.
  package static func precision(_ columns: [String]) -> String? {
    if columns.isEmpty { return nil }
    let (has, its) = columns.count == 1 ? ("has", "its") : ("have", "their")
    return sentence(
      "\(Self.columns(Array(columns.indices), columns)) \(has) a few rows so far from the others that single precision loses "
        + "more than a thousandth of what most of \(its) rows differ by: use double precision")
  }

  /// Classes of so few rows that a tenth of the data need not have one.
  ///
  /// - Parameter test: rows of the same classes that the network is judged by.
  public static func fewOfClass<Element: Scalar>(training: Dataset<Element>, test: Dataset<Element>?) -> String? {
    guard case .classes(let labels, let count) = training.targets else { return nil }
    var known = [Int](repeating: 0, count: count)
    for label in labels { known[Int(label)] += 1 }
    var tested = [Int](repeating: 0, count: count)
    if case .classes(let labels, count) = test?.targets { for label in labels { tested[Int(label)] += 1 } }
    let few = known.indices.filter { known[$0] + tested[$0] > 0 && known[$0] + tested[$0] < 10 }
    guard let first = few.first else { return nil }
    let names = training.names.classes
    let name = names.count == count ? names[first] : "\(first)"
    let others = few.count == 1 ? "" : few.count == 2 ? ", and so has 1 other" : ", and so have \(few.count - 1) others"
    let parts = test == nil ? "" : " (\(known[first]) to learn from, \(tested[first]) to test on)"
    let rows = known[first] + tested[first]
    return sentence(
      "class \"\(name)\" has only \(rows) row\(rows == 1 ? "" : "s")\(parts)\(others): what is said of it is chance")
  }

  /// Inputs whose distribution in the test differs from that in training.
  ///
  /// A column is named if its two-sample Kolmogorov-Smirnov distance is above a tenth and would be so large by chance once in
  /// a million tests (`D·√(n·m/(n + m)) > √(½·ln(2c/10⁻⁶))` for c columns; Smirnov 1948, Annals of Mathematical Statistics
  /// 19), or if more than a twentieth of the test's rows are outside the range of training, where two in n + 1 are
  /// expected. At most ``sampleRows`` evenly spaced rows of each are compared.
  public static func unlike<Element: Scalar>(training: Dataset<Element>, test: Dataset<Element>) -> String? {
    let columns = training.inputs.columns
    guard test.inputs.columns == columns, training.rows > 0, test.rows > 0 else { return nil }
    let level = Elementary.log(2 * Double(columns) / 1e-6) / 2
    var (shifted, outside): ([Int], [Int]) = ([], [])
    for column in 0..<columns {
      let known = sortedSample(training.inputs, column)
      let asked = sortedSample(test.inputs, column)
      let (n, m) = (Double(known.count), Double(asked.count))
      let beyond = Double(asked.count { $0 < known[0] || $0 > known[known.count - 1] }) / m
      // A single row as far beyond an end as the other end is before it decides what a test says.
      let (low, high) = (known[0], known[known.count - 1])
      let isFar =
        high > low && asked.contains { $0 > high && $0 - high > high - low || $0 < low && low - $0 > high - low }
      if beyond > max(0.05, 10 / (n + 1)) || isFar {
        outside.append(column)
      } else if case let distance = largestDistance(known, asked), distance > 0.1,
        distance * distance * n * m / (n + m) > level
      {
        shifted.append(column)
      }
    }
    if shifted.isEmpty && outside.isEmpty { return nil }
    let names = training.names.inputs
    var parts: [String] = []
    if !outside.isEmpty { parts.append("\(Self.columns(outside, names)) beyond the range of training") }
    if !shifted.isEmpty { parts.append("\(Self.columns(shifted, names)) distributed otherwise") }
    return sentence(
      "the test is unlike the training rows, with \(parts.joined(separator: " and ")), so what it says of new rows is doubtful"
    )
  }

  /// Rows of a sample.
  public static var sampleRows: Int { 10_000 }

  /// Evenly spaced rows of a column in ascending order, what is no number last.
  static func sortedSample<Element: Scalar>(_ x: Matrix<Element>, _ column: Int) -> [Element] {
    defer { withExtendedLifetime(x) {} }
    return KAN.sortedSample(x.view, column: column, most: sampleRows)
  }

  /// The largest distance of two empirical distribution functions, of sorted values.
  static func largestDistance<Element: Scalar>(_ a: [Element], _ b: [Element]) -> Double {
    var (i, j, largest) = (0, 0, 0.0)
    while i < a.count && j < b.count {
      let value = min(a[i], b[j])
      while i < a.count && a[i] == value { i += 1 }
      while j < b.count && b[j] == value { j += 1 }
      largest = max(largest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
    }
    return largest
  }
}
