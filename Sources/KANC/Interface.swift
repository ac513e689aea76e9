import CKANInterface
import Glibc
import KAN

@c(swiftkan_interface) @implementation
public func swiftkanInterface() -> Int32 { Int32(SWIFTKAN_INTERFACE) }

@c(swiftkan_struct_size) @implementation
public func swiftkanStructSize(_ which: Int32) -> Int64 {
  switch which {
  case 0: Int64(MemoryLayout<swiftkan_array>.stride)
  case 1: Int64(MemoryLayout<swiftkan_progress>.stride)
  default: -1
  }
}

@c(swiftkan_free) @implementation
public func swiftkanFree(_ memory: UnsafeMutableRawPointer?) { free(memory) }

@c(swiftkan_threads) @implementation
public func swiftkanThreads() -> Int64 { Int64(Pools.standardThreads) }
