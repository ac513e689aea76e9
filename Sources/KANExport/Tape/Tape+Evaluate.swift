import KANLinearAlgebra

extension Tape {
  /// The values of all steps for a number of one of the inputs side by side; true is 1.
  ///
  /// - Parameters:
  ///   - isDouble: whether the model's precision is double; other results are rounded to single precision.
  ///   - values: room for as many values as there are steps.
  func evaluate(_ x: Double, ofInput input: Int, isDouble: Bool, to values: inout [Double]) {
    for (place, step) in steps.enumerated() {
      let value: Double
      switch step {
      case .input: value = x
      case .constant(let number): value = number
      case .parameter(let numbers): value = numbers[input]
      case .element(let rows, let at):
        let row = rows[input]
        value = row[min(max(0, Int(values[at])), row.count - 1)]
      case .count(let rows, let at): value = Double(rows[input].count { $0 <= values[at] })
      case .waves(let amplitudes, let frequencies, let areCosines, let at):
        value = zip(amplitudes, frequencies).reduce(0) { sum, wave in
          let angle = wave.1 * values[at]
          return sum + wave.0 * (areCosines ? Elementary.cos(angle) : Elementary.sin(angle))
        }
      case .unary(let function, let at): value = function.value(at: values[at])
      case .binary(let operation, let a, let b): value = operation.value(values[a], values[b])
      case .multiplyAdd(let a, let b, let c):
        value = isDouble ? values[a] * values[b] + values[c] : values[c].addingProduct(values[a], values[b])
      case .select(let condition, let a, let b): value = values[condition] == 1 ? values[a] : values[b]
      }
      values[place] = kinds[place] == .real && !isDouble ? Double(Float(value)) : value
    }
  }
}

extension Tape.Unary {
  func value(at x: Double) -> Double {
    switch self {
    case .negate: -x
    case .magnitude: x.magnitude
    case .squareRoot: x.squareRoot()
    case .floor: x.rounded(.down)
    case .whole: x.rounded(.towardZero)
    case .exp, .exponential: Elementary.exp(x)
    case .log: Elementary.log(x)
    case .sin: Elementary.sin(x)
    case .cos: Elementary.cos(x)
    case .tan: Elementary.tan(x)
    case .tanh, .hyperbolicTangent: Elementary.tanh(x)
    case .asin: Elementary.asin(x)
    case .acos: Elementary.acos(x)
    case .atan: Elementary.atan(x)
    case .atanh: Elementary.atanh(x)
    case .sinh: Elementary.sinh(x)
    case .cosh: Elementary.cosh(x)
    case .erf: Elementary.erf(x)
    case .silu: x < -700 ? 0 : x / (1 + Elementary.exp(-x))
    case .sigmoid: 1 / (1 + Elementary.exp(-x))
    case .isNaN: x.isNaN ? 1 : 0
    case .toDouble, .toReal, .copy: x
    }
  }
}

extension Tape.Binary {
  fileprivate func value(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .less: a < b ? 1 : 0
    case .notAbove: a <= b ? 1 : 0
    case .and: a * b
    case .or: max(a, b)
    }
  }
}
