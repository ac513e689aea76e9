// The names of C.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CKANInterface
import FoundationEssentials
import KAN

/// A table that grows by columns.
final class TableBox {
  var columns: [Table.Column] = []
  var table: Table { Table(columns) }

  func add(_ name: UnsafePointer<CChar>?, _ cells: Table.Cells) throws {
    guard let name, let text = String(validatingCString: name) else {
      throw Failure.usage("a column's name is missing or not UTF-8")
    }
    if columns.contains(where: { $0.name == text }) { throw Failure.usage("two columns are called \"\(text)\"") }
    if let first = columns.first, first.cells.count != cells.count {
      throw Failure.usage("column \"\(text)\" has \(cells.count) rows, the first one \(first.cells.count)")
    }
    columns.append(Table.Column(name: text, cells: cells))
  }

  static func at(_ pointer: OpaquePointer?) throws -> TableBox {
    guard let pointer else { throw Failure.usage("a table is missing") }
    return Unmanaged<TableBox>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_table_make() -> OpaquePointer? {
  OpaquePointer(Unmanaged.passRetained(TableBox()).toOpaque())
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_table_free(_ table: OpaquePointer?) {
  if let table { Unmanaged<TableBox>.fromOpaque(UnsafeRawPointer(table)).release() }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_table_add_numbers(
  _ table: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ values: UnsafePointer<swiftkan_array>?, _ kind: Int32,
  _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    let values = try required(values, "a column")
    try values.check("a column", columns: 1)
    // As files are read: an infinity is a gap.
    let numbers = values.matrix(Double.self).elements.map { $0.isFinite ? $0 : .nan }
    try TableBox.at(table).add(name, kind == 1 ? .times(numbers) : .numbers(numbers))
  }
}

/// Described in `swiftkan.h`.
@c @implementation
public func swiftkan_table_add_texts(
  _ table: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ codes: UnsafePointer<Int32>?, _ rows: Int64,
  _ levels: UnsafePointer<CChar>?, _ message: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> Int32 {
  attempt(message) {
    guard let codes, let levels, rows >= 0 else { throw Failure.usage("a column of texts is missing") }
    let texts = try JSONDecoder().decode([String].self, from: Data(String(cString: levels).utf8))
    let own = Array(UnsafeBufferPointer(start: codes, count: Int(rows)))
    guard own.allSatisfy({ $0 >= -1 && Int($0) < texts.count }), Set(texts).count == texts.count else {
      throw Failure.usage("codes of texts lie outside of the levels, or two levels are the same")
    }
    try TableBox.at(table).add(name, .texts(codes: own, levels: texts))
  }
}
