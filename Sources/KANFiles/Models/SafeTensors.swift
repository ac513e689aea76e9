/// The contents of a safetensors file (github.com/huggingface/safetensors): named arrays and a table of texts.
package struct SafeTensors: Sendable, Equatable {
  package var metadata: [String: String]
  package var tensors: [String: Tensor]

  package init(metadata: [String: String] = [:], tensors: [String: Tensor] = [:]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The element types, with the names used in the file.
  package enum ElementType: String, Sendable, CaseIterable {
    case float64 = "F64"
    case float32 = "F32"
    case float16 = "F16"
    case brainFloat16 = "BF16"
    case float8e4m3 = "F8_E4M3"
    case float8e5m2 = "F8_E5M2"
    case int64 = "I64"
    case int32 = "I32"
    case int16 = "I16"
    case int8 = "I8"
    case unsigned64 = "U64"
    case unsigned32 = "U32"
    case unsigned16 = "U16"
    case unsigned8 = "U8"
    case boolean = "BOOL"

    /// The bytes of one element.
    package var size: Int {
      switch self {
      case .float64, .int64, .unsigned64: 8
      case .float32, .int32, .unsigned32: 4
      case .float16, .brainFloat16, .int16, .unsigned16: 2
      case .float8e4m3, .float8e5m2, .int8, .unsigned8, .boolean: 1
      }
    }
  }

  /// An array in C order, stored as little-endian bytes.
  package struct Tensor: Sendable, Equatable {
    package let dtype: ElementType
    package let shape: [Int]
    package let bytes: [UInt8]

    /// The number of bytes must fit the shape.
    package init(dtype: ElementType, shape: [Int], bytes: [UInt8]) {
      precondition(
        shape.allSatisfy { $0 >= 0 } && checkedProduct(shape + [dtype.size]) == bytes.count,
        "the shape does not fit the number of bytes")
      self.dtype = dtype
      self.shape = shape
      self.bytes = bytes
    }

    package init(shape: [Int], _ values: [Float]) {
      var bytes: [UInt8] = []
      appendLittleEndian(values, to: &bytes) { $0.bitPattern }
      self.init(dtype: .float32, shape: shape, bytes: bytes)
    }

    package init(shape: [Int], _ values: [Double]) {
      var bytes: [UInt8] = []
      appendLittleEndian(values, to: &bytes) { $0.bitPattern }
      self.init(dtype: .float64, shape: shape, bytes: bytes)
    }

    package init(shape: [Int], _ values: [Int32]) {
      var bytes: [UInt8] = []
      appendLittleEndian(values, to: &bytes) { $0 }
      self.init(dtype: .int32, shape: shape, bytes: bytes)
    }

    package init(shape: [Int], _ values: [Int64]) {
      var bytes: [UInt8] = []
      appendLittleEndian(values, to: &bytes) { $0 }
      self.init(dtype: .int64, shape: shape, bytes: bytes)
    }

    /// The number of elements.
    package var count: Int { bytes.count / dtype.size }

    /// The elements of an F32 tensor; nil for other types.
    package var floats: [Float]? {
      guard dtype == .float32 else { return nil }
      return load { (bits: UInt32) in Float(bitPattern: bits) }
    }

    /// The elements of an F64 or F32 tensor, both exact; nil for other types.
    package var doubles: [Double]? {
      switch dtype {
      case .float64: load { (bits: UInt64) in Double(bitPattern: bits) }
      case .float32: load { (bits: UInt32) in Double(Float(bitPattern: bits)) }
      default: nil
      }
    }

    /// The elements of an integer tensor; nil for other types and for U64 values beyond the range of Int.
    package var integers: [Int]? {
      switch dtype {
      case .int64: load { (value: Int64) in Int(value) }
      case .int32: load { (value: Int32) in Int(value) }
      case .int16: load { (value: Int16) in Int(value) }
      case .int8: load { (value: Int8) in Int(value) }
      case .unsigned32: load { (value: UInt32) in Int(value) }
      case .unsigned16: load { (value: UInt16) in Int(value) }
      case .unsigned8: load { (value: UInt8) in Int(value) }
      case .unsigned64:
        load { (value: UInt64) in Int(exactly: value) }.reduce(into: Optional([Int]())) { list, value in
          if let value { list?.append(value) } else { list = nil }
        }
      default: nil
      }
    }

    private func load<Stored: FixedWidthInteger & BitwiseCopyable, Value>(_ convert: (Stored) -> Value) -> [Value] {
      loadIntegers(bytes, from: 0, count: count, isBigEndian: false, convert)
    }
  }
}
