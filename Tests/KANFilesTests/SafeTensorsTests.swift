import Foundation
import Testing

@testable import KANFiles

@Suite struct SafeTensorsTests {
  private let contents = SafeTensors(
    metadata: ["format": "1", "note \"\\\n\u{1}é": "😀"],
    tensors: [
      "b": .init(shape: [2, 2], [1, -0.0, .infinity, 0.1] as [Float]),
      "a": .init(shape: [3], [1, -2, 0.1] as [Double]),
      "ä\"": .init(shape: [], [7] as [Int64]), "c": .init(shape: [2], [-1, .max] as [Int32]),
      "empty": .init(shape: [0, 4], [] as [Float]), "u": .init(dtype: .unsigned8, shape: [3], bytes: [1, 2, 255]),
    ])

  @Test func roundTrip() throws {
    let bytes = contents.encoded()
    #expect(bytes == contents.encoded())
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect((8 + length) % 64 == 0)
    let read = try SafeTensors(bytes: bytes, path: "")
    #expect(read == contents)
    #expect(read.encoded() == bytes)
    #expect(read.tensors["a"]?.doubles == [1, -2, 0.1])
    #expect(read.tensors["a"]?.floats == nil)
    #expect(read.tensors["b"]?.floats == [1, -0.0, .infinity, 0.1])
    #expect(read.tensors["b"]?.doubles == [1, -0.0, .infinity, Double(0.1 as Float)])
    #expect(read.tensors["ä\""]?.integers == [7])
    #expect(read.tensors["c"]?.integers == [-1, Int(Int32.max)])
    #expect(read.tensors["u"]?.integers == [1, 2, 255])
    #expect(read.tensors["empty"]?.floats == [])
    try withTemporaryFolder { folder in
      try contents.write(to: folder + "/m.safetensors")
      #expect(try SafeTensors(path: folder + "/m.safetensors") == contents)
    }
  }

  @Test func exactBytes() {
    let file = SafeTensors(metadata: ["k": "v"], tensors: ["x": .init(shape: [1], [1] as [Float])])
    let header = "{\"__metadata__\":{\"k\":\"v\"},\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"
    let padded = header + String(repeating: " ", count: 120 - header.utf8.count)
    #expect(file.encoded() == safeTensors(padded, [0, 0, 0x80, 0x3F]))
    #expect(SafeTensors().encoded() == safeTensors("{}" + String(repeating: " ", count: 54)))
  }

  @Test(arguments: SafeTensors.ElementType.allCases)
  func allTypes(type: SafeTensors.ElementType) throws {
    let bytes = (0..<(3 * type.size)).map { UInt8($0 + 1) }
    let file = SafeTensors(tensors: ["t": .init(dtype: type, shape: [3], bytes: bytes)])
    #expect(try SafeTensors(bytes: file.encoded(), path: "") == file)
    #expect(file.tensors["t"]?.count == 3)
    #expect((file.tensors["t"]?.integers != nil) == ["I", "U"].contains(type.rawValue.first))
  }

  @Test func unsignedBeyondInt() {
    let tensor = SafeTensors.Tensor(dtype: .unsigned64, shape: [1], bytes: [UInt8](repeating: 255, count: 8))
    #expect(tensor.integers == nil)
  }

  @Test func escapes() throws {
    let header = "{\"__metadata__\":{\"\\u00e9\\n\\/\\\"\\\\\\b\\f\\r\\t\":\"\\ud83d\\ude00\"}}"
    #expect(try SafeTensors(bytes: safeTensors(header), path: "").metadata == ["é\n/\"\\\u{8}\u{C}\r\t": "😀"])
  }

  @Test(arguments: [
    BadText(bytes: [1, 2, 3], "truncated safetensors header"),
    BadText(
      bytes: [3, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0x7D], "the safetensors header of 3 bytes goes beyond the end of the file"),
    BadText(
      bytes: [UInt8](repeating: 255, count: 8) + [0x7B, 0x7D],
      "a safetensors header of 18446744073709551615 bytes is too large"),
    BadText(bytes: [1, 0xE1, 0xF5, 5, 0, 0, 0, 0], "a safetensors header of 100000001 bytes is too large"),
    BadText(
      bytes: [2, 0, 0, 0, 0, 0, 0, 0, 0x7B, 0xFF], "safetensors header: not valid UTF-8 text"),
  ])
  func badPreamble(file: BadText) {
    expectFailure(.malformed, file.message) { _ = try SafeTensors(bytes: file.bytes, path: "") }
  }

