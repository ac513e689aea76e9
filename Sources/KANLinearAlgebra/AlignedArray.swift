/// A fixed-length array of numbers whose memory starts on a cache line; a value type that copies on write.
///
/// The parameters of a network are one, its gradients another. Subscripts are checked in all builds and inlined in
/// optimised ones; ``span`` and ``withUnsafeBufferPointer(_:)`` reach the memory without a copy.
public struct AlignedArray<Element: Scalar>: RandomAccessCollection, MutableCollection, Sendable {
  @usableFromInline var storage: Storage

  /// `count` zeros.
  public init(zeros count: Int) {
    require(count >= 0, "AlignedArray: negative count \(count)")
    storage = Storage(count: count)
    storage.pointer.initialize(repeating: 0, count: count)
  }

  /// The elements of a collection.
  @inlinable
  public init(_ elements: some Collection<Element>) {
    storage = Storage(count: elements.count)
    let buffer = UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count)
    _ = buffer.initialize(fromContentsOf: elements)
  }

  /// `count` elements written by `body`, which gets uninitialised memory and must fill all of it.
  @inlinable
  public init<Failure: Error>(
    count: Int, initializingWith body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    if count < 0 { Self.trap(negativeCount: count) }
    storage = Storage(count: count)
    try body(UnsafeMutableBufferPointer(start: storage.pointer, count: count))
  }

  @inlinable public var count: Int { storage.count }
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { storage.count }

  @inlinable
  public subscript(index: Int) -> Element {
    get {
      // As an unsigned number, a negative index exceeds every count.
      if UInt(bitPattern: index) >= UInt(bitPattern: count) { trap(index) }
      return storage.pointer[index]
    }
    set {
      if UInt(bitPattern: index) >= UInt(bitPattern: count) { trap(index) }
      makeUnique()
      storage.pointer[index] = newValue
    }
  }

  /// For reading; valid while this array lives and is not written to.
  @inlinable package var pointer: UnsafePointer<Element> { UnsafePointer(storage.pointer) }

  /// For writing, after a copy if the memory is shared; valid until the next mutation or copy.
  @inlinable
  package mutating func mutablePointer() -> UnsafeMutablePointer<Element> {
    makeUnique()
    return storage.pointer
  }

  /// Overwrites this array with another of the same length, without allocating if its memory is not shared.
  package mutating func copyElements(from other: AlignedArray) {
    require(count == other.count, "AlignedArray: copy of \(other.count) elements into \(count)")
    if storage === other.storage { return }
    mutablePointer().update(from: other.storage.pointer, count: count)
  }

  @inlinable
  mutating func makeUnique() {
    if !isKnownUniquelyReferenced(&storage) { copyStorage() }
  }

  @usableFromInline @inline(never)
  mutating func copyStorage() {
    let copy = Storage(count: storage.count)
    copy.pointer.initialize(from: storage.pointer, count: storage.count)
    storage = copy
  }

  @usableFromInline @inline(never)
  func trap(_ index: Int) -> Never { fatalError("AlignedArray: index \(index) outside 0 ..< \(count)") }

  @usableFromInline @inline(never)
  static func trap(negativeCount count: Int) -> Never { fatalError("AlignedArray: negative count \(count)") }

  /// Unchecked, because the pointer is written only through a uniquely referenced owner.
  @usableFromInline
  final class Storage: @unchecked Sendable {
    @usableFromInline let count: Int
    @usableFromInline let pointer: UnsafeMutablePointer<Element>

    /// Uninitialised memory.
    @usableFromInline
    init(count: Int) {
      self.count = count
      pointer = AlignedMemory.allocate(count, of: Element.self)
    }

    deinit { AlignedMemory.free(pointer) }
  }
}

extension AlignedArray: Equatable {
  @specialized(where Element == Float)
  @specialized(where Element == Double)
  public static func == (a: AlignedArray, b: AlignedArray) -> Bool {
    if a.count != b.count { return false }
    let (left, right) = (a.pointer, b.pointer)
    return withExtendedLifetime((a, b)) { (0..<a.count).allSatisfy { left[$0] == right[$0] } }
  }
}
