import Foundation
import Testing

@testable import KANFiles

@Suite struct IDXTests {
  @Test func elementTypes() throws {
    #expect(
      try decodeIDX(idx([2, 2], [1, 2, 3, 255]), path: "") == IDXArray(shape: [2, 2], values: .bytes([1, 2, 3, 255])))
    let cases: [(UInt8, [UInt8], [Double])] = [
      (0x09, [1, 0xFE], [1, -2]),
      (0x0B, [0, 1, 0xFF, 0xFE], [1, -2]),
      (0x0C, [0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFE], [256, -2]),
      (0x0D, [0x3F, 0x80, 0, 0, 0xC0, 0x20, 0, 0], [1, -2.5]),
      (0x0E, [0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0x04, 0, 0, 0, 0, 0, 0], [1, -2.5]),
    ]
    for (type, data, values) in cases {
      let bytes = idx(type: type, [2], data)
      #expect(try decodeIDX(bytes, path: "") == IDXArray(shape: [2], values: .numbers(values)))
      #expect(try decodeIDX(gzip(bytes), path: "") == IDXArray(shape: [2], values: .numbers(values)))
    }
  }

  static let badFiles = [
    BadText("", "truncated IDX header"),
    BadText(bytes: [0, 0, 8], "truncated IDX header"),
    BadText(bytes: [0, 0, 8, 1, 0, 0, 0], "truncated IDX header"),
    BadText("PNG", "not an IDX file (wrong magic bytes)"),
    BadText(bytes: [0, 1, 8, 1], "not an IDX file (wrong magic bytes)"),
    BadText(bytes: [0, 0, 0x0A, 1, 0, 0, 0, 1, 5], "not an IDX file (unknown element type 0xA)"),
    BadText(bytes: [0, 0, 8, 0], "the IDX file has no dimensions"),
    BadText(bytes: idx([3, 0], []), "the array is empty (3 × 0)"),
    BadText(
      bytes: idx([0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], [1]),
      "the shape 4294967295 × 4294967295 × 4294967295 is too large"),
    BadText(
      bytes: idx(type: 0x0E, [0xFFFF_FFFF, 0x7FFF_FFFF], [1]), "the shape 4294967295 × 2147483647 is too large"),
    BadText(bytes: idx([3], [1, 2]), "too little data: 3 bytes expected, 2 found"),
    BadText(bytes: idx([0xFFFF_FFFF], [1, 2]), "too little data: 4294967295 bytes expected, 2 found"),
    BadText(bytes: idx(type: 0x0D, [1], [0x7F, 0xC0, 0, 0]), "value 1 is not a finite number"),
  ]

  @Test(arguments: badFiles)
  func refused(file: BadText) {
    expectFailure(.malformed, file.message) { _ = try decodeIDX(file.bytes, path: "") }
    expectFailure(.malformed, file.message) { _ = try decodeIDX(gzip(file.bytes), path: "") }
  }

  @Test func excessData() {
    expectFailure(.malformed, "2 bytes of excess data after the array") {
      _ = try decodeIDX(idx([1], [1, 2, 3]), path: "")
    }
    expectFailure(.malformed, "the gzip data hold more than the 9 bytes declared inside") {
      _ = try decodeIDX(gzip(idx([1], [1, 2, 3])), path: "")
    }
  }

  /// The data are cut off, which only a reader notices that decompresses them all.
  @Test func compressionBomb() {
    let bomb = gzip(idx([100], [UInt8](repeating: 0, count: 10_000_000)))
    expectFailure(.malformed, "the gzip data hold more than the 108 bytes declared inside") {
      _ = try decodeIDX(bomb.dropLast(bomb.count / 2), path: "")
    }
  }

  @Test func compressedData() throws {
    let data = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
    let bytes = idx([200, 1000], data)
    let expected = IDXArray(shape: [200, 1000], values: .bytes(data))
    let whole = gzip(bytes)
    #expect(try decodeIDX(whole, path: "") == expected)
    let members = gzip(Array(bytes[..<3])) + gzip([]) + gzip(Array(bytes[3..<100_000])) + gzip(Array(bytes[100_000...]))
    #expect(try decodeIDX(members, path: "") == expected)
    expectFailure(.malformed, "truncated gzip data") { _ = try decodeIDX(whole.dropLast(9), path: "") }
    expectFailure(.malformed, "truncated gzip data") { _ = try decodeIDX(Array(members.dropLast()), path: "") }
    expectFailure(.malformed, "excess data after the end of the gzip data") { _ = try decodeIDX(whole + [0], path: "") }
    var corrupt = whole
    corrupt[whole.count - 6] ^= 1
    expectFailure(.malformed, "corrupt gzip data: incorrect data check") { _ = try decodeIDX(corrupt, path: "") }
    corrupt = whole
    corrupt[2] = 7
    expectFailure(.malformed, "corrupt gzip data: unknown compression method") { _ = try decodeIDX(corrupt, path: "") }
  }
}

