/// A fixed-length array of numbers whose memory starts on a cache line; a value type that copies on write.
///
/// The parameters of a network are one, its gradients another.
public struct AlignedArray<Element: Scalar>: RandomAccessCollection, MutableCollection, Sendable {
  private var storage: Storage

  /// `count` zeros.
  public init(zeros count: Int) {
    require(count >= 0, "AlignedArray: negative count \(count)")
    storage = Storage(count: count)
    storage.pointer.initialize(repeating: 0, count: count)
  }

  /// The elements of a collection.
  public init(_ elements: some Collection<Element>) {
    storage = Storage(count: elements.count)
    let buffer = UnsafeMutableBufferPointer(start: storage.pointer, count: storage.count)
    _ = buffer.initialize(fromContentsOf: elements)
  }

  public var count: Int { storage.count }
  public var startIndex: Int { 0 }
  public var endIndex: Int { storage.count }

  public subscript(index: Int) -> Element {
    get {
      require(index >= 0 && index < count, "AlignedArray: index \(index) outside 0 ..< \(count)")
      return storage.pointer[index]
    }
    set {
      require(index >= 0 && index < count, "AlignedArray: index \(index) outside 0 ..< \(count)")
      makeUnique()
      storage.pointer[index] = newValue
    }
  }

  /// For reading; valid while this array lives and is not written to.
  package var pointer: UnsafePointer<Element> { UnsafePointer(storage.pointer) }

  /// For writing, after a copy if the memory is shared; valid until the next mutation or copy.
  package mutating func mutablePointer() -> UnsafeMutablePointer<Element> {
    makeUnique()
    return storage.pointer
  }

  /// Overwrites this array with another of the same length, without allocating when its memory is its own.
  package mutating func copyElements(from other: AlignedArray) {
    require(count == other.count, "AlignedArray: copy of \(other.count) elements into \(count)")
    if storage === other.storage { return }
    mutablePointer().update(from: other.storage.pointer, count: count)
  }

  private mutating func makeUnique() {
    if isKnownUniquelyReferenced(&storage) { return }
    let copy = Storage(count: storage.count)
    copy.pointer.initialize(from: storage.pointer, count: storage.count)
    storage = copy
  }

  /// Unchecked because the pointer is only written through a uniquely referenced owner.
  private final class Storage: @unchecked Sendable {
    let count: Int
    let pointer: UnsafeMutablePointer<Element>

    init(count: Int) {
      self.count = count
      pointer = AlignedMemory.allocate(count, of: Element.self)
    }

    deinit { AlignedMemory.free(pointer) }
  }
}

extension AlignedArray: Equatable {
  public static func == (a: AlignedArray, b: AlignedArray) -> Bool { a.elementsEqual(b) }
}
