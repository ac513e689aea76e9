import KANLinearAlgebra
import Testing

@Suite struct MatrixTests {
  private let matrix = Matrix<Float>([[1, 2, 3], [4, 5, 6]])

  @Test func rowsAndColumns() {
    #expect(matrix.rows == 2 && matrix.columns == 3)
    #expect(matrix[1, 0] == 4)
    #expect(matrix.row(1) == [4, 5, 6])
    #expect(matrix.column(2) == [3, 6])
    #expect(matrix.selecting(rows: [1, 0, 1]) == Matrix([[4, 5, 6], [1, 2, 3], [4, 5, 6]]))
    #expect(matrix.selecting(rows: []) == Matrix(rows: 0, columns: 3))
    #expect(Matrix<Float>([]) == Matrix(rows: 0, columns: 0))
    #expect(matrix != Matrix(rows: 3, columns: 2, elements: matrix.elements))
  }

  @Test func copiesAreIndependent() {
    var copy = matrix
    copy[0, 0] = 9
    #expect(matrix[0, 0] == 1 && copy[0, 0] == 9)
    var array = AlignedArray<Double>([1, 2, 3])
    let before = array
    array.mutablePointer()[1] = 7
    #expect(before.elementsEqual([1, 2, 3]) && array.elementsEqual([1, 7, 3]))
    array.copyElements(from: before)
    #expect(array == before)
    array[2] = 4
    #expect(before[2] == 3)
  }

  @Test(arguments: [0, 1, 5, 1000])
  func memoryStartsOnACacheLine(count: Int) {
    let array = AlignedArray<Float>(zeros: count)
    #expect(Int(bitPattern: array.pointer) % 64 == 0)
    #expect(array.count == count && array.allSatisfy { $0 == 0 })
  }

  @Test func writingInPlaceDoesNotCopy() {
    var array = AlignedArray<Float>(zeros: 100)
    let place = array.pointer
    for index in array.indices { array[index] = Float(index) }
    #expect(array.pointer == place && array[99] == 99)
  }

  @Test func conversions() {
    #expect(AlignedArray<Float>(converting: [0.1, 2]).elementsEqual([0.1 as Float, 2]))
    #expect(AlignedArray<Float>(converting: [0, 255] as [UInt8]).elementsEqual([0, 255]))
    #expect(AlignedArray<Float>([0.5, -1]).doubles() == [0.5, -1])
  }

  @Test func slices() {
    let slice = matrix.view.slice(row: 1, rows: 1, column: 1, columns: 2)
    #expect(slice[0, 0] == 5 && slice[0, 1] == 6 && slice.stride == 3)
  }
}
