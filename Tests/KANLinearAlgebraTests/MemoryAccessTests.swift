import KANLinearAlgebra
import Testing

/// The ways to an array's memory: all see the same numbers, and writing leaves copies as they were.
@Suite struct MemoryAccessTests {
  private let array = AlignedArray<Float>([3, 1, 2])

  @Test func reading() {
    #expect(array.withUnsafeBufferPointer { Array($0) } == [3, 1, 2])
    #expect(array.withContiguousStorageIfAvailable { $0.baseAddress } == array.pointer)
    #expect(array[1...].withContiguousStorageIfAvailable { Array($0) } == [1, 2])
    let span = array.span
    #expect(span.count == 3 && span[0] == 3 && span[2] == 2)
    #expect(Array(array) == [3, 1, 2] && array.max() == 3)
    #expect(AlignedArray<Double>(zeros: 0).withUnsafeBufferPointer { $0.count } == 0)
  }

  @Test func writing() {
    var changed = array
    changed.withUnsafeMutableBufferPointer { $0[0] = 7 }
    #expect(changed.elementsEqual([7, 1, 2]) && array.elementsEqual([3, 1, 2]))
    changed = array
    // Sorts in the memory itself.
    changed.sort()
    #expect(changed.elementsEqual([1, 2, 3]) && array.elementsEqual([3, 1, 2]))
    changed = array
    var span = changed.mutableSpan
    span[2] = -1
    #expect(changed.elementsEqual([3, 1, -1]) && array.elementsEqual([3, 1, 2]))
  }

  @Test func writingInPlace() {
    var own = AlignedArray<Double>(zeros: 10)
    let place = own.pointer
    own.withUnsafeMutableBufferPointer { buffer in for index in buffer.indices { buffer[index] = Double(index) } }
    for index in own.indices { own[index] *= 2 }
    own.sort(by: >)
    #expect(own.pointer == place && own[0] == 18)
  }

  @Test func errorsPass() throws {
    struct Failure: Error {}
    #expect(throws: Failure.self) { try array.withUnsafeBufferPointer { _ throws(Failure) in throw Failure() } }
    var own = array
    #expect(throws: Failure.self) {
      try own.withUnsafeMutableBufferPointer { buffer throws(Failure) in
        buffer[0] = 5
        throw Failure()
      }
    }
    #expect(own[0] == 5 && array[0] == 3)
    #expect(throws: Failure.self) {
      _ = try Matrix<Float>(rows: 1, columns: 2) { _ throws(Failure) in throw Failure() }
    }
  }

  @Test func initializing() {
    let squares = Matrix<Double>(rows: 2, columns: 3) { buffer in
      for index in buffer.indices { buffer.initializeElement(at: index, to: Double(index * index)) }
    }
    #expect(squares == Matrix([[0, 1, 4], [9, 16, 25]]))
    #expect(AlignedArray<Float>(count: 2) { $0.initialize(repeating: 4) }.elementsEqual([4, 4]))
    #expect(Matrix<Float>(rows: 0, columns: 3) { _ in }.elements.isEmpty)
  }

  @Test func views() {
    var matrix = Matrix<Float>([[1, 2, 3], [4, 5, 6]])
    let copy = matrix
    #expect(matrix.withUnsafeView { $0[1, 2] + $0[0, 0] } == 7)
    matrix.withUnsafeMutableView { view in for row in 0..<view.rows { view[row, 1] = 0 } }
    #expect(matrix == Matrix([[1, 0, 3], [4, 0, 6]]) && copy.column(1) == [2, 5])
  }

  @Test func rowsOfOtherLengths() throws {
    #expect(try Matrix<Float>(checking: [[1, 2], [3, 4]]) == Matrix([[1, 2], [3, 4]]))
    #expect(try Matrix<Float>(checking: [], columns: 4) == Matrix(rows: 0, columns: 4))
    #expect(throws: ShapeError("row 2", found: [1], expected: [2])) { try Matrix<Float>(checking: [[1, 2], [3]]) }
    let error = #expect(throws: ShapeError.self) { try Matrix<Float>(checking: [[1, 2]], columns: 3) }
    #expect(error?.description == "row 1 of shape [2], not [3]")
  }
}
