import KAN

/// Numbers as files of arrays hold them, in little-endian order.
enum StoredNumbers: String, Sendable, Codable {
  case float32, float64, int32, int64, uint8

  /// By the type text of an NPY file.
  init?(npy descriptor: String) {
    switch descriptor {
    case "<f4": self = .float32
    case "<f8": self = .float64
    case "<i4": self = .int32
    case "<i8": self = .int64
    case "|u1", "<u1", "u1": self = .uint8
    default: return nil
    }
  }

  var size: Int {
    switch self {
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .uint8: 1
    }
  }

  var isInteger: Bool { self != .float32 && self != .float64 }

  /// Reads `count` numbers, rounded to the nearest ones of the element type.
  func copy<Element: Scalar>(_ from: UnsafeRawPointer, _ count: Int, to: UnsafeMutablePointer<Element>) {
    if isStored(as: Element.self) {
      UnsafeMutableRawPointer(to).copyMemory(from: from, byteCount: count * size)
    } else {
      for index in 0..<count { to[index] = Element(double(from + index * size)) }
    }
  }

  private func isStored<Element: Scalar>(as _: Element.Type) -> Bool {
    self == .float32 && Element.self == Float.self || self == .float64 && Element.self == Double.self
  }

  private func double(_ at: UnsafeRawPointer) -> Double {
    switch self {
    case .float32: Double(at.loadUnaligned(as: Float.self))
    case .float64: at.loadUnaligned(as: Double.self)
    case .int32: Double(at.loadUnaligned(as: Int32.self))
    case .int64: Double(at.loadUnaligned(as: Int64.self))
    case .uint8: Double(at.load(as: UInt8.self))
    }
  }

  /// The index of a class, or -1, which is none, for what is no whole number of its size.
  func label(_ at: UnsafeRawPointer) -> Int32 {
    switch self {
    case .int64: Int32(exactly: at.loadUnaligned(as: Int64.self)) ?? -1
    default: Int32(exactly: double(at)) ?? -1
    }
  }
}
