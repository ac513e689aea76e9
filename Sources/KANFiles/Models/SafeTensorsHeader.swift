/// The description of one tensor in the header.
struct SafeTensorsEntry {
  var name: String
  var dtype: SafeTensors.ElementType
  var shape: [Int]
  var begin: Int
  var end: Int
}

/// Parses the JSON header of a safetensors file; only objects of the format are accepted.
///
/// The grammar has a fixed depth, so that deeply nested values are rejected without recursion.
struct SafeTensorsHeaderParser {
  private var json: JSONTokens
  private var metadata: [String: String] = [:]
  private var entries: [SafeTensorsEntry] = []
  private var names: Set<String> = []

  init(_ text: [UInt8], path: String) {
    json = JSONTokens(text, path: path)
  }

  mutating func parse() throws(FileError) -> (metadata: [String: String], entries: [SafeTensorsEntry]) {
    try json.checkEncoding()
    try json.expect("{")
    var isFirst = true
    while try json.hasNext(before: "}", isFirst: &isFirst) {
      let name = try json.string()
      try json.expect(":")
      guard names.insert(name).inserted else { throw json.failure("the name \(quoted(name)) occurs twice") }
      if name == "__metadata__" { try parseMetadata() } else { try parseTensor(name) }
    }
    try json.expectEnd()
    return (metadata, entries)
  }

  private mutating func parseMetadata() throws(FileError) {
    try json.expect("{")
    var isFirst = true
    while try json.hasNext(before: "}", isFirst: &isFirst) {
      let key = try json.string()
      try json.expect(":")
      let value = try json.string()
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw json.failure("the metadata key \(quoted(key)) occurs twice")
      }
    }
  }

  private mutating func parseTensor(_ name: String) throws(FileError) {
    var dtype: SafeTensors.ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    try json.expect("{")
    var isFirst = true
    while try json.hasNext(before: "}", isFirst: &isFirst) {
      let key = try json.string()
      try json.expect(":")
      switch key {
      case "dtype" where dtype == nil:
        let text = try json.string()
        guard let type = SafeTensors.ElementType(rawValue: text) else {
          throw json.failure("tensor \(quoted(name)): the type \(quoted(text)) is not supported")
        }
        dtype = type
      case "shape" where shape == nil: shape = try json.integers()
      case "data_offsets" where offsets == nil: offsets = try json.integers()
      default: throw json.failure("tensor \(quoted(name)): unexpected key \(quoted(key))")
      }
    }
    guard let dtype, let shape, let offsets, offsets.count == 2 else {
      throw json.failure("tensor \(quoted(name)): dtype, shape and two data_offsets are needed")
    }
    entries.append(SafeTensorsEntry(name: name, dtype: dtype, shape: shape, begin: offsets[0], end: offsets[1]))
  }
}
