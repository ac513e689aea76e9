private import CKANKernels

/// Memory for numbers that starts on a cache line, and lies on huge pages if there is much of it.
package enum AlignedMemory {
  /// Not initialized. Stops the program where there is no memory, as the allocations of the language do.
  package static func allocate<Element: Scalar>(_ count: Int, of _: Element.Type) -> UnsafeMutablePointer<Element> {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, let memory = kan_allocate(Int64(bytes)) else {
      fatalError("no memory for \(count) numbers of \(MemoryLayout<Element>.stride) bytes")
    }
    return memory.bindMemory(to: Element.self, capacity: count)
  }

  package static func free<Element: Scalar>(_ memory: UnsafeMutablePointer<Element>) { kan_free(memory) }
}
