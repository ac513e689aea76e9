import Foundation
import Testing

@testable import KANFiles

/// A valid file of each format and its reader.
enum Sample: String, CaseIterable, CustomTestStringConvertible {
  case csv, npy, fortran, idx, compressed, safetensors

  var testDescription: String { rawValue }

  var bytes: [UInt8] {
    switch self {
    case .csv: Array("a,\"b\"\"\n\",c\r\n1.5,\"x,é\",-2e3\n\n 2 ,y, 7\n\"3\",\"\"\"z\",0.25\n".utf8)
    case .npy: encodeNPY(shape: [2, 3], [1, 2, 3, 4, 5, 6] as [Float])
    case .fortran:
      KANFilesTests.npy(
        "{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3, 2), }\n", (0..<24).map { UInt8($0) }, major: 2)
    case .idx: KANFilesTests.idx([2, 3, 2], (0..<12).map { UInt8($0) })
    case .compressed: gzip(KANFilesTests.idx([40, 3], (0..<120).map { UInt8($0 % 7) }))
    case .safetensors:
      SafeTensors(
        metadata: ["é": "\n"],
        tensors: ["a": .init(shape: [2], [1, 2] as [Float]), "b": .init(shape: [1, 1], [3] as [Double])]
      ).encoded()
    }
  }

  func read(_ bytes: [UInt8]) throws(FileError) {
    switch self {
    case .csv:
      let file = try DelimitedFile(bytes: bytes, path: "", separator: 0x2C)
      let columns = file.header.count
      for request in [ColumnRequest.category, .input, .passOver] {
        _ = try file.read(Array(repeating: request, count: columns), partBytes: 16)
      }
      _ = try file.read(features: columns > 1 ? [0] : [], targets: [(columns - 1, .target)])
      _ = try file.read(features: [], targets: [(0, .number)])
    case .npy, .fortran: _ = try decodeNPY(bytes, path: "")
    case .idx, .compressed: _ = try decodeIDX(bytes, path: "")
    case .safetensors: _ = try SafeTensors(bytes: bytes, path: "").encoded()
    }
  }

  /// Reads damaged bytes: a result or a one-line error. Returns whether there was a result.
  func survives(_ bytes: [UInt8]) -> Bool {
    do throws(FileError) {
      try read(bytes)
      return true
    } catch {
      let isOneLine = !error.description.unicodeScalars.contains { $0.properties.generalCategory == .control }
      #expect(isOneLine && !error.message.isEmpty && error.message.count < 300)
      return false
    }
  }
}

@Suite struct RobustnessTests {
  @Test(arguments: Sample.allCases)
  func truncated(sample: Sample) {
    let bytes = sample.bytes
    #expect(sample.survives(bytes))
    for length in 0..<bytes.count {
      let survived = sample.survives(Array(bytes[..<length]))
      if sample != .csv { #expect(!survived, "\(length) bytes") }
    }
  }

  @Test(arguments: Sample.allCases)
  func flippedBits(sample: Sample) {
    let bytes = sample.bytes
    for index in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[index] ^= 1 << bit
        _ = sample.survives(damaged)
      }
    }
  }

  @Test(arguments: Sample.allCases)
  func randomDamage(sample: Sample) {
    var generator = SeededGenerator(6)
    let bytes = sample.bytes
    let favourites: [UInt8] = [0, 255, 0x22, 0x2C, 0x0A, 0x0D, 0x27, 0x28, 0x5B, 0x7B, 0x5C, 0x2D, 0x39, 0x80, 0xE2]
    for _ in 0..<4000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let index = Int.random(in: 0..<damaged.count, using: &generator)
        let byte =
          Bool.random(using: &generator)
          ? favourites.randomElement(using: &generator)! : UInt8(truncatingIfNeeded: generator.next())
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: damaged.insert(byte, at: index)
        case 1 where damaged.count > 1: damaged.remove(at: index)
        default: damaged[index] = byte
        }
      }
      _ = sample.survives(damaged)
    }
  }

  @Test func randomBytes() {
    var generator = SeededGenerator(7)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0...80, using: &generator)).map { _ in UInt8(truncatingIfNeeded: generator.next())
      }
      for sample in Sample.allCases {
        _ = sample.survives(bytes)
        _ = sample.survives(Array(sample.bytes.prefix(16)) + bytes)
      }
    }
  }
}
