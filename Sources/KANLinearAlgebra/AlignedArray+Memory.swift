// The memory of an array without a copy: for algorithms of the standard library, for C, and for loops of a user.

extension AlignedArray {
  /// The elements in order, for reading: bounds-checked, and bound to the life of the array by the compiler.
  @inlinable
  public var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      // A copy, since the optimiser of Swift 6.3 refuses a span on a property of a class.
      let start = storage.pointer
      let span = unsafe Span(_unsafeStart: start, count: storage.count)
      return unsafe _overrideLifetime(span, borrowing: self)
    }
  }

  /// The elements in order, for writing, after a copy if the memory is shared.
  @inlinable
  public var mutableSpan: MutableSpan<Element> {
    @_lifetime(&self)
    mutating get {
      makeUnique()
      let start = storage.pointer
      let span = unsafe MutableSpan(_unsafeStart: start, count: storage.count)
      return unsafe _overrideLifetime(span, mutating: &self)
    }
  }

  /// Calls `body` with the elements' memory, which is valid during the call alone.
  @inlinable
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
  }

  /// The same for writing, after a copy if the memory is shared. Another buffer put in its place is not looked at.
  @inlinable
  public mutating func withUnsafeMutableBufferPointer<Result, Failure: Error>(
    _ body: (inout UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    makeUnique()
    let storage = storage
    defer { withExtendedLifetime(storage) {} }
    var buffer = UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count)
    return try body(&buffer)
  }

  @inlinable
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBufferPointer(body)
  }

  @inlinable
  public mutating func withContiguousMutableStorageIfAvailable<Result>(
    _ body: (inout UnsafeMutableBufferPointer<Element>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeMutableBufferPointer(body)
  }
}
