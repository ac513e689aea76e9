private import CKANKernels

/// Memory for numbers, aligned to a cache line; large blocks ask for huge pages.
package enum AlignedMemory {
  /// Uninitialised memory. Stops the program if there is none, as Swift's own allocations do.
  package static func allocate<Element: Scalar>(_ count: Int, of _: Element.Type) -> UnsafeMutablePointer<Element> {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, let memory = kan_allocate(Int64(bytes)) else {
      fatalError("no memory for \(count) numbers of \(MemoryLayout<Element>.stride) bytes")
    }
    return memory.bindMemory(to: Element.self, capacity: count)
  }

  package static func free<Element: Scalar>(_ memory: UnsafeMutablePointer<Element>) { kan_free(memory) }
}
