import CKANInterface
import KAN

// Arrays in the caller's memory.

extension swiftkan_array {
  private var elementBytes: Int64 { type == Int32(SWIFTKAN_FLOAT32) ? 4 : 8 }

  /// Row-major without gaps; strides of single rows and columns do not matter.
  private var isContiguous: Bool {
    (columns <= 1 || column_stride == elementBytes) && (rows <= 1 || row_stride == columns * elementBytes)
  }

  /// Throws unless it has the shape; nil is any number.
  func check(_ what: String, rows wantedRows: Int? = nil, columns wantedColumns: Int? = nil) throws {
    let known = [Int32(SWIFTKAN_FLOAT32), Int32(SWIFTKAN_FLOAT64)].contains(type)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard known, rows >= 0, columns >= 0, !overflow, count <= Int64.max / 8, data != nil || count == 0 else {
      throw Failure.usage("\(what): not an array of float32 or float64")
    }
    if rows != Int64(wantedRows ?? Int(rows)) || columns != Int64(wantedColumns ?? Int(columns)) {
      let wanted = [wantedRows, wantedColumns].map { $0.map(String.init) ?? "any" }
      throw Failure.usage(
        "\(what) has the shape [\(rows) × \(columns)], not [\(wanted[0]) × \(wanted[1])]")
    }
  }

  /// Its memory, if it is that of a row-major array of the type without gaps.
  func memory<Element: Scalar>(_: Element.Type) -> UnsafeMutableBufferPointer<Element>? {
    let isSame = type == Int32(Element.self == Float.self ? SWIFTKAN_FLOAT32 : SWIFTKAN_FLOAT64)
    guard isSame, isContiguous, let data, Int(bitPattern: data) % MemoryLayout<Element>.alignment == 0 else {
      return nil
    }
    let count = Int(rows * columns)
    return UnsafeMutableBufferPointer(start: data.bindMemory(to: Element.self, capacity: count), count: count)
  }

  /// A copy in another precision, or without gaps.
  func matrix<Element: Scalar>(_: Element.Type) -> Matrix<Element> {
    if let memory = memory(Element.self) {
      return Matrix(rows: Int(rows), columns: Int(columns)) { to in _ = to.initialize(fromContentsOf: memory) }
    }
    return Matrix(rows: Int(rows), columns: Int(columns)) { to in
      if type == Int32(SWIFTKAN_FLOAT32) {
        copyElements(of: self, as: Float.self) { to.initializeElement(at: $0, to: Element($1)) }
      } else {
        copyElements(of: self, as: Double.self) { to.initializeElement(at: $0, to: Element($1)) }
      }
    }
  }

  private var isAligned: Bool { Int(bitPattern: data) % Int(elementBytes) == 0 }

  /// Writes a result, which has the array's shape.
  func write<Element: Scalar>(_ values: UnsafePointer<Element>) throws {
    if rows * columns == 0 { return }
    guard isContiguous, let data else { throw Failure.usage("a result has to be a row-major array without gaps") }
    guard isAligned else { throw Failure.usage("a result has to be aligned to its numbers") }
    let count = Int(rows * columns)
    if type == Int32(SWIFTKAN_FLOAT32) {
      let to = data.bindMemory(to: Float.self, capacity: count)
      for index in 0..<count { to[index] = Float(values[index]) }
    } else {
      let to = data.bindMemory(to: Double.self, capacity: count)
      for index in 0..<count { to[index] = Double(values[index]) }
    }
  }

  func write<Element: Scalar>(_ matrix: Matrix<Element>) throws {
    try matrix.elements.withUnsafeBufferPointer { if let base = $0.baseAddress { try write(base) } }
  }
}

@inline(__always)
private func copyElements<Source: BinaryFloatingPoint>(
  of array: swiftkan_array, as _: Source.Type, _ put: (Int, Source) -> Void
) {
  guard let data = array.data else { return }
  let columns = Int(array.columns)
  for row in 0..<Int(array.rows) {
    let from = data + row * Int(array.row_stride)
    for column in 0..<columns {
      put(
        row * columns + column,
        (from + column * Int(array.column_stride)).loadUnaligned(as: Source.self))
    }
  }
}

/// The array that a caller has to give.
func required(_ array: UnsafePointer<swiftkan_array>?, _ what: String) throws -> swiftkan_array {
  guard let array else { throw Failure.usage("\(what) is missing") }
  return array.pointee
}
