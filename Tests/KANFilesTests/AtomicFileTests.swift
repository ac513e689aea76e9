import Foundation
import Testing

@testable import KANFiles

@Suite struct AtomicFileTests {
  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func permissions(_ path: String) -> mode_t? {
    status(of: path).map { $0.st_mode & 0o7777 }
  }

  @Test func createsAndReplaces() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/f"
      try writeFile([1, 2, 3], to: path)
      #expect(try readFile(path) == [1, 2, 3])
      let mask = umask(0)
      umask(mask)
      #expect(permissions(path) == 0o666 & ~mask)
      try writeFile(chunks: [[4], [], [5, 6]], to: path)
      #expect(try readFile(path) == [4, 5, 6])
      try writeFile([], to: path)
      #expect(try readFile(path) == [])
      #expect(try names(in: folder) == ["f"])
    }
  }

  @Test(arguments: [0o600, 0o640, 0o755] as [mode_t])
  func keepsPermissions(mode: mode_t) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/f"
      try writeFile([1], to: path)
      chmod(path, mode)
      try writeFile([2], to: path)
      #expect(permissions(path) == mode)
      #expect(try readFile(path) == [2])
    }
  }

  @Test func followsLinks() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(atPath: folder + "/sub", withIntermediateDirectories: true)
      try writeFile([1], to: folder + "/sub/f")
      symlink("sub/f", folder + "/one")
      symlink(folder + "/one", folder + "/two")
      try writeFile([2], to: folder + "/two")
      #expect(try readFile(folder + "/sub/f") == [2])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/one") == "sub/f")
      symlink("sub/new", folder + "/dangling")
      try writeFile([3], to: folder + "/dangling")
      #expect(try readFile(folder + "/sub/new") == [3])
      #expect(try names(in: folder + "/sub") == ["f", "new"])
      symlink("loop", folder + "/loop")
      expectFailure(.cannotCreate, "cannot create the file: Too many levels of symbolic links") {
        try writeFile([1], to: folder + "/loop")
      }
    }
  }

  @Test func writesDirectly() throws {
    try writeFile([1, 2], to: "/dev/null")
    expectFailure(.inputOutput, "cannot write the file: No space left on device") {
      try writeFile([1, 2], to: "/dev/full")
    }
    try withTemporaryFolder { folder in
      symlink("/dev/full", folder + "/link")
      expectFailure(.inputOutput, "cannot write the file: No space left on device") {
        try writeFile([1, 2], to: folder + "/link")
      }
      let path = folder + "/file"
      let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
      defer { close(descriptor) }
      try writeFile([7, 8], to: "/dev/fd/\(descriptor)")
      try writeFile([9], to: "/proc/self/fd/\(descriptor)")
      #expect(try readFile(path) == [7, 8, 9])
    }
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    try writeFile([5, 6], to: "/dev/fd/\(ends[1])")
    close(ends[1])
    #expect(try readFile("/dev/fd/\(ends[0])") == [5, 6])
    close(ends[0])
  }

  @Test func failures() throws {
    try withTemporaryFolder { folder in
      expectFailure(.cannotCreate, "cannot create the file: No such file or directory") {
        try writeFile([1], to: folder + "/missing/f")
      }
      expectFailure(.cannotCreate, "is a folder") { try writeFile([1], to: folder) }
      expectFailure(.cannotCreate, "not a file name") { try writeFile([1], to: "") }
      expectFailure(.cannotCreate, "not a file name") { try writeFile([1], to: folder + "/new/") }
      try writeFile([1], to: folder + "/f")
      expectFailure(.cannotCreate, "cannot create the file: Not a directory") {
        try writeFile([1], to: folder + "/f/g")
      }
      #expect(try names(in: folder) == ["f"])
    }
  }

  /// A limit on the size of files makes writing fail halfway.
  @Test func failureKeepsOldFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/f"
      try writeFile([1, 2, 3], to: path)
      signal(SIGXFSZ, SIG_IGN)
      var old = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
      var low = rlimit(rlim_cur: 32 << 20, rlim_max: old.rlim_max)
      #expect(setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &low) == 0)
      defer { setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old) }
      expectFailure(.inputOutput, "cannot write the file: File too large") {
        try writeFile([UInt8](repeating: 9, count: 33 << 20), to: path)
      }
      #expect(try readFile(path) == [1, 2, 3])
      #expect(try names(in: folder) == ["f"])
    }
  }
}
