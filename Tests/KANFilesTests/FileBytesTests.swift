import Foundation
import Testing

@testable import KANFiles

@Suite struct FileBytesTests {
  @Test(arguments: [0, 1, 65_536, 3_000_000])
  func regularFile(size: Int) throws {
    try withTemporaryFolder { folder in
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      try Data(bytes).write(to: URL(fileURLWithPath: folder + "/f"))
      #expect(try readFile(folder + "/f") == bytes)
    }
  }

  /// Files in /proc declare a size of 0.
  @Test func fileWithoutSize() throws {
    let bytes = try readFile("/proc/self/status")
    #expect(!bytes.isEmpty)
  }

  private func writeInBackground(_ bytes: [UInt8], to path: String) {
    Thread.detachNewThread { FileHandle(forWritingAtPath: path)?.write(Data(bytes)) }
  }

  @Test func pipe() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let bytes = [UInt8](repeating: 7, count: 2_500_000)
      writeInBackground(bytes, to: path)
      let read = try readFile(path)
      #expect(read == bytes)
    }
  }

  @Test func descriptor() throws {
    var ends: [Int32] = [0, 0]
    #expect(Glibc.pipe(&ends) == 0)
    #expect(write(ends[1], "abc", 3) == 3)
    close(ends[1])
    defer { close(ends[0]) }
    #expect(try readFile("/dev/fd/\(ends[0])") == Array("abc".utf8))
    expectFailure(.inputOutput, "cannot read the file: Bad file descriptor") { _ = try readFile("/dev/fd/987654") }
  }

  @Test func refused() throws {
    try withTemporaryFolder { folder in
      expectFailure(.notFound, "no such file") { _ = try readFile(folder + "/missing") }
      expectFailure(.notFound, "no such file") { _ = try readFile("") }
      expectFailure(.notFound, "the path contains a NUL character") { _ = try readFile(folder + "\0x") }
      expectFailure(.malformed, "a folder, but a file is expected") { _ = try readFile(folder) }
      expectFailure(.malformed, "a device, but a file is expected") { _ = try readFile("/dev/zero") }
      let path = folder + "/locked"
      try Data([1]).write(to: URL(fileURLWithPath: path))
      chmod(path, 0)
      if geteuid() != 0 {
        expectFailure(.inputOutput, "no permission to read the file") { _ = try readFile(path) }
      }
      let huge = folder + "/huge"
      try Data().write(to: URL(fileURLWithPath: huge))
      if truncate(huge, 1 << 42) == 0 {
        expectFailure(.inputOutput, "the contents are too large for the memory of this machine") {
          _ = try readFile(huge)
        }
      }
    }
  }
}
