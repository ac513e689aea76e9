// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import Glibc
import KAN

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_interface() -> Int32 { Int32(SWIFTKAN_INTERFACE) }

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_struct_size(_ which: Int32) -> Int64 {
  switch which {
  case 0: Int64(MemoryLayout<swiftkan_array>.stride)
  case 1: Int64(MemoryLayout<swiftkan_progress>.stride)
  default: -1
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_threads() -> Int64 { Int64(Pools.standardThreads) }
