import Foundation
import KAN
import KANFiles
import Testing

/// Numbers go in and come out.
@Suite struct DataTests {
  @Test func matricesAreMadeOfArrays() {
    let rows = Matrix<Double>([[1, 2, 3], [4, 5, 6]])
    #expect(rows == Matrix(rows: 2, columns: 3, elements: [1, 2, 3, 4, 5, 6]))
    #expect(rows.row(1) == [4, 5, 6] && rows.column(2) == [3, 6] && rows[0, 1] == 2)
    #expect(Array(rows.selecting(rows: [1]).elements) == [4, 5, 6])
    var zeros = Matrix<Double>(rows: 1, columns: 2)
    zeros[0, 1] = 7
    #expect(Array(zeros.elements) == [0, 7])
  }

  @Test func dataSetsAreCutAndWeighted() throws {
    let all = Dataset<Float>(
      inputs: Matrix(rows: 10, columns: 1, elements: (0..<10).map { Float($0) }),
      targets: .classes((0..<10).map { $0 % 2 }, count: 2), weights: AlignedArray((0..<10).map { Float($0) }),
      names: Names(inputs: ["x"], targets: ["parity"], classes: ["even", "odd"]))
    let (training, test) = try #require(all.holdingOut(0.3, seed: 1))
    #expect(training.rows == 7 && test.rows == 3 && test.names == all.names)
    let first = all.selecting(rows: 0..<4)
    #expect(first.targets == .classes([0, 1, 0, 1], count: 2))
    #expect(first.weights.map { Array($0) } == [0, 1, 2, 3])
  }

  @Test func tablesAreRead() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/table.csv"
      try "a,b,y\n1,2,3\n4,5,6\n".write(toFile: path, atomically: true, encoding: .utf8)
      let data = try Dataset<Float>(csv: path, target: "y")
      #expect(data.inputs == Matrix([[1, 2], [4, 5]]))
      #expect(data.targets == .values(Matrix([[3], [6]])))
      #expect(data.names.inputs == ["a", "b"] && data.names.targets == ["y"])
    }
  }

  @Test func aBadTableSaysWhere() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/table.csv"
      try "a,y\n1,2\nthree,4\n".write(toFile: path, atomically: true, encoding: .utf8)
      let error = #expect(throws: FileError.self) { try Dataset<Float>(csv: path, target: "y") }
      let text = "\(try #require(error))"
      #expect(text.contains(path) && text.contains("three"))
      #expect(throws: FileError.self) { try Dataset<Float>(csv: folder + "/other.csv", target: "y") }
    }
  }
}
