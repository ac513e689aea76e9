import CKANKernels
import Testing

/// Every kernel of every instruction set that this machine has, against plain loops in double precision.
@Suite struct InstructionSetTests {
  static let sets = [KAN_BASELINE, KAN_X86_64_V3, KAN_X86_64_V4].filter { kan_kernels_for_f($0) != nil }

  @Test func bestIsThere() {
    #expect(kan_kernels_for_f(kan_best_instruction_set()) != nil)
    #expect(kan_kernels_for_d(kan_best_instruction_set()) != nil)
  }

  /// A layer of splines, with Φ of the baseline, which other tests hold against scipy.
  private struct Case {
    let (rows, inputs, outputs, intervals, degree): (Int, Int, Int, Int, Int)
    let outside, base: Int32
    var functions: Int { intervals + degree + (base == 0 ? 0 : 1) }

    init(_ number: Int) {
      rows = [1, 3, 4, 17, 64, 12, 530][number % 7]
      inputs = [1, 5, 8, 11][number % 4]
      outputs = [1, 2, 7, 8, 16, 19, 33, 64, 129][number % 9]
      intervals = [1, 5, 30, 300][number % 4]
      degree = 1 + number % 5
      outside = Int32(number % 3)
      base = Int32(number / 3 % 3)
    }
  }

  /// The last one has few rows, all of one cell, and columns that fill no vector.
  @Test(arguments: sets, Array(0..<45) + [236])
  func single(set: kan_instruction_set, number: Int) {
    let kernels = kan_kernels_for_f(set).pointee
    let plain = kan_kernels_for_f(KAN_BASELINE).pointee
    let shape = Case(number)
    var numbers = Numbers(seed: UInt64(number))
    let count = Int32(shape.intervals)
    let lower = (0..<shape.inputs).map { -1 - Float($0) / 16 }
    let upper = (0..<shape.inputs).map { 1 + Float($0) / 32 }
    let inverse = zip(lower, upper).map { Float(count) / ($1 - $0) }
    let knots = zip(lower, inverse).flatMap { a, scale in
      (-shape.degree...shape.intervals + shape.degree).map { a + Float($0) / scale }
    }
    // Where no point lies outside, kernels take a shorter way.
    let x = numbers.floats(shape.rows * shape.inputs, number.isMultiple(of: 2) ? 1.3 : 0.9)
    let weights = numbers.floats(shape.inputs * shape.functions * shape.outputs, 1)
    let dz = numbers.floats(shape.rows * shape.outputs, 1)
    lower.withUnsafeBufferPointer { lower in
      upper.withUnsafeBufferPointer { upper in
        inverse.withUnsafeBufferPointer { inverse in
          knots.withUnsafeBufferPointer { knots in
            var spline = kan_spline_f(
              inputs: Int32(shape.inputs), intervals: count, degree: Int32(shape.degree),
              functions: Int32(shape.functions), outside: shape.outside, base: shape.base, uniform: 1,
              lower: lower.baseAddress, upper: upper.baseAddress, inverse_step: inverse.baseAddress,
              knots: knots.baseAddress)
            check(&spline, shape, kernels, plain, x, weights, dz)
          }
        }
      }
    }
  }