  @Test(arguments: [
    ("", "'{' is expected at byte 1"), ("[]", "'{' is expected at byte 1"), ("{", "'\"' is expected at byte 2"),
    ("{}x", "text after the end at byte 3"), ("{\"a", "a string is not closed"),
    ("{\"a\\", "a string is not closed"), ("{\"a\nb\":1}", "control character in a string at byte 4"),
    ("{\"\\x\":1}", "invalid escape at byte 4"), ("{\"\\ud800\":1}", "invalid escape at byte 8"),
    ("{\"\\ud800\\u0041\":1}", "invalid escape at byte 14"), ("{\"\\u00g0\":1}", "invalid escape at byte 6"),
    ("{\"a\" 1}", "':' is expected at byte 6"), ("{\"a\":1}", "'{' is expected at byte 6"),
    ("{\"__metadata__\":{\"k\":1}}", "'\"' is expected at byte 22"),
    ("{\"__metadata__\":{\"k\":\"\",\"k\":\"\"}}", "the metadata key \"k\" occurs twice"),
    ("{\"__metadata__\":{},\"__metadata__\":{}}", "the name \"__metadata__\" occurs twice"),
    ("{\"__metadata__\":{},}", "'\"' is expected at byte 20"),
    ("{\"t\":{}}", "tensor \"t\": dtype, shape and two data_offsets are needed"),
    ("{\"t\":{\"dtype\":\"X9\"}}", "tensor \"t\": the type \"X9\" is not supported"),
    ("{\"t\":{\"other\":1}}", "tensor \"t\": unexpected key \"other\""),
    ("{\"t\":{\"shape\":[1],\"shape\":[1]}}", "tensor \"t\": unexpected key \"shape\""),
    ("{\"t\":{\"shape\":[-1]}}", "a whole number is expected at byte 16"),
    ("{\"t\":{\"shape\":[1.0]}}", "a whole number is expected at byte 16"),
    ("{\"t\":{\"shape\":[01]}}", "a whole number is expected at byte 16"),
    ("{\"t\":{\"shape\":[1 2]}}", "',' or ']' is expected at byte 18"),
    ("{\"t\":{\"shape\":[99999999999999999999]}}", "a number at byte 16 is too large"),
    ("{\"t\":{\"shape\":[[1]]}}", "a whole number is expected at byte 16"),
  ])
  func badHeader(header: String, message: String) {
    expectFailure(.malformed, "safetensors header: " + message) {
      _ = try SafeTensors(bytes: safeTensors(header), path: "")
    }
  }

  @Test(arguments: ["[", "{\"a\":", "{\"t\":{\"shape\":["])
  func deepNesting(opening: String) {
    let header = String(repeating: opening, count: 100_000)
    #expect(throws: FileError.self) { try SafeTensors(bytes: safeTensors(header), path: "") }
    #expect(throws: FileError.self) { try SafeTensors(bytes: safeTensors("{\"t\":{\"shape\":" + header), path: "") }
  }

  private func tensor(_ name: String, _ type: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
    "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
  }

  @Test func badOffsets() {
    let cases: [([String], Int, String)] = [
      ([tensor("t", "F32", "1", 0, 4)], 3, "tensor \"t\": offsets 0…4 do not fit 3 bytes of data"),
      ([tensor("t", "F32", "1", 4, 0)], 4, "tensor \"t\": offsets 4…0 do not fit 4 bytes of data"),
      ([tensor("t", "F32", "1", 0, Int.max)], 4, "tensor \"t\": offsets 0…\(Int.max) do not fit 4 bytes of data"),
      ([tensor("t", "F32", "1", 0, 4)], 5, "1 byte of excess data after the last tensor"),
      ([], 5, "5 bytes of excess data after the last tensor"),
      ([tensor("t", "F32", "1", 1, 5)], 5, "tensor \"t\": unused data before it"),
      ([tensor("a", "U8", "2", 0, 2), tensor("b", "U8", "2", 3, 5)], 5, "tensor \"b\": unused data before it"),
      ([tensor("a", "U8", "3", 0, 3), tensor("b", "U8", "3", 2, 5)], 5, "tensor \"b\" overlaps another tensor"),
      ([tensor("a", "U8", "3", 0, 3), tensor("b", "U8", "3", 0, 3)], 3, "tensor \"b\" overlaps another tensor"),
      ([tensor("t", "F64", "2,1", 0, 8)], 8, "tensor \"t\": F64 of shape 2 × 1 needs 16 bytes, but has 8"),
      ([tensor("t", "F64", "", 0, 4)], 4, "tensor \"t\": F64 of shape () needs 8 bytes, but has 4"),
      (
        [tensor("t", "U8", "4294967296,4294967296", 0, 4)], 4,
        "tensor \"t\": the shape 4294967296 × 4294967296 is too large"
      ),
      (
        [tensor("t", "U8", "1", 0, 1), tensor("t", "U8", "1", 1, 2)], 2,
        "safetensors header: the name \"t\" occurs twice"
      ),
    ]
    for (tensors, size, message) in cases {
      let bytes = safeTensors("{" + tensors.joined(separator: ",") + "}", [UInt8](repeating: 0, count: size))
      if message.contains("overlaps") {
        let error = #expect(throws: FileError.self) { try SafeTensors(bytes: bytes, path: "") }
        #expect(error?.message.hasSuffix("overlaps another tensor") == true)
      } else {
        expectFailure(.malformed, message) { _ = try SafeTensors(bytes: bytes, path: "") }
      }
    }
  }
}
