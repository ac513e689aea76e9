// Conversion from and to other number types, in loops specialised for both precisions.

extension AlignedArray {
  /// Each value rounded to this precision.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public init(converting values: [Double]) {
    self.init(zeros: values.count)
    let to = mutablePointer()
    for index in values.indices { to[index] = Element(values[index]) }
  }

  /// Each byte as a number.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public init(converting values: [UInt8]) {
    self.init(zeros: values.count)
    let to = mutablePointer()
    for index in values.indices { to[index] = Element(values[index]) }
  }

  /// The elements in double precision.
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public func doubles() -> [Double] {
    let from = pointer
    return [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count { buffer.initializeElement(at: index, to: Double(from[index])) }
      initialized = count
    }
  }
}