  private func check(
    _ spline: inout kan_spline_f, _ shape: Case, _ kernels: kan_kernels_f, _ plain: kan_kernels_f, _ x: [Float],
    _ weights: [Float], _ dz: [Float]
  ) {
    let (rows, inputs, outputs, functions) = (shape.rows, shape.inputs, shape.outputs, shape.functions)
    let width = inputs * functions
    func tile(_ write: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
      [Float](unsafeUninitializedCapacity: rows * width) { buffer, count in
        write(buffer.baseAddress!)
        count = rows * width
      }
    }
    let (wide, deep, stride) = (Int64(inputs), Int64(rows), Int64(width))
    let values = tile { plain.spline_values(&spline, 0, wide, deep, x, wide, $0, stride) }
    let slopes = tile { plain.spline_derivatives(&spline, 0, wide, deep, x, wide, $0, stride) }
    #expect(distance(tile { kernels.spline_values(&spline, 0, wide, deep, x, wide, $0, stride) }, values) < 1e-5)
    #expect(distance(tile { kernels.spline_derivatives(&spline, 0, wide, deep, x, wide, $0, stride) }, slopes) < 1e-5)

    let bias = (0..<outputs).map { Float($0 % 5) - 2 }
    // Z = b + Φ·W, dW = 1 + Φᵀ·dZ, dX = Σₖ (dZ·Wᵀ)·f′ₖ
    var z = (0..<rows * outputs).map { Double(bias[$0 % outputs]) }
    var dWeights = [Double](repeating: 1, count: width * outputs)
    var dx = [Double](repeating: 0, count: rows * inputs)
    for row in 0..<rows {
      for j in 0..<width where values[row * width + j] != 0 || slopes[row * width + j] != 0 {
        var sum = 0.0
        for output in 0..<outputs {
          let (error, weight) = (Double(dz[row * outputs + output]), Double(weights[j * outputs + output]))
          z[row * outputs + output] += Double(values[row * width + j]) * weight
          dWeights[j * outputs + output] += Double(values[row * width + j]) * error
          sum += error * weight
        }
        dx[row * inputs + j / functions] += sum * Double(slopes[row * width + j])
      }
    }
    var localZ = [Float](repeating: .nan, count: rows * outputs)
    kernels.local_forward(&spline, deep, Int64(outputs), Int64(outputs), x, wide, weights, bias, &localZ)
    #expect(distance(localZ, z) < 1e-5)

    var scratch = [Float](repeating: .nan, count: Int(kernels.local_scratch(deep)))
    // dW from dZ itself, and from panels where they are wanted, whose last columns are to be written too.
    let panelWidth = kernels.local_panel_width(&spline, deep, Int64(outputs))
    let panelStride = deep * panelWidth
    var panels = [Float](repeating: .nan, count: rows * (outputs + Int(panelWidth)))
    if panelWidth > 0 { kernels.local_panels(deep, Int64(outputs), dz, &panels, panelStride) }
    for (wantsInputs, hasPanels) in [(true, false), (false, false), (true, true), (false, true)] {
      if hasPanels && panelWidth == 0 { continue }
      var localWeights = [Float](repeating: 1, count: width * outputs)
      var localInputs = [Float](repeating: .nan, count: rows * inputs)
      localInputs.withUnsafeMutableBufferPointer { dx in
        panels.withUnsafeBufferPointer { panels in
          kernels.local_backward(
            &spline, 0, wide, deep, Int64(outputs), x, wide, weights, dz, hasPanels ? panels.baseAddress : nil,
            panelStride, &localWeights, wantsInputs ? dx.baseAddress : nil, wide, &scratch)
        }
      }
      #expect(distance(localWeights, dWeights) < 1e-5)
      if wantsInputs { #expect(distance(localInputs, dx) < 1e-5) }
    }
    var pulled = [Float](repeating: .nan, count: rows * inputs)
    let dValues = tile { buffer in for index in 0..<rows * width { buffer[index] = Float(index % 5) - 2 } }
    kernels.spline_pull_back(&spline, 0, wide, deep, x, wide, dValues, stride, &pulled, wide)
    let expected = (0..<rows * inputs).map { edge in
      (edge * functions..<(edge + 1) * functions).reduce(0) { $0 + Double(dValues[$1]) * Double(slopes[$1]) }
    }
    #expect(distance(pulled, expected) < 1e-5)
  }

  /// Kernels that run over elements, against those of the baseline, which other tests hold against the C library.
  @Test(arguments: sets)
  func elementwise(set: kan_instruction_set) {
    let kernels = kan_kernels_for_d(set).pointee
    let plain = kan_kernels_for_d(KAN_BASELINE).pointee
    var numbers = Numbers(seed: 1)
    for count in [1, 7, 64, 1001] {
      let a = numbers.floats(count, 3).map(Double.init)
      let b = numbers.floats(count, 3).map(Double.init)
      func both(_ body: (kan_kernels_d, inout [Double]) -> Void) {
        var (one, other) = (a, a)
        body(kernels, &one)
        body(plain, &other)
        #expect(distance(one, other) < 1e-14)
      }
      let n = Int64(count)
      both { $0.exponentials(n, &$1) }
      both { $0.softmax(1, n, &$1) }
      for activation in 0..<Int32(5) {
        both { $0.activation_values(activation, n, b, &$1) }
        both { $0.activation_pull_back(activation, n, b, &$1) }
      }
      both { $0.broadcast_row(1, n, b, &$1) }
      both { $0.column_sums(1, n, b, &$1) }
      both { $0.scale_columns(1, n, b, a, b, &$1) }
      both { $1[0] = $0.squared_error(n, a, b, 0.5, &$1) }
      both { $1[0] = $0.cross_entropy(1, n, b, [0], 0.5, &$1) }
      both { kernels, values in
        var velocity = b
        kernels.sgd(n, &values, b, &velocity, 0.1, 0.9, 0.01)
      }
      both { kernels, values in
        var (mean, variance) = (b, b.map { $0 * $0 })
        kernels.adamw(n, &values, b, &mean, &variance, 0.1, 0.9, 0.1, 0.999, 0.001, 1.5, 1e-8, 0.01)
      }
      both { $1[0] = $0.inner_product(n, a, b) }
      both { $0.add_scaled(n, a, 0.3, b, &$1) }
      #expect(kernels.first_non_finite(n, a) == -1)
      var broken = a
      broken[count - 1] = .infinity
      #expect(kernels.first_non_finite(n, broken) == n - 1)
    }
  }
}

/// The largest distance, relative to the largest number where that is above 1; infinite where one is NaN.
private func distance(_ a: [some BinaryFloatingPoint], _ b: [some BinaryFloatingPoint]) -> Double {
  let largest = b.reduce(1.0) { max($0, abs(Double($1))) }
  return zip(a, b).reduce(0) { sofar, pair in
    let distance = abs(Double(pair.0) - Double(pair.1)) / largest
    return distance <= sofar ? sofar : distance.isNaN ? .infinity : distance
  }
}

/// Numbers between -limit and limit, by a linear congruence.
private struct Numbers {
  private var state: UInt64
  init(seed: UInt64) { state = 2 * seed + 1 }

  mutating func floats(_ count: Int, _ limit: Float) -> [Float] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return limit * (Float(state >> 40) / Float(1 << 23) - 1)
    }
  }
}
