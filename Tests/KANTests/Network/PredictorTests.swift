import KAN
import Testing

/// A predictor gives the bits of a prediction of all rows at once, whatever its rows come from.
@Suite struct PredictorTests {
  private let network: Network<Float>
  private let pool = ThreadPool(threads: 2)

  /// With units of its own on both sides.
  init() throws {
    var network = Network<Float>(.spline(3, 5), .spline(5, 2), seed: 3)
    try network.setRanges(inputs: [-1...2, -2...1, -1...1], targets: [3...5, -8...0])
    self.network = network
  }

  private func rows(_ count: Int) -> Matrix<Float> {
    var generator = RandomGenerator(seed: UInt64(count))
    return generator.matrix(count, 3)
  }

  @Test(arguments: [0, 1, 7, 64, 65, 200], [1, 64])
  func fromMemoryIntoMemory(count: Int, atATime: Int) {
    let rows = rows(count)
    let predictor = Predictor(network, rows: atATime, pool: pool)
    var expected = Matrix<Float>(rows: count, columns: 2)
    predictor.predict(rows, into: &expected)
    // The bits of a product may depend on how many rows it has.
    #expect(largestDifference(expected.elements, network.predict(rows, pool: pool).elements) <= 1e-5)

    // One place more at each end, to see that nothing else is written.
    var memory = [Float](repeating: -7, count: count * 2 + 2)
    rows.elements.withUnsafeBufferPointer { rows in
      memory.withUnsafeMutableBufferPointer {
        predictor.predict(rows, into: UnsafeMutableBufferPointer(rebasing: $0[1..<count * 2 + 1]))
      }
    }
    #expect(memory.first == -7 && memory.last == -7)
    #expect(memory[1..<count * 2 + 1].elementsEqual(expected.elements))

    var result = AlignedArray<Float>(zeros: count * 2)
    var span = result.mutableSpan
    predictor.predict(rows.elements.span, into: &span)
    #expect(result == expected.elements)
  }

  @Test func arrays() {
    let answer = network.predict([[0.5, 0, -1], [0.2, 0.1, 0]], pool: pool)
    #expect(answer == [[0.5, 0, -1], [0.2, 0.1, 0]].map { network.predict(Matrix([$0]), pool: pool).row(0) })
    #expect(network.predict([]) == [])
  }

  @Test func shapesFromOutside() throws {
    let predictor = Predictor(network, rows: 4, pool: pool)
    #expect(try network.predict(checking: rows(5), pool: pool) == network.predict(rows(5), pool: pool))
    #expect(throws: ShapeError("rows", found: [7, 4], expected: [7, 3])) {
      try network.predict(checking: Matrix(rows: 7, columns: 4))
    }
    #expect(throws: ShapeError("row 2", found: [2], expected: [3])) {
      try network.predict(checking: [[1, 2, 3], [4, 5]])
    }
    var result = Matrix<Float>(rows: 2, columns: 2)
    try predictor.predict(checking: rows(2), into: &result)
    #expect(result != Matrix(rows: 2, columns: 2))
    let before = result
    #expect(throws: ShapeError("result", found: [2, 2], expected: [3, 2])) {
      try predictor.predict(checking: rows(3), into: &result)
    }
    #expect(throws: ShapeError("rows", found: [7], expected: [2, 3])) {
      try result.elements.withUnsafeMutableBufferPointer { result throws(ShapeError) in
        let result = result
        try [Float](repeating: 1, count: 7).withUnsafeBufferPointer { rows throws(ShapeError) in
          try predictor.predict(checking: rows, into: result)
        }
      }
    }
    #expect(throws: ShapeError("result", found: [4], expected: [1, 2])) {
      try result.elements.withUnsafeMutableBufferPointer { result throws(ShapeError) in
        let result = result
        try [1, 2, 3].withUnsafeBufferPointer { rows throws(ShapeError) in
          try predictor.predict(checking: rows, into: result)
        }
      }
    }
    #expect(result == before)
  }
}