@Suite struct IDXFolderTests {
  private let files: [(String, [UInt8])] = [
    ("train-images-idx3-ubyte", idx([3, 1, 2], [1, 2, 3, 4, 5, 6])), ("train-labels-idx1-ubyte", idx([3], [0, 1, 2])),
    ("t10k-images-idx3-ubyte", idx([1, 1, 2], [7, 8])), ("t10k-labels-idx1-ubyte", idx([1], [9])),
  ]

  private func write(_ folder: String, _ change: (Int, String, [UInt8]) -> (String, [UInt8])?) throws {
    for (index, file) in files.enumerated() {
      if let (name, bytes) = change(index, file.0, file.1) { try writeFile(bytes, to: folder + "/" + name) }
    }
  }

  @Test(arguments: [false, true], [false, true])
  func variants(isCompressed: Bool, isDotted: Bool) throws {
    try withTemporaryFolder { folder in
      try write(folder) { _, name, bytes in
        let name = isDotted ? name.replacingOccurrences(of: "-idx", with: ".idx") : name
        return isCompressed ? (name + ".gz", gzip(bytes)) : (name, bytes)
      }
      let data = try readIDXFolder(folder)
      let expected = IDXFolder(
        imageShape: [1, 2], trainImages: [1, 2, 3, 4, 5, 6], trainLabels: [0, 1, 2], testImages: [7, 8],
        testLabels: [9])
      #expect(data == expected)
      #expect(data.pixels == 2)
      #expect(try readIDXFolder(folder + "/") == expected)
      let ending = (isDotted ? ".idx1-ubyte" : "-idx1-ubyte") + (isCompressed ? ".gz" : "")
      #expect(try findIDXFolder(folder).testLabels == "\(folder)/t10k-labels\(ending)")
    }
  }

  @Test(arguments: 0..<4)
  func missingFile(missing: Int) throws {
    try withTemporaryFolder { folder in
      try write(folder) { index, name, bytes in index == missing ? nil : (name, bytes) }
      let name = files[missing].0
      expectFailure(.notFound, "neither \(name) nor \(name).gz is in the folder") { _ = try readIDXFolder(folder) }
    }
  }

  @Test(arguments: [
    (0, idx([2, 1, 2], [1, 2, 3, 4]), "3 labels for 2 images"), (1, idx([2], [1, 2]), "2 labels for 3 images"),
    (0, idx([3], [1, 2, 3]), "not images of unsigned bytes"),
    (0, idx(type: 9, [3, 1], [1, 2, 3]), "not images of unsigned bytes"),
    (1, idx([3, 1], [1, 2, 3]), "not a list of unsigned bytes"),
    (3, idx([2], [1, 2]), "2 labels for 1 image"),
    (2, idx([1, 1, 3], [7, 8, 9]), "the images have 1 × 3 values, those for training 1 × 2"),
    (2, [1, 2, 3, 4, 5], "not an IDX file (wrong magic bytes)"),
  ])
  func misfits(changed: Int, contents: [UInt8], message: String) throws {
    try withTemporaryFolder { folder in
      try write(folder) { index, name, bytes in (name, index == changed ? contents : bytes) }
      expectFailure(.malformed, message) { _ = try readIDXFolder(folder) }
    }
  }

  @Test func noFolder() throws {
    try withTemporaryFolder { folder in
      expectFailure(.notFound, "no such folder") { _ = try findIDXFolder(folder + "/missing") }
      try writeFile([1], to: folder + "/f")
      expectFailure(.malformed, "not a folder") { _ = try findIDXFolder(folder + "/f") }
    }
  }

  static let fashionFolder = "/usr/share/datasets/fashion-mnist"

  @Test(.enabled(if: FileManager.default.fileExists(atPath: fashionFolder)))
  func fashionImages() throws {
    let data = try readIDXFolder(Self.fashionFolder)
    #expect(data.imageShape == [28, 28] && data.pixels == 784)
    #expect(data.trainLabels.count == 60_000 && data.trainImages.count == 60_000 * 784)
    #expect(data.testLabels.count == 10_000 && data.testImages.count == 10_000 * 784)
    var counts = [Int](repeating: 0, count: 10)
    for label in data.testLabels { counts[Int(label)] += 1 }
    #expect(counts == [Int](repeating: 1000, count: 10))
  }
}
