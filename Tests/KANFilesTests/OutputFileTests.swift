import Foundation
import Testing

@testable import KANFiles

/// Places where a file is to be written: pipes without a reader, files under several names, files without a name yet.
@Suite struct OutputFileTests {
  @Test func pipes() throws {
    try withTemporaryFolder { folder in
      let pipe = folder + "/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      expectFailure(.cannotCreate, "a pipe that nobody reads") { try writeFile([1], to: pipe) }
      expectFailure(.cannotCreate, "a pipe that nobody reads") { try checkWritable(pipe) }
      expectFailure(.cannotCreate, "a pipe that nobody reads") { _ = try openOutput(pipe) }
      let reader = open(pipe, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try checkWritable(pipe)
      try writeFile([1, 2], to: pipe)
      var bytes: [UInt8] = [0, 0, 0]
      #expect(read(reader, &bytes, 3) == 2 && bytes == [1, 2, 0])
      // The check holds the pipe open, so that the reader waits for more.
      #expect(read(reader, &bytes, 3) == -1 && errno == EAGAIN)
    }
  }

  @Test func oneFileUnderManyNames() throws {
    try withTemporaryFolder { folder in
      let file = folder + "/a"
      try writeFile([1], to: file)
      #expect(symlink("a", folder + "/symbolic") == 0 && link(file, folder + "/hard") == 0)
      let own = try #require(FileIdentity(file))
      for name in ["a", "./a", "symbolic", "hard"] { #expect(FileIdentity(folder + "/" + name) == own) }
      try writeFile([1], to: folder + "/b")
      #expect(FileIdentity(folder + "/b") != own)
      // Not there yet.
      #expect(FileIdentity(folder + "/c") == FileIdentity(folder + "/./c"))
      #expect(FileIdentity(folder + "/c") != FileIdentity(folder + "/d"))
      #expect(FileIdentity("/dev/null") == nil && FileIdentity(folder + "/none/c") == nil)
      #expect(FileIdentity.all(in: folder) == Set([own, try #require(FileIdentity(folder + "/b"))]))
      #expect(FileIdentity.all(in: file) == [own])
    }
  }

  /// While it is written the new file has no name, so that nothing is left of it whatever happens.
  @Test func noTemporaryNames() throws {
    try withTemporaryFolder { folder in
      var seen: [[String]] = []
      try writeFile(to: folder + "/f") { append throws(FileError) in
        try append([1])
        seen.append((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
        try append([2])
      }
      #expect(seen == [[]])
      #expect(try readFile(folder + "/f") == [1, 2])
    }
  }

  @Test func replaceable() throws {
    try withTemporaryFolder { folder in
      #expect(isReplaceable(folder + "/new") && !isReplaceable("/dev/null") && !isReplaceable("/dev/stdout"))
      #expect(mkfifo(folder + "/pipe", 0o600) == 0)
      #expect(!isReplaceable(folder + "/pipe"))
    }
  }
}
