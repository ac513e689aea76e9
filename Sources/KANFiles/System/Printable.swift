/// `text` on one line: control, format and unassigned characters written as escapes, cut after `limit` scalars.
package func printable(_ text: String, limit: Int = 40) -> String {
  var result = String.UnicodeScalarView()
  var count = 0
  for scalar in text.unicodeScalars {
    if count == limit {
      result.append("…")
      break
    }
    count += 1
    switch scalar {
    case "\n": result.append(contentsOf: "\\n".unicodeScalars)
    case "\r": result.append(contentsOf: "\\r".unicodeScalars)
    case "\t": result.append(contentsOf: "\\t".unicodeScalars)
    case " "..."~": result.append(scalar)
    default:
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        let code = String(scalar.value, radix: 16, uppercase: true)
        result.append(contentsOf: "\\u{\(code)}".unicodeScalars)
      default: result.append(scalar)
      }
    }
  }
  return String(result)
}

/// Bytes of a file as printable text in quotation marks, cut after `limit` scalars.
func quoted(_ bytes: some Collection<UInt8>, limit: Int = 40) -> String {
  // A scalar has at most 4 bytes, so the cut never shows a scalar that the prefix broke.
  "\"\(printable(String(decoding: bytes.prefix(4 * limit + 4), as: UTF8.self), limit: limit))\""
}

/// A name from a file as printable text in quotation marks.
func quoted(_ name: String) -> String {
  "\"\(printable(name))\""
}

/// A number with its noun, as `1 byte` or `2 bytes`.
func amount(_ count: Int, _ noun: String) -> String {
  count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
}

/// A shape as `3 × 4`.
func shapeText(_ shape: [Int]) -> String {
  let text = shape.prefix(8).map(String.init).joined(separator: " × ")
  return shape.count > 8 ? text + " × …" : text
}

/// The product of all sizes; nil if it overflows.
func checkedProduct(_ sizes: some Sequence<Int>) -> Int? {
  var product = 1
  for size in sizes {
    let (value, overflow) = product.multipliedReportingOverflow(by: size)
    if overflow { return nil }
    product = value
  }
  return product
}
