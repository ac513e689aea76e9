import Testing

@testable import KAN

@Suite struct OptimizerTests {
  struct Case: Decodable {
    let rule: String
    let settings: [String: Double]
    let start: [Double]
    /// [20 × parameters], and the parameters after each of the steps
    let gradients, steps: [[Double]]
  }

  @Test(arguments: try reference("optimizers", as: [Case].self))
  func equalsNumpy(example: Case) throws {
    try check(Double.self, example, tolerance: 1e-13)
    try check(Float.self, example, tolerance: 5e-6)
  }

  private func check<Element: Scalar>(_: Element.Type, _ example: Case, tolerance: Double) throws {
    let settings = example.settings
    let rate = try #require(settings["rate"])
    let decay = try #require(settings["decay"])
    if example.rule == "sgd" {
      let rule = SGD(learningRate: rate, momentum: try #require(settings["momentum"]), weightDecay: decay)
      run(Element.self, rule, example, tolerance)
    } else {
      let rule = AdamW(
        learningRate: rate, beta1: try #require(settings["beta1"]), beta2: try #require(settings["beta2"]),
        epsilon: try #require(settings["epsilon"]), weightDecay: decay)
      run(Element.self, rule, example, tolerance)
    }
  }

  private func run<Element: Scalar>(
    _: Element.Type, _ rule: some Optimizer, _ example: Case, _ tolerance: Double
  ) {
    var parameters = AlignedArray(example.start.map { Element($0) })
    var state = OptimizerState<Element>(rule, parameters: parameters.count)
    for (index, gradient) in example.gradients.enumerated() {
      let count = parameters.count
      rule.update(
        UnsafeMutableBufferPointer(start: parameters.mutablePointer(), count: count),
        gradients: gradient.map { Element($0) }, state: &state, rate: rule.learningRate)
      let truth = example.steps[index]
      #expect(largestDifference(parameters, truth) <= tolerance * scale(truth, atLeast: 1), "step \(index + 1)")
    }
    #expect(state.step == example.gradients.count)
  }

  /// With β₂ = 0.999 the float 1 - β₂ is off by 5e-5, which the first moments would show.
  @Test func momentsKeepTheDigitsOfBeta() {
    var parameters = AlignedArray<Float>(zeros: 1)
    var state = OptimizerState<Float>(AdamW(), parameters: 1)
    AdamW().update(
      UnsafeMutableBufferPointer(start: parameters.mutablePointer(), count: 1), gradients: [1], state: &state,
      rate: 0.001)
    #expect(abs(Double(state.moments[0][0]) - 0.1) <= 1e-8)
    #expect(abs(Double(state.moments[1][0]) - 0.001) <= 1e-10)
  }

  struct ScheduleCase: Decodable {
    let schedule: String
    let rate: Double
    let steps: Int
    let rates: [Double]
  }

  @Test(arguments: try reference("schedules", as: [ScheduleCase].self))
  func scheduleEqualsItsFormula(example: ScheduleCase) throws {
    let schedule = try #require(Schedule(rawValue: example.schedule))
    let rates = (0..<example.steps).map { schedule.rate(example.rate, step: $0, of: example.steps) }
    #expect(largestDifference(rates, example.rates) <= 1e-15)
  }

  @Test(arguments: Schedule.allCases, [1, 2, 3])
  func shortSchedules(schedule: Schedule, steps: Int) {
    for step in 0..<steps {
      let rate = schedule.rate(0.1, step: step, of: steps)
      #expect(rate > 0 && rate <= 0.1)
    }
  }
}
