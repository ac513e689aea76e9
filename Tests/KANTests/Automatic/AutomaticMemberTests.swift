import Synchronization
import Testing

@testable import KAN

/// Kinds of members, reports and interruptions of automatic trainings.
@Suite struct AutomaticMemberTests {
  private func rows<Element: Scalar>(_ count: Int, inputs: Int, seed: UInt64, _ y: ([Double]) -> Double) -> Dataset<
    Element
  > {
    var generator = RandomGenerator(seed: seed)
    let x = (0..<count).map { _ in (0..<inputs).map { _ in 2 * generator.uniform() - 1 } }
    return Dataset(inputs: x.map { $0.map { Element($0) } }, targets: x.map { Element(y($0)) })
  }

  @Test func smoothDataWithoutNoiseGetSecondOrderSteps() throws {
    func y(_ x: [Double]) -> Double { Elementary.exp(Elementary.sin(3 * x[0]) + x[1] * x[1]) }
    let fit = try Network<Double>.fit(rows(400, inputs: 2, seed: 1, y))
    let found = fit.network.evaluate(on: rows(300, inputs: 2, seed: 2, y))
    #expect(fit.members.last?.name == "smooth" && fit.members.last?.weight == 1)
    #expect(found.loss < 1e-10)
    #expect(fit.explicitOptions.contains("--optimizer lm"))
  }

  @Test func noiseGetsNone() throws {
    var generator = RandomGenerator(seed: 3)
    let fit = try Network<Double>.fit(
      rows(300, inputs: 2, seed: 1) { $0[0] + $0[1] * $0[1] + 0.05 * generator.normal() })
    #expect(!fit.members.contains { $0.name == "smooth" })
  }

  /// A wave that the networks' intervals are too wide for.
  @Test func splinesTakeFinerKnotsWhereAnInputNeedsThem() throws {
    func y(_ x: [Double]) -> Double { Elementary.sin(40 * x[0]) + x[1] }
    let fit = try Network<Float>.fit(rows(6000, inputs: 2, seed: 1, y))
    let basis = try #require(fit.network.layers[0].basis as? TableBasis<Float>)
    #expect(basis.columns[0].count > 2 * fit.intervals && basis.columns[1].count == fit.intervals + 3)
    #expect(fit.network.evaluate(on: rows(500, inputs: 2, seed: 2, y)).loss < 1e-3)
  }

  @Test func monotoneInputsHold() throws {
    let data: Dataset<Double> = rows(600, inputs: 3, seed: 1) { Elementary.sin(4 * $0[0]) + $0[1] * $0[2] }
    var options = AutomaticOptions()
    options.monotone = ["1": .falling, "3": .rising]
    let fit = try Network.fit(data, options: options)
    #expect(fit.network.monotone == [0: .falling, 2: .rising])
    for (input, sign) in [(0, -1.0), (2, 1)] {
      for other in [-0.9, 0.1, 0.8] {
        let line = (0...200).map { step in
          (0..<3).map { $0 == input ? Double(step) / 50 - 2 : other }
        }
        let y = fit.network.predict(line).map { $0[0] }
        #expect(zip(y, y.dropFirst()).allSatisfy { sign * ($1 - $0) >= -1e-12 })
      }
    }
    options.monotone = ["x": .rising]
    #expect(throws: TrainingError.self) { try Network.fit(data, options: options) }
  }

  @Test func reportsItsPartsAndEndsWithThoseThatAreDone() throws {
    let data: Dataset<Float> = rows(500, inputs: 3, seed: 1) { $0[0] * $0[1] + $0[2] }
    let parts = Mutex<[AutomaticProgress.Part]>([])
    _ = try Network.fit(data) { progress in
      parts.withLock { if $0.last != progress.part { $0.append(progress.part) } }
      return .continue
    }
    #expect(parts.withLock { Array($0.prefix(3)) } == [.lines, .additive, .networks])
    for (last, names) in [
      (AutomaticProgress.Part.lines, ["constant"]), (.additive, ["constant", "linear"]),
      (.networks, ["constant", "linear", "additive"]),
    ] {
      let fit = try Network.fit(data) { $0.part == last ? .stop : .continue }
      #expect(fit.isInterrupted)
      #expect(fit.members.map(\.name) == names)
      #expect(fit.description.contains("interrupted"))
      #expect(fit.network.evaluate(on: data).loss.isFinite)
    }
  }

  /// Straight lines on the logarithm of the rate.
  @Test func countsAreAdditiveInTheirLogarithm() throws {
    var generator = RandomGenerator(seed: 3)
    let x = (0..<800).map { _ in [Float(generator.normal()), Float(generator.normal())] }
    let y = x.map { row in
      // Arrivals within a unit of time.
      let rate = Elementary.exp(0.5 + 0.6 * Double(row[0]) - 0.4 * Double(row[1]))
      var (time, count) = (-Elementary.log(generator.uniform()) / rate, 0)
      while time < 1 {
        count += 1
        time -= Elementary.log(generator.uniform()) / rate
      }
      return Float(count)
    }
    let fit = try Network.fit(Dataset(inputs: x, targets: y), objective: PoissonDeviance())
    #expect(fit.members.contains { $0.name == "linear" } && fit.members.contains { $0.name == "additive" })
    let rate = fit.network.predict([[1, -1]])[0][0]
    #expect(abs(Double(rate) / Elementary.exp(1.5) - 1) < 0.15)
  }
}
