import Foundation
import Testing

@testable import KANLinearAlgebra

@Suite struct AlignedMemoryTests {
  private static let hugePage = 2 << 20

  @Test(arguments: [0, 1, 17, 131_071, 131_072, 262_145, 700_000]) func startsOnALineOfTheCache(count: Int) {
    let memory = AlignedMemory.allocate(count, of: Double.self)
    defer { AlignedMemory.free(memory) }
    #expect(UInt(bitPattern: memory) % 64 == 0)
  }

  /// Half a huge page and more asks for whole ones, from its first byte on.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/mm/transparent_hugepage/enabled")),
    arguments: [131_072, 262_145, 700_000])
  func asksForHugePages(count: Int) throws {
    let memory = AlignedMemory.allocate(count, of: Double.self)
    defer { AlignedMemory.free(memory) }
    #expect(UInt(bitPattern: memory) % UInt(Self.hugePage) == 0)
    #expect(try flags(ofMappingAt: UInt(bitPattern: memory)).contains("hg"))
  }

  /// What the system notes of the mapping that holds an address; `hg` is the advice to use huge pages.
  private func flags(ofMappingAt address: UInt) throws -> [Substring] {
    var holdsAddress = false
    let file = try #require(FileHandle(forReadingAtPath: "/proc/self/smaps"))
    // `String(contentsOfFile:)` takes the first short read of such a file for its end.
    let text = String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ")
      let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
      if ends.count == 2 { holdsAddress = ends[0] <= address && address < ends[1] }
      if holdsAddress && fields[0] == "VmFlags:" { return Array(fields.dropFirst()) }
    }
    return []
  }
}
