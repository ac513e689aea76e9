import Testing

@testable import KANLinearAlgebra

@Suite struct AlignedMemoryTests {
  /// From a line of the cache on; from half a huge page on, whole ones. The ends can be written.
  @Test(arguments: [(0, 64), (1, 64), (131_071, 64), (131_072, 2 << 20), (262_145, 2 << 20), (700_000, 2 << 20)])
  func startsOnALineOrAPage(count: Int, alignment: Int) {
    let memory = AlignedMemory.allocate(count, of: Double.self)
    defer { AlignedMemory.free(memory) }
    #expect(UInt(bitPattern: memory) % UInt(alignment) == 0)
    for index in [0, count - 1] where index >= 0 && index < count { memory[index] = 3 }
    #expect(count == 0 || memory[count - 1] == 3)
  }
}
