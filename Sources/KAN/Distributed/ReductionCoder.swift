/// Writes what rows came to as bytes for another rank, or reads it, in one function for both.
///
/// All ranks run the same program on machines of the same kind, which is checked when they start. So numbers are written
/// as they are in memory.
struct ReductionCoder {
  private(set) var bytes: [UInt8]
  private var place = 0
  let isReading: Bool

  init() {
    bytes = []
    isReading = false
  }

  init(reading bytes: [UInt8]) {
    self.bytes = bytes
    isReading = true
  }

  mutating func code<Value: BitwiseCopyable>(_ value: inout Value) { withUnsafeMutableBytes(of: &value) { code($0) } }

  /// An array, which may get another length.
  mutating func code<Value: BitwiseCopyable>(_ values: inout [Value]) {
    var count = values.count
    code(&count)
    if isReading, count != values.count {
      values = [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
        code(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count * MemoryLayout<Value>.stride))
        initialized = count
      }
    } else {
      values.withUnsafeMutableBytes { code($0) }
    }
  }

  /// An array of the same length on all ranks.
  mutating func code<Value: Scalar>(_ values: inout AlignedArray<Value>) {
    let count = values.count
    code(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(start: values.mutablePointer(), count: count)))
  }

  mutating func code(_ buffer: UnsafeMutableRawBufferPointer) {
    if isReading {
      require(place + buffer.count <= bytes.count, "ReductionCoder: \(bytes.count) bytes, which is too few")
      bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[place..<place + buffer.count])) }
      place += buffer.count
    } else {
      bytes.append(contentsOf: buffer)
    }
  }
}

extension Reduction {
  var bytes: [UInt8] {
    var (copy, coder) = (self, ReductionCoder())
    copy.code(&coder)
    return coder.bytes
  }

  /// Takes what another rank's rows came to, of a reduction that began alike.
  mutating func read(_ bytes: [UInt8]) {
    var coder = ReductionCoder(reading: bytes)
    code(&coder)
  }
}
