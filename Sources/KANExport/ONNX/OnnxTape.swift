import KANLinearAlgebra

extension OnnxGraph {
  /// Nodes that compute the steps of a tape from x: [N × width]. Returns the tensor of each value.
  ///
  /// - Parameter real: the model's precision.
  mutating func write(
    _ tape: Tape, of x: Tensor, needing needed: [Tape.Value], real: ElementType
  ) -> [Tensor] {
    var tensors = [Tensor](repeating: "", count: tape.steps.count)
    let isNeeded = tape.steps(neededFor: needed)
    for (place, step) in tape.steps.enumerated() where isNeeded[place] {
      let type = tape.kinds[place] == .real ? real : .double
      switch step {
      case .input: tensors[place] = x
      case .constant(let value): tensors[place] = constant(value, type)
      case .parameter(let values): tensors[place] = constant(values, [values.count], type)
      case .element(let rows, let at): tensors[place] = element(rows, tensors[at], type)
      case .count(let rows, let at): tensors[place] = count(rows, tensors[at], type)
      case .waves(let amplitudes, let frequencies, let areCosines, let at):
        tensors[place] = waves(amplitudes, frequencies, areCosines: areCosines, tensors[at])
      case .unary(let function, let at): tensors[place] = apply(function, tensors[at], type, real: real)
      case .binary(let operation, let a, let b):
        tensors[place] = node(operation.onnx, [tensors[a], tensors[b]])
      case .multiplyAdd(let a, let b, let c):
        tensors[place] = node("Add", [node("Mul", [tensors[a], tensors[b]]), tensors[c]])
      case .select(let condition, let a, let b):
        tensors[place] = node("Where", [tensors[condition], tensors[a], tensors[b]])
      }
    }
    return tensors
  }

  mutating func cast(_ x: Tensor, to type: ElementType) -> Tensor {
    node("Cast", [x], [("to", .integer(type.rawValue))])
  }

  mutating func unsqueezed(_ x: Tensor) -> Tensor { node("Unsqueeze", [x, integers([-1])]) }

  /// Rows lie one behind another, and each input's begins where it does.
  private mutating func element(_ rows: [[Double]], _ at: Tensor, _ type: ElementType) -> Tensor {
    let place = cast(at, to: .int64)
    let starts = integers((0..<rows.count).map { $0 * rows[0].count })
    let flat = constant(rows.flatMap { $0 }, [rows.count * rows[0].count], type)
    return node("Gather", [flat, node("Add", [place, starts])])
  }

  private mutating func count(_ rows: [[Double]], _ at: Tensor, _ type: ElementType) -> Tensor {
    let knots = constant(rows.flatMap { $0 }, [rows.count, rows[0].count], type)
    let notAbove = cast(node("LessOrEqual", [knots, unsqueezed(at)]), to: type)
    return node("ReduceSum", [notAbove, integers([-1])], [("keepdims", .integer(0))])
  }

  private mutating func waves(
    _ amplitudes: [Double], _ frequencies: [Double], areCosines: Bool, _ at: Tensor
  ) -> Tensor {
    let angles = node("Mul", [unsqueezed(at), constant(frequencies, [frequencies.count], .double)])
    return node(
      "MatMul", [node(areCosines ? "Cos" : "Sin", [angles]), constant(amplitudes, [amplitudes.count], .double)])
  }

  /// Where runtimes have a function in single precision alone, by those that they have in double precision.
  private mutating func apply(
    _ function: Tape.Unary, _ x: Tensor, _ type: ElementType, real: ElementType
  ) -> Tensor {
    func number(_ value: Double, _ graph: inout OnnxGraph) -> Tensor { graph.constant(value, type) }
    switch function {
    case .negate: return node("Neg", [x])
    case .magnitude: return node("Abs", [x])
    case .squareRoot: return node("Sqrt", [x])
    case .floor, .whole: return node("Floor", [x])
    case .exp, .exponential: return node("Exp", [x])
    case .log: return node("Log", [x])
    case .sin: return node("Sin", [x])
    case .cos: return node("Cos", [x])
    case .tan: return node("Div", [node("Sin", [x]), node("Cos", [x])])
    case .tanh, .hyperbolicTangent: return node("Tanh", [x])
    case .sigmoid: return node("Sigmoid", [x])
    case .silu: return node("Mul", [x, node("Sigmoid", [x])])
    case .isNaN: return node("IsNaN", [x])
    case .toDouble: return cast(x, to: .double)
    case .toReal: return cast(x, to: real)
    case .copy: return node("Identity", [x])
    case .sinh, .cosh:
      let (rising, falling) = (node("Exp", [x]), node("Exp", [node("Neg", [x])]))
      return node("Mul", [node(function == .sinh ? "Sub" : "Add", [rising, falling]), number(0.5, &self)])
    case .atanh:
      let above = node("Log", [node("Add", [number(1, &self), x])])
      let below = node("Log", [node("Sub", [number(1, &self), x])])
      return node("Mul", [node("Sub", [above, below]), number(0.5, &self)])
    case .atan: return arcTangent(x)
    case .asin: return arcSine(x)
    case .acos: return node("Sub", [number(.pi / 2, &self), arcSine(x)])
    case .erf: return errorFunction(x)
    }
  }

  private mutating func arcSine(_ x: Tensor) -> Tensor {
    let one = constant(1, .double)
    let product = node("Mul", [node("Sub", [one, x]), node("Add", [one, x])])
    return arcTangent(node("Div", [x, node("Sqrt", [product])]))
  }

  /// In single precision, and two steps of Newton's method for sin a = x·cos a, each of which doubles the digits; beyond
  /// 1 by π/2 - atan(1/x).
  private mutating func arcTangent(_ x: Tensor) -> Tensor {
    let one = constant(1, .double)
    let size = node("Abs", [x])
    let isLarge = node("Less", [one, size])
    let small = node("Where", [isLarge, node("Div", [one, size]), size])
    var angle = cast(node("Atan", [cast(small, to: .float)]), to: .double)
    for _ in 0..<2 {
      let (sine, cosine) = (node("Sin", [angle]), node("Cos", [angle]))
      let error = node("Sub", [sine, node("Mul", [small, cosine])])
      angle = node("Sub", [angle, node("Mul", [error, cosine])])
    }
    let whole = node("Where", [isLarge, node("Sub", [constant(.pi / 2, .double), angle]), angle])
    return node("Where", [node("Less", [x, constant(0, .double)]), node("Neg", [whole]), whole])
  }

  /// erf x = 2/π ∫ exp(-t²)·sin(2xt)/t dt from 0, by the midpoint rule, which is exact to rounding for |x| ≤ 6 with steps
  /// of π/12: the error is about erfc(π/h - 6). Beyond 6 the function is ±1.
  private mutating func errorFunction(_ x: Tensor) -> Tensor {
    let step = Double.pi / 12
    let points = (0..<24).map { (Double($0) + 0.5) * step }
    let amplitudes = points.map { 2 / .pi * step * Elementary.exp(-$0 * $0) / $0 }
    let most = constant(6, .double)
    let below = node("Where", [node("Less", [most, x]), most, x])
    let least = constant(-6, .double)
    let held = node("Where", [node("Less", [below, least]), least, below])
    return waves(amplitudes, points.map { 2 * $0 }, areCosines: false, held)
  }
}

extension Tape.Binary {
  fileprivate var onnx: String {
    switch self {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .less: "Less"
    case .notAbove: "LessOrEqual"
    case .and: "And"
    case .or: "Or"
    }
  }
}
