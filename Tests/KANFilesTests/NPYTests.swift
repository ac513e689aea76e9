import Foundation
import Testing

@testable import KANFiles

@Suite struct NPYTests {
  @Test(arguments: numpyFixtures)
  func readsNumpyFiles(fixture: NumpyFixture) throws {
    let bytes = [UInt8](try #require(Data(base64Encoded: fixture.base64)))
    let array = try decodeNPY(bytes, path: "f.npy")
    #expect(array == NumericArray(shape: fixture.shape, values: fixture.values, isInteger: fixture.isInteger))
  }

  @Test(arguments: [
    BadText("", "not an NPY file (wrong magic bytes)"),
    BadText("PK\u{3}\u{4}", "not an NPY file (wrong magic bytes)"),
    BadText(bytes: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "truncated NPY header"),
    BadText(bytes: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0, 9], "truncated NPY header"),
    BadText(bytes: npy("", [], major: 4), "NPY version 4.0 is not supported"),
    BadText(bytes: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 1, 0, 0], "NPY version 1.1 is not supported"),
    BadText(
      bytes: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B],
      "the NPY header of 4294967295 bytes goes beyond the end of the file"),
  ])
  func badPreamble(text: BadText) {
    expectFailure(.malformed, text.message) { _ = try decodeNPY(text.bytes, path: "") }
  }

  @Test(arguments: [
    ("", "the NPY header does not parse: '{' is expected at character 1"),
    ("{}", "the NPY header does not parse: no descr"),
    ("{'descr': '<f8', 'shape': (1,)}", "the NPY header does not parse: no fortran_order"),
    ("{'descr': '<f8', 'fortran_order': False}", "the NPY header does not parse: no shape"),
    ("{'descr': '<f8' 'shape': (1,)}", "the NPY header does not parse: '}' is expected at character 17"),
    ("{'descr': '<f8', 'descr': '<f4'}", "the NPY header does not parse: unexpected key \"descr\""),
    ("{'x': 1}", "the NPY header does not parse: unexpected key \"x\""),
    ("{'descr': '<f8", "the NPY header does not parse: unclosed string"),
    ("{descr: '<f8'}", "the NPY header does not parse: a string is expected at character 2"),
    ("{'fortran_order': 0}", "the NPY header does not parse: True or False is expected at character 19"),
    ("{'shape': [1]}", "the NPY header does not parse: '(' is expected at character 11"),
    ("{'shape': (1)}", "the NPY header does not parse: a comma is expected at character 13"),
    ("{'shape': (1.5,)}", "the NPY header does not parse: a comma is expected at character 13"),
    ("{'shape': (x,)}", "the NPY header does not parse: a whole number is expected at character 12"),
    ("{'shape': (-3,)}", "negative dimension -3 in the NPY header"),
    ("{'shape': (99999999999999999999,)}", "a dimension in the NPY header is too large"),
    ("{'descr': [('a', '<f8')]}", "structured arrays are not supported"),
    (
      "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } x",
      "the NPY header does not parse: text after the dictionary"
    ),
  ])
  func badHeader(header: String, message: String) {
    expectFailure(.malformed, message) { _ = try decodeNPY(npy(header, []), path: "") }
    expectFailure(.malformed, message) { _ = try decodeNPY(npy(header, [], major: 2), path: "") }
  }

  @Test(arguments: [
    ("<f8", "(2, 1)", 15, "too little data: 16 bytes expected, 15 found"),
    ("<f8", "(2,)", 17, "1 byte of excess data after the array"),
    ("<f8", "()", 8, "a scalar, but an array is expected"),
    ("<f8", "(0, 3)", 0, "the array is empty (0 × 3)"),
    ("<f8", "(4611686018427387904, 4)", 0, "the shape 4611686018427387904 × 4 is too large"),
    ("<f8", "(4611686018427387904,)", 0, "the shape 4611686018427387904 is too large"),
    ("<f8", "(1000000000000, 2)", 8, "too little data: 16000000000000 bytes expected, 8 found"),
    ("|O", "(1,)", 8, "pickled Python objects are not supported"),
    ("|V8", "(1,)", 8, "structured arrays are not supported"),
    ("<c16", "(1,)", 16, "complex numbers are not supported"),
    ("<U1", "(1,)", 4, "arrays of strings are not supported"),
    ("|S1", "(1,)", 1, "arrays of strings are not supported"),
    ("<M8[ns]", "(1,)", 8, "dates and times are not supported"),
    ("<f16", "(1,)", 16, "the element type \"<f16\" is not supported"),
    ("", "(1,)", 1, "the element type \"\" is not supported"),
    ("|f8", "(1,)", 8, "the element type \"|f8\" is not supported"),
    ("|b1", "(1,)", -1, "row 1: a truth value that is not 0 or 1"),
  ])
  func badData(type: String, shape: String, size: Int, message: String) {
    let data = size < 0 ? [2] : [UInt8](repeating: 0, count: size)
    let bytes = npy("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }", data)
    expectFailure(.malformed, message) { _ = try decodeNPY(bytes, path: "") }
  }

  @Test func badValues() {
    expectFailure(.malformed, "row 2, column 1: nan is not a finite number") {
      _ = try decodeNPY(encodeNPY(shape: [2, 2], [1, 2, Float.nan, .infinity]), path: "")
    }
    expectFailure(.malformed, "row 3: -inf is not a finite number") {
      _ = try decodeNPY(encodeNPY(shape: [3], [1, 2, -Double.infinity]), path: "")
    }
    expectFailure(.malformed, "row 1, column 2: 11 is too large".replacingOccurrences(of: "11", with: "11.0")) {
      _ = try decodeNPY(encodeNPY(shape: [1, 2], [-10, 11] as [Int64]), path: "", magnitudeLimit: 10)
    }
  }

  @Test func writtenFilesAreRead() throws {
    let floats: [Float] = [0.1, -2, 3e38, .leastNonzeroMagnitude, -0, 7]
    let read = try decodeNPY(encodeNPY(shape: [2, 3], floats), path: "")
    #expect(read == NumericArray(shape: [2, 3], values: floats.map(Double.init), isInteger: false))
    let doubles = [0.1, -.pi, 1e300]
    #expect(try decodeNPY(encodeNPY(shape: [3], doubles), path: "").values == doubles)
    let integers = try decodeNPY(encodeNPY(shape: [1, 3], [1, -2, 1 << 40] as [Int64]), path: "")
    #expect(integers == NumericArray(shape: [1, 3], values: [1, -2, 0x1p40], isInteger: true))
    for count in 0..<80 {
      let bytes = encodeNPY(shape: [count], [Double](repeating: 1, count: count))
      #expect((bytes.count - 8 * count) % 64 == 0)
    }
  }

  /// Numpy's own bytes for the same array.
  @Test func sameBytesAsNumpy() throws {
    let fixture = try #require(numpyFixtures.first { $0.name == "<f8" })
    let bytes = [UInt8](try #require(Data(base64Encoded: fixture.base64)))
    #expect(encodeNPY(shape: fixture.shape, fixture.values) == bytes)
  }
}
