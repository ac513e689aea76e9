import CKANKernels
import Testing

/// Every kernel of every instruction set that this machine has, in both precisions, against the plain twins.
@Suite struct InstructionSetTests {
  static let sets = [KAN_BASELINE, KAN_X86_64_V3, KAN_X86_64_V4].filter { kan_kernels_for_f($0) != nil }

  @Test func bestIsThere() {
    #expect(kan_kernels_for_f(kan_best_instruction_set()) != nil)
    #expect(kan_kernels_for_d(kan_best_instruction_set()) != nil)
  }

  /// A layer of splines and how it is used.
  private struct Case<Real: KernelReal> {
    let rows, outputs: Int
    let layer: SplineLayer<Real>
    var shape: Shape {
      Shape(
        functions: layer.nonZero, fixed: layer.fixed, stored: layer.functions, cells: layer.intervals,
        sumsToOne: layer.outside != 0)
    }

    init(_ number: Int, _ numbers: inout Numbers) {
      rows = [1, 3, 4, 17, 64, 530, 12][number % 7]
      outputs = [1, 2, 3, 5, 7, 8, 10, 16, 19, 33, 64, 129][number % 12]
      let inputs = [1, 5, 8, 11][number % 4]
      let (intervals, degree) = ([1, 5, 30, 13, 300][number / 2 % 5], 1 + number / 3 % 5)
      let isUniform = !(number / 5).isMultiple(of: 3)
      let lower = (0..<inputs).map { -1 - Real($0) / 16 }
      let upper = (0..<inputs).map { 1 + Real($0) / 32 }
      let inverse = zip(lower, upper).map { Real(intervals) / ($1 - $0) }
      let knots = zip(lower, upper).flatMap { a, b in
        let step = (b - a) / Real(intervals)
        var inner = (0...intervals).map { a + Real($0) * step }
        if !isUniform {
          // Some of them twice or, where the grid is fine, as far as it goes.
          for j in 1..<max(intervals, 1) { inner[j] = j % 4 == 3 ? inner[j - 1] : inner[j] + step * numbers.next(0.4) }
        }
        inner[intervals] = b
        let ends = (1...degree).map { Real($0) * step }
        return ends.reversed().map { a - $0 } + inner + ends.map { b + $0 }
      }
      layer = SplineLayer(
        inputs: inputs, intervals: intervals, degree: degree, outside: Int32(number % 3), base: Int32(number / 3 % 3),
        isUniform: isUniform, lower: lower, upper: upper, inverseStep: inverse, knots: knots)
    }
  }

  static let numbers = Array(0..<84)

  @Test(arguments: sets, numbers)
  func evaluation(set: kan_instruction_set, number: Int) {
    checkEvaluation(set, number, Float.self)
    checkEvaluation(set, number, Double.self)
  }

  private func checkEvaluation<Real: KernelReal>(_ set: kan_instruction_set, _ number: Int, _: Real.Type) {
    var numbers = Numbers(seed: UInt64(number))
    let one = Case<Real>(number, &numbers)
    let layer = one.layer
    // Where no point lies outside, kernels take a shorter way.
    let x: [Real] = numbers.list(one.rows * layer.inputs, number.isMultiple(of: 2) ? 1.4 : 0.9)
    let (kernels, plain) = (Real.table(set), Real.table(nil))
    var expected = Evaluated<Real>(rows: one.rows, inputs: layer.inputs, functions: layer.nonZero)
    plain.evaluate(layer, 0, x, layer.inputs, 2, &expected)
    // A knot of an even grid is rounded, and so is a point's place among them.
    let tolerance = 16 * Double(Real.ulpOfOne) * Double(max(8, layer.intervals))
    var values: [Real] = []
    for order in 0...2 {
      let capacity = one.rows + (order == 1 ? 16 : 0)
      var found = Evaluated<Real>(
        rows: one.rows, inputs: layer.inputs, functions: layer.nonZero, capacity: capacity)
      kernels.evaluate(layer, 0, x, layer.inputs, order, &found)
      let pairs = [
        (found.values, expected.values), (found.slopes, expected.slopes), (found.seconds, expected.seconds),
      ]
      for (derivative, pair) in pairs.enumerated() {
        if derivative <= order {
          let difference = distance(
            dense(pair.0, found, layer.functions, layer.fixed), dense(pair.1, expected, layer.functions, layer.fixed))
          #expect(difference < tolerance, "order \(order), derivative \(derivative), \(Real.self), \(layer)")
        } else {
          #expect(isUntouched(pair.0), "derivative \(derivative) written at order \(order)")
        }
      }
      // Nothing behind the rows that may be written is, and values do not depend on what else is asked for.
      let behind = found.values.indices.filter { $0 % found.stride >= capacity }
      #expect(isUntouched(behind.flatMap { [found.values[$0], found.slopes[$0]] }))
      let cellsBehind = found.cells.indices.filter { $0 % found.stride >= capacity }.map { found.cells[$0] }
      #expect(cellsBehind.isEmpty || Set(cellsBehind) == [-7])
      let rows = found.values.indices.filter { $0 % found.stride < one.rows }.map { found.values[$0] }
      #expect(order == 0 || rows == values)
      values = rows
    }
    // The last row alone, inputs one behind another, has the same bits.
    let last = Array(x[((one.rows - 1) * layer.inputs)...])
    var cells = [Int32](repeating: -7, count: layer.inputs + 16)
    var row = [Real](repeating: .nan, count: layer.inputs * layer.nonZero + 16)
    kernels.evaluateRow(layer, last, &cells, &row)
    for input in 0..<layer.inputs {
      for r in 0..<layer.nonZero {
        #expect(row[r * layer.inputs + input] == values[(input * layer.nonZero + r) * one.rows + one.rows - 1])
      }
    }
    #expect(isUntouched(row[(layer.inputs * layer.nonZero)...]) && Set(cells[layer.inputs...]) == [-7])
  }

