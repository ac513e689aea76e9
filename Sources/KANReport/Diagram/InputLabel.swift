import KAN

/// What an input of the network is called, and what its numbers are to a reader of the table.
package struct InputLabel: Sendable, Equatable {
  /// Of the input: a column, or what is made of one, such as `city=Oslo`, `age missing`, `sold weekday`.
  package var name: String
  var kind: Kind

  enum Kind: Sendable, Equatable {
    /// x = value/scale + shift
    case number(shift: Double, scale: Double)
    /// x = center + unit·sinh(value), on an axis of values.
    case magnitude(center: Double, unit: Double)
    /// Names of the codes.
    case categories([String])
    /// 0 and 1, by these names.
    case flag(no: String, yes: String)
  }

  /// The inputs of a network, from its table's columns where it has them.
  package static func inputs<Element: Scalar>(of network: Network<Element>) -> [InputLabel] {
    if let encoding = network.encoding { return encoding.inputs.map { InputLabel($0) } }
    let names = network.names.inputs
    return (0..<network.inputs).map {
      InputLabel(name: names.count == network.inputs ? names[$0] : "x\($0)", kind: .number(shift: 0, scale: 1))
    }
  }

  private init(name: String, kind: Kind) { (self.name, self.kind) = (name, kind) }

  private init(_ input: TableEncoding.Input) {
    name = input.name
    kind =
      switch input.kind {
      case .number(let shift, let scale, _): .number(shift: shift, scale: scale)
      case .magnitude(let center, let unit, _): .magnitude(center: center, unit: unit)
      case .gap: .flag(no: "there", yes: "missing")
      case .flag: .flag(no: "no", yes: "yes")
      case .level: .flag(no: "other", yes: "this")
      case .levels(let levels, let gap):
        // Code 0 is every other text, and a gap too unless it has a code of its own.
        .categories(["other"] + levels + (gap > 0 ? ["missing"] : []))
      case .time: .number(shift: 0, scale: 1)
      }
  }

  /// The number to show for the network's input.
  func shown(_ value: Double) -> Double {
    if case .number(let shift, let scale) = kind { value / scale + shift } else { value }
  }

  /// Whether numbers are codes with names.
  var isCategorical: Bool {
    switch kind {
    case .categories, .flag: true
    case .number, .magnitude: false
    }
  }

  /// What slopes by the network's input are multiplied by.
  var slopeFactor: Double {
    if case .number(_, let scale) = kind { scale } else { 1 }
  }

  /// Ticks for an axis from `low` to `high` of shown numbers, if round ones would say nothing.
  func ticks(from low: Double, to high: Double) -> [(value: Double, label: String)]? {
    switch kind {
    case .number: return nil
    case .flag(let no, let yes): return [(0, no), (1, yes)]
    case .categories(let names):
      // Of many names those that have room.
      let step = max(1, names.count / 8)
      return names.indices.filter { $0 % step == 0 }.map { (Double($0), shortened(names[$0], to: 9)) }
    case .magnitude(let center, let unit):
      // asinh(x) = log(x + √(x² + 1)); powers of ten on both sides of 0, far enough apart.
      func place(_ x: Double) -> Double {
        let z = (x - center) / unit
        return (z < 0 ? -1 : 1) * Elementary.log(abs(z) + (z * z + 1).squareRoot())
      }
      let powers = (-12...15).map { Elementary.pow(10, Double($0)) }
      let candidates = (powers.map { -$0 }.reversed() + [0] + powers).map { (value: place($0), x: $0) }
      var ticks: [(value: Double, label: String)] = []
      for candidate in candidates where candidate.value >= low && candidate.value <= high {
        if let last = ticks.last, candidate.value - last.value < (high - low) / 7 { continue }
        ticks.append((candidate.value, candidate.x.text(digits: 1)))
      }
      return ticks
    }
  }

  /// The name of a category's code, or a number in short.
  func text(_ shown: Double) -> String {
    switch kind {
    case .categories(let names) where names.indices.contains(Int(shown)): names[Int(shown)]
    case .flag(let no, let yes): shown > 0.5 ? yes : no
    case .magnitude(let center, let unit):
      (center + unit * (Elementary.exp(shown) - Elementary.exp(-shown)) / 2).text(digits: 3)
    case .number, .categories: shown.text(digits: 3)
    }
  }
}
