import Foundation
import KAN
import Testing

@testable import KANFiles

/// How the inputs of a training were distributed, in model files.
@Suite struct DistributionFileTests {
  private func network() throws -> Network<Float> {
    var generator = SeededGenerator(4)
    let x = Matrix<Float>(rows: 300, columns: 3) { buffer in
      for index in buffer.indices {
        buffer.initializeElement(
          at: index, to: index % 3 == 2 ? Float(index % 4) : .random(in: -1...1, using: &generator))
      }
    }
    let table = try TableBasis<Float>([.spline([-1, 0, 1]), .values([-1, 1]), .categories(4)])
    var network = Network<Float>(Layer(basis: table, outputs: 1))
    network.noteTrainingData(x)
    return network
  }

  @Test func roundTrip() throws {
    let network = try network()
    let bytes = try network.encoded()
    let known = try #require(network.inputDistributions)
    #expect(known.map(\.bins.count) == [10, 10, 4] && known[2].bins == .codes(4))
    #expect(try Network<Float>(data: bytes).inputDistributions == known)
    #expect(try Network<Double>(data: bytes).inputDistributions == known)
    // Older files have none.
    var file = try SafeTensors(bytes: [UInt8](bytes), path: "")
    for name in ["bins", "edges", "counts"] { file.tensors["columns.\(name)"] = nil }
    #expect(try Network<Float>(data: Data(file.encoded())).inputDistributions == nil)
  }

  @Test(arguments: 0..<9)
  func damage(kind: Int) throws {
    var file = try SafeTensors(bytes: [UInt8](network().encoded()), path: "")
    func change(_ name: String, _ body: (inout [Double]) -> Void, shape: [Int]? = nil) throws {
      let tensor = try #require(file.tensors["columns.\(name)"])
      var values = try #require(tensor.doubles)
      body(&values)
      file.tensors["columns.\(name)"] = .init(shape: shape ?? [values.count], values)
    }
    switch kind {
    case 0: try change("edges") { $0.swapAt(0, 1) }
    case 1: try change("edges") { $0.removeLast() }
    case 2: try change("counts") { $0.append(3) }
    case 3: try change("counts") { $0[0] = -1 }
    case 4: try change("counts") { $0[2] = 0.5 }
    case 5: try change("bins", { $0[0] = 1e15 }, shape: [3, 2])
    case 6: try change("bins", { $0[4] = 0 }, shape: [3, 2])
    case 7: try change("bins", { $0[0] = 9 }, shape: [3, 2])
    default: file.tensors["columns.counts"] = nil
    }
    do throws(FileError) {
      _ = try Network<Float>(data: Data(file.encoded()))
      Issue.record("read")
    } catch {
      #expect(error.kind == .malformed && error.description.contains("how the inputs were distributed is damaged"))
    }
  }
}
