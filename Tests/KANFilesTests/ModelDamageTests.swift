import Foundation
import KAN
import Testing

@testable import KANFiles

/// A damaged model file is refused, or predicts the same: cut anywhere, with any bit flipped.
@Suite struct ModelDamageTests {
  private static let rows = Matrix<Float>([[0.25, 0.5], [1.5, 4], [-3, 9]])

  /// Trained, with what an optimiser remembers, names and a table's columns.
  private static let model = Result {
    let x = (0..<200).map { [Float($0 % 20) / 10, Float($0 / 20) / 3] }
    let y = x.map { $0[0] * $0[1] + 1 }
    let data = Dataset<Float>(
      inputs: Matrix(x), targets: .values(Matrix(rows: 200, columns: 1, elements: AlignedArray(y))),
      names: Names(inputs: ["width \"é\"", "b"], targets: ["y"]))
    var network = Network<Float>(.spline(2, 4), .spline(4, 1), seed: 3)
    try network.train(on: data, epochs: 3)
    return [UInt8](try network.encoded())
  }

  /// What becomes of damaged files.
  private struct Count: Equatable, CustomStringConvertible {
    var refused = 0
    var same = 0
    var silentlyDifferent = 0

    var description: String { "\(refused) refused, \(same) predict the same, \(silentlyDifferent) silently different" }

    mutating func add(_ bytes: [UInt8], _ expected: Matrix<Float>) {
      do {
        let network = try Network<Float>(ModelFile(bytes: bytes, path: "m"))
        guard network.inputs == ModelDamageTests.rows.columns else {
          silentlyDifferent += 1
          return
        }
        if network.predict(ModelDamageTests.rows) == expected { same += 1 } else { silentlyDifferent += 1 }
      } catch {
        refused += 1
      }
    }
  }

  private func headerSize(_ bytes: [UInt8]) -> Int { 8 + Int(SafeTensors.headerBytes(bytes)) }

  private func expected() throws -> (bytes: [UInt8], outputs: Matrix<Float>) {
    let bytes = try Self.model.get()
    return (bytes, try Network<Float>(ModelFile(bytes: bytes, path: "m")).predict(Self.rows))
  }

  @Test func cutAnywhere() throws {
    let (bytes, outputs) = try expected()
    let header = headerSize(bytes)
    var generator = SeededGenerator(1)
    let places = Array(0..<header) + (0..<1000).map { _ in Int.random(in: header..<bytes.count, using: &generator) }
    var count = Count()
    for place in places { count.add(Array(bytes[..<place]), outputs) }
    print("model cut at \(places.count) places: \(count)")
    #expect(count == Count(refused: places.count))
  }

  @Test func everyBitOfTheHeader() throws {
    var (bytes, outputs) = try expected()
    var count = Count()
    for place in 0..<headerSize(bytes) {
      for bit in 0..<8 {
        bytes[place] ^= 1 << UInt8(bit)
        count.add(bytes, outputs)
        bytes[place] ^= 1 << UInt8(bit)
      }
    }
    print("every one of \(8 * headerSize(bytes)) bits of the header flipped: \(count)")
    #expect(count == Count(refused: 8 * headerSize(bytes)))
  }

  @Test func bitsOfTheData() throws {
    var (bytes, outputs) = try expected()
    var generator = SeededGenerator(2)
    var count = Count()
    for _ in 0..<10_000 {
      let place = Int.random(in: headerSize(bytes)..<bytes.count, using: &generator)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
      bytes[place] ^= bit
      count.add(bytes, outputs)
      bytes[place] ^= bit
    }
    print("10,000 bits of the data flipped: \(count)")
    #expect(count == Count(refused: 10_000))
  }

  /// Swapped, zeroed and repeated blocks, as disks leave them.
  @Test func blocks() throws {
    let (bytes, outputs) = try expected()
    var count = Count()
    let size = 512
    for start in stride(from: 0, to: bytes.count - size, by: size) {
      var zeroed = bytes
      for place in start..<start + size { zeroed[place] = 0 }
      count.add(zeroed, outputs)
      if start > 0 {
        var repeated = bytes
        repeated.replaceSubrange(start..<start + size, with: bytes[start - size..<start])
        count.add(repeated, outputs)
      }
    }
    #expect(count.silentlyDifferent == 0 && count.refused > 5)
  }

  /// zlib's CRC-32 of the file with zeros for the digits, which any program can check.
  @Test func checksumIsThatOfZlib() throws {
    let bytes = try Self.model.get()
    let opening = Array("{\"__metadata__\":{\"checksum\":\"".utf8)
    #expect(Array(bytes[8..<8 + opening.count]) == opening)
    let place = 8 + opening.count..<16 + opening.count
    var blank = bytes
    blank.replaceSubrange(place, with: Array("00000000".utf8))
    // By the polynomial, bit by bit (RFC 1952, section 8).
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in blank {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    let digits = String(~sum, radix: 16)
    #expect(
      String(decoding: bytes[place], as: UTF8.self) == String(repeating: "0", count: 8 - digits.count) + digits)
    // Files of earlier releases have none.
    var old = try SafeTensors(bytes: bytes, path: "")
    old.metadata["checksum"] = nil
    _ = try Network<Float>(ModelFile(bytes: old.encoded(), path: "m"))
  }

  @Test(arguments: [
    ("version", "9", "format version 9 is newer than this program, which reads up to version 4"),
    ("version", "4a", "format version 4a is not known"), ("chfcksum", "1", "\"chfcksum\" in the metadata is not known"),
  ])
  func otherMetadata(key: String, value: String, message: String) throws {
    var file = try SafeTensors(bytes: Self.model.get(), path: "")
    file.metadata[key] = value
    if key != "version" { file.metadata["checksum"] = nil }
    expectFailure(.malformed, message) { _ = try ModelFile(bytes: file.encoded(), path: "m") }
  }
}