  @Test(arguments: sets, numbers)
  func contractions(set: kan_instruction_set, number: Int) {
    checkContractions(set, number, Float.self, tolerance: 1e-5)
    checkContractions(set, number, Double.self, tolerance: 1e-13)
  }

  private func checkContractions<Real: KernelReal>(
    _ set: kan_instruction_set, _ number: Int, _: Real.Type, tolerance: Double
  ) {
    var numbers = Numbers(seed: UInt64(number))
    let one = Case<Real>(number, &numbers)
    let (kernels, shape) = (Real.table(set), one.shape)
    let (rows, outputs) = (one.rows, one.outputs)
    // A block has 8 inputs at most.
    let inputs = min(one.layer.inputs, 8)
    let x: [Real] = numbers.list(rows * inputs, number.isMultiple(of: 2) ? 1.4 : 0.9)
    var evaluated = Evaluated<Real>(rows: rows, inputs: inputs, functions: shape.functions)
    Real.table(nil).evaluate(one.layer, 0, x, inputs, 1, &evaluated)
    let weights: [Real] = numbers.list(inputs * shape.stored * outputs, 1)
    let dz: [Real] = numbers.list(rows * outputs, 1)
    let bias: [Real] = numbers.list(outputs, 2)

    // The plain twins in double precision.
    let plain = Double.table(nil)
    var exact = Evaluated<Double>(rows: rows, inputs: inputs, functions: shape.functions)
    exact.cells = evaluated.cells
    exact.values = evaluated.values.map(Double.init)
    exact.slopes = evaluated.slopes.map(Double.init)
    let (wide, dzWide) = (weights.map(Double.init), dz.map(Double.init))
    var z = [Double](repeating: 0, count: rows * outputs)
    plain.forward(shape, exact, outputs, wide, outputs, bias.map(Double.init), 0, &z, outputs)
    var dw = [Double](repeating: 1, count: weights.count)
    var dx = [Double](repeating: 0, count: rows * inputs)
    plain.backward(shape, exact, outputs, dzWide, wide, &dw, &dx, false)

    // From the bias, into rows that stand apart; then once more from what is there, in two parts of the columns.
    let stride = outputs + 3
    var found = [Real](repeating: .nan, count: rows * stride + 16)
    kernels.forward(shape, evaluated, outputs, weights, outputs, bias, 0, &found, stride)
    #expect(distance(z, rowsOf(found, rows, outputs, stride)) < tolerance)
    let gaps = found.indices.filter { $0 % stride >= outputs || $0 >= rows * stride }
    #expect(isUntouched(gaps.map { found[$0] }))
    var twice = [Real](repeating: .nan, count: rows * outputs)
    kernels.forward(
      shape, evaluated, outputs, weights, outputs, rowsOf(found, rows, outputs, stride), outputs, &twice, outputs)
    let doubled = z.indices.map { 2 * z[$0] - Double(bias[$0 % outputs]) }
    #expect(distance(doubled, twice) < tolerance)
    // One row alone, with the same bits.
    let row = rows - 1
    let cells = (0..<inputs).map { evaluated.cells[$0 * evaluated.stride + row] }
    let values = (0..<shape.functions * inputs).map {
      evaluated.values[($0 % inputs * shape.functions + $0 / inputs) * evaluated.stride + row]
    }
    var single = [Real](repeating: .nan, count: outputs + 16)
    kernels.forwardRow(shape, cells, values, outputs, weights, outputs, bias, &single)
    #expect(Array(single[..<outputs]) == Array(found[(row * stride)..<(row * stride + outputs)]))
    #expect(isUntouched(single[outputs...]))

    for hasPanels in [false, true] {
      if hasPanels && kernels.panelWidth(shape, rows, outputs) == 0 { continue }
      var someWeights = [Real](repeating: 1, count: weights.count + 16)
      var someInputs = [Real](repeating: .nan, count: rows * inputs + 16)
      kernels.backward(shape, evaluated, outputs, dz, weights, &someWeights, &someInputs, hasPanels)
      #expect(distance(dw, someWeights) < tolerance, "dW, panels: \(hasPanels), \(Real.self), \(one)")
      #expect(distance(dx, someInputs) < tolerance, "dX, \(Real.self), \(one)")
      #expect(Set(someWeights[weights.count...]) == [1])
      #expect(isUntouched(someInputs[(rows * inputs)...]))
    }
  }

