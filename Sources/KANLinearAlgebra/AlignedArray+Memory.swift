// Access to an array's memory without a copy: for the standard library's algorithms, for C, and for a user's loops.

extension AlignedArray {
  /// The elements in order, for reading. Bounds are checked, and the compiler ties the span to the array's lifetime.
  @inlinable
  public var span: Span<Element> {
    @_lifetime(borrow self)
    get {
      // A local copy: Swift 6.3 does not allow a span that depends on a property of a class.
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

  /// Calls `body` with the elements' memory, valid only during the call.
  @inlinable
  public func withUnsafeBufferPointer<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    defer { withExtendedLifetime(storage) {} }
    return try body(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
  }

  /// The same for writing, after a copy if the memory is shared. Assigning another buffer to the argument has no
  /// effect.
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
