import Foundation
import KAN
import KANFiles
import Testing

/// A training that stops, is saved, loaded and resumed, as often as one likes, ends with the bits of one that did not
/// stop: parameters, grids, and what is recorded.
@Suite struct InterruptedTrainingTests {
  enum Method: CaseIterable {
    case adam, lbfgs, lm, lmNoisy

    var method: any TrainingMethod {
      switch self {
      case .adam: AdamW(learningRate: 0.02)
      case .lbfgs: LBFGS(pairs: 4)
      case .lm, .lmNoisy: LevenbergMarquardt(starts: 24)
      }
    }
    var epochs: Int { self == .adam ? 12 : self == .lbfgs ? 15 : 24 }
  }

  private func data<Element: Scalar>(_: Element.Type, noise: Double) -> Dataset<Element> {
    var generator = SeededGenerator(3)
    let rows = 150
    let x = (0..<rows).map { _ in
      [Double.random(in: -1...1, using: &generator), .random(in: -1...1, using: &generator)]
    }
    let y = x.map { sin(3 * $0[0]) + $0[1] * $0[1] + noise * Double.random(in: -1...1, using: &generator) }
    return Dataset(
      inputs: Matrix(x.map { $0.map { Element($0) } }),
      targets: .values(Matrix(rows: rows, columns: 1, elements: y.map { Element($0) })))
  }

  /// Trains, interrupted after every `every` reports, on as many threads as the turn says.
  private func train<Element: Scalar>(
    _: Element.Type, _ method: Method, grids: [Int], every: Int, pausing: Bool = false
  ) throws -> (network: Network<Element>, turns: Int) {
    let data = data(Element.self, noise: method == .lmNoisy ? 0.3 : 0)
    var network = Network<Element>(.spline(2, 2, grid: 4), .spline(2, 1, grid: 4), seed: 1)
    for turn in 0..<1000 {
      var reports = 0
      let history = try train(
        &network, data, method.method,
        TrainingOptions(epochs: method.epochs, batch: 32, resuming: turn > 0, grids: grids), threads: 1 + turn % 3
      ) { progress in
        reports += 1
        // A report is due 0.2 s after the last: the next one comes from within an epoch.
        if pausing && reports + 1 >= every { Thread.sleep(forTimeInterval: 0.201) }
        return reports >= every ? .stop : .continue
      }
      if history.end != .stopped { return (network, turn) }
      network = try Network(data: try network.encoded())
    }
    Issue.record("the training does not end")
    return (network, 1000)
  }

  private func train<Element: Scalar>(
    _ network: inout Network<Element>, _ data: Dataset<Element>, _ method: some TrainingMethod,
    _ options: TrainingOptions, threads: Int, _ report: (TrainingProgress) -> TrainingDecision
  ) throws -> TrainingHistory {
    try network.train(on: data, with: method, options: options, pool: ThreadPool(threads: threads)) { progress, _ in
      report(progress)
    }
  }

  private func check<Element: Scalar>(
    _: Element.Type, _ method: Method, grids: [Int], every: [Int], pausing: Bool = false
  ) throws {
    let whole = try train(Element.self, method, grids: grids, every: .max).network
    for reports in every {
      let (parts, turns) = try train(Element.self, method, grids: grids, every: reports, pausing: pausing)
      #expect(turns > 0)
      #expect(parts.parameters == whole.parameters, "every \(reports)")
      #expect(parts.layers.map { $0.basis.description } == whole.layers.map { $0.basis.description })
      let (one, other) = (try #require(parts.record), try #require(whole.record))
      #expect(one.history.map(\.epoch) == other.history.map(\.epoch))
      #expect(one.history.map(\.loss) == other.history.map(\.loss))
      #expect(one.history.map(\.grid) == other.history.map(\.grid) && one.grid == other.grid)
    }
  }

  @Test(arguments: Method.allCases)
  func onOneGrid(method: Method) throws {
    try check(Double.self, method, grids: [], every: [2, 3, 7])
    try check(Float.self, method, grids: [], every: [2, 5])
  }

  @Test(arguments: Method.allCases)
  func onSeveralGrids(method: Method) throws {
    try check(Double.self, method, grids: [4, 6, 8], every: [2, 5, 7])
    try check(Float.self, method, grids: [4, 6, 8], every: [3])
  }

  /// Stopped in the middle of an iteration, which starts over.
  @Test func withinAnIteration() throws {
    try check(Double.self, .lmNoisy, grids: [], every: [7], pausing: true)
  }

  /// Parameters written in between count: the training goes on from them.
  @Test func writtenParametersCount() throws {
    let data = data(Double.self, noise: 0)
    var network = Network<Double>(.spline(2, 2, grid: 4), .spline(2, 1, grid: 4), seed: 1)
    let method = LevenbergMarquardt(starts: 1)
    try network.train(on: data, with: method, options: TrainingOptions(epochs: 8)) { progress, _ in
      progress.epoch == 3 ? .stop : .continue
    }
    let good = network.evaluate(on: data).loss
    network.parameters = AlignedArray(network.parameters.map { _ in 0.01 })
    let bad = network.evaluate(on: data).loss
    try network.train(on: data, with: method, options: TrainingOptions(epochs: 4, resuming: true))
    #expect(bad != good)
    let history = try #require(network.record?.history)
    #expect(history.map(\.epoch) == [1, 2, 3, 4])
    // The first iteration lowers the loss of what was written.
    #expect(history[3].loss < bad)
  }
}