  /// [rows × inputs·K], with zeros.
  private func dense<Real: KernelReal>(
    _ numbers: [Real], _ evaluated: Evaluated<Real>, _ stored: Int, _ fixed: Int
  ) -> [Real] {
    var all = [Real](repeating: 0, count: evaluated.rows * evaluated.inputs * stored)
    for input in 0..<evaluated.inputs {
      for row in 0..<evaluated.rows {
        let cell = Int(evaluated.cells[input * evaluated.stride + row])
        for r in 0..<evaluated.functions {
          let place = r < evaluated.functions - fixed ? cell + r : stored - 1
          all[(row * evaluated.inputs + input) * stored + place] =
            numbers[(input * evaluated.functions + r) * evaluated.stride + row]
        }
      }
    }
    return all
  }

  private func rowsOf<Real>(_ z: [Real], _ rows: Int, _ columns: Int, _ stride: Int) -> [Real] {
    (0..<rows).flatMap { z[($0 * stride)..<($0 * stride + columns)] }
  }

  /// Kernels that run over elements, against those of the baseline, which other tests hold against the C library.
  @Test(arguments: sets)
  func elementwise(set: kan_instruction_set) {
    let kernels = kan_kernels_for_d(set).pointee
    let plain = kan_kernels_for_d(KAN_BASELINE).pointee
    var numbers = Numbers(seed: 1)
    for count in [1, 7, 64, 1001] {
      let a = numbers.list(count, 3.0)
      let b = numbers.list(count, 3.0)
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
      both { $0.smooth_steps(2, n / 2, 2, b, a, b, &$1) }
      #expect(kernels.first_non_finite(n, a) == -1)
      var broken = a
      broken[count - 1] = .infinity
      #expect(kernels.first_non_finite(n, broken) == n - 1)
    }
  }

  /// Products of sparse rows of J, of runs of every length with and without whole vectors, against the plain twin.
  @Test(arguments: sets)
  func outerProducts(set: kan_instruction_set) {
    let (kernels, plain) = (kan_kernels_for_d(set).pointee, kan_plain_kernels_d().pointee)
    var numbers = Numbers(seed: 2)
    for (lengths, common) in [([4, 8, 5], 7), ([1, 2, 3, 16], 0), ([37, 12], 18), ([9], 1)] {
      let rows = 11
      let places = lengths.indices.map { Int32(common + lengths[..<$0].reduce(0, +)) }
      let width = common + lengths.reduce(0, +)
      // Each run begins anywhere within its own 50 parameters.
      let parameters = 50 * lengths.count
      let starts = (0..<rows).flatMap { row in
        lengths.indices.map { Int32($0 * 50 + (row * 7 + $0) % (51 - lengths[$0])) }
      }
      let (values, residuals) = (numbers.list(rows * width, 1.0), numbers.list(rows, 1.0))
      func products(_ kernels: kan_kernels_d) -> [Double] {
        var h = [Double](repeating: 0.5, count: parameters * parameters)
        var side = [Double](repeating: 0.25, count: parameters * common)
        var g = [Double](repeating: 0, count: parameters)
        let sizes = lengths.map { Int32($0) }
        places.withUnsafeBufferPointer { places in
          sizes.withUnsafeBufferPointer { sizes in
            var shape = kan_sparse_rows_d(
              runs: Int64(lengths.count), places: places.baseAddress, lengths: sizes.baseAddress, width: Int64(width),
              common: Int64(common), common_place: 0)
            for run in lengths.indices {
              kernels.outer_products(
                &shape, Int64(run), Int64(rows), starts, values, residuals, &h, Int64(parameters), &side,
                Int64(common), &g)
            }
          }
        }
        return h + side + g
      }
      #expect(distance(products(kernels), products(plain)) < 1e-14)
    }
  }
}

/// The largest distance of the pairs there are, relative to the largest of `a` where that is above 1; infinite where one is
/// NaN.
private func distance(_ a: [some BinaryFloatingPoint], _ b: [some BinaryFloatingPoint]) -> Double {
  let largest = a.reduce(1.0) { max($0, abs(Double($1))) }
  return zip(a, b).reduce(0) { sofar, pair in
    let distance = abs(Double(pair.0) - Double(pair.1)) / largest
    return distance <= sofar ? sofar : distance.isNaN ? .infinity : distance
  }
}

/// All of them are NaN, as they were before.
private func isUntouched(_ numbers: some Collection<some BinaryFloatingPoint>) -> Bool {
  numbers.allSatisfy { $0.isNaN }
}

/// Numbers between -limit and limit, by a linear congruence.
private struct Numbers {
  private var state: UInt64
  init(seed: UInt64) { state = 2 * seed + 1 }

  mutating func next<Real: BinaryFloatingPoint>(_ limit: Real) -> Real {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return limit * (Real(state >> 40) / Real(1 << 23) - 1)
  }

  mutating func list<Real: BinaryFloatingPoint>(_ count: Int, _ limit: Real) -> [Real] {
    (0..<count).map { _ in next(limit) }
  }
}
