import Testing

@testable import KAN

/// Many threads use one model. Under the thread sanitizer these say that nothing is written without order.
@Suite struct SharedModelTests {
  private static func trained() throws -> (network: Network<Float>, data: Dataset<Float>) {
    let data = smoothData(Float.self, rows: 300)
    var network = Network<Float>(.spline(2, 6), .spline(6, 1), seed: 3)
    try network.train(on: data, epochs: 2)
    return (network, data)
  }

  /// Large predictions share the pool, single rows do without it.
  @Test func eightPredictAtOnce() async throws {
    let (network, data) = try Self.trained()
    let expected = network.predict(data.inputs)
    await withTaskGroup(of: Bool.self) { group in
      for task in 0..<8 {
        group.addTask {
          let own = ThreadPool(threads: 2)
          return (0..<6).allSatisfy { round in
            let row = 37 * task + round
            let one = network.predict([data.inputs.row(row)])[0]
            return network.predict(data.inputs, pool: round % 2 == 0 ? .shared : own) == expected
              && abs(one[0] - expected[row, 0]) <= 1e-5 * max(1, abs(expected[row, 0]))
          }
        }
      }
      for await isEqual in group { #expect(isEqual) }
    }
  }

  /// Copies of a network share its parameters until one of them is written to.
  @Test func copiesTrainOnWhileOthersPredict() async throws {
    let (network, data) = try Self.trained()
    let expected = network.predict(data.inputs)
    await withTaskGroup(of: AlignedArray<Float>?.self) { group in
      for _ in 0..<4 {
        group.addTask {
          var copy = network
          let options = TrainingOptions(epochs: 4, resuming: true)
          guard (try? copy.train(on: data, options: options, pool: ThreadPool(threads: 2))) != nil else { return nil }
          return copy.parameters
        }
        group.addTask { network.predict(data.inputs) == expected ? network.parameters : nil }
      }
      var ends: [AlignedArray<Float>] = []
      for await parameters in group {
        if let parameters { ends.append(parameters) }
      }
      #expect(ends.count == 8)
      let trained = ends.filter { $0 != network.parameters }
      #expect(trained.count == 4 && trained.allSatisfy { $0 == trained[0] })
    }
  }
}
