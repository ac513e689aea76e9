import KAN
import Testing

/// The library beside Swift's concurrency, whose names it leaves alone.
@Suite struct ConcurrencyTests {
  @Test func networksTrainInTasks() async throws {
    let data = surface(Float.self)
    @Sendable func trained(seed: UInt64) throws -> Network<Float> {
      var network = Network<Float>(.spline(2, 3), .spline(3, 1), seed: seed)
      try network.train(
        on: data, with: AdamW(), options: TrainingOptions(epochs: 3), pool: ThreadPool(threads: 1))
      return network
    }
    let first = Task { try trained(seed: 1) }
    let second = Task { try trained(seed: 2) }
    #expect(try await first.value.parameters == trained(seed: 1).parameters)
    #expect(try await second.value.parameters == trained(seed: 2).parameters)
    #expect(!Task.isCancelled)
  }

  /// A predictor has scratch of its own, so each actor owns one.
  private actor Server {
    private let predictor: Predictor<Float>
    private var answer = Matrix<Float>(rows: 1, columns: 1)

    init(_ network: Network<Float>) { predictor = Predictor(network, pool: ThreadPool(threads: 1)) }

    func answer(to row: Matrix<Float>) -> Float {
      predictor.predict(row, into: &answer)
      return answer[0, 0]
    }
  }

  @Test func actorsPredict() async throws {
    let network = Network<Float>(.spline(2, 3), .spline(3, 1), seed: 1)
    let rows = surface(Float.self, rows: 50).inputs
    let expected = network.predict(rows)
    let answers = await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<4 {
        group.addTask {
          let server = Server(network)
          var answers: [Float] = []
          for row in 0..<rows.rows { answers.append(await server.answer(to: rows.selecting(rows: [row]))) }
          return answers
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers == Array(repeating: expected.column(0), count: 4))
  }

  /// Names of Swift and of well-known modules that the library must not hide.
  @Test func noNameHidesSwifts() async {
    let cancelled = Task<Bool, Never> {
      try? await Task.sleep(for: .seconds(60))
      return Task.isCancelled
    }
    cancelled.cancel()
    #expect(await cancelled.value)
  }
}
