import CKANInterface
import FoundationEssentials
import Glibc
import KAN
import KANFiles

/// What a function returns when it cannot do what it was asked to.
struct Failure: Error {
  let status: Int
  let text: String

  static func usage(_ text: String) -> Failure { Failure(status: SWIFTKAN_USAGE, text: text) }
  static func data(_ text: String) -> Failure { Failure(status: SWIFTKAN_DATA, text: text) }

  private init(status: some BinaryInteger, text: String) {
    self.status = Int(status)
    self.text = text
  }

  /// The only place where errors become numbers.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as FileError:
      self.init(status: error.status, text: error.description)
    case is DecodingError:
      self.init(status: SWIFTKAN_USAGE, text: "options are not the JSON that is expected: \(error)")
    default: self.init(status: SWIFTKAN_DATA, text: "\(error)")
    }
  }
}

extension FileError {
  fileprivate var status: Int {
    switch kind {
    case .notFound: SWIFTKAN_NO_INPUT
    case .malformed: SWIFTKAN_DATA
    case .cannotCreate: SWIFTKAN_CANNOT_CREATE
    default: SWIFTKAN_INPUT_OUTPUT
    }
  }
}

typealias Message = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
typealias TextResult = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Runs a function's body; returns its status and writes its message.
func attempt(_ message: Message?, _ body: () throws -> Void) -> Int32 {
  do {
    try body()
    return Int32(SWIFTKAN_OK)
  } catch {
    let failure = Failure(error)
    message?.pointee = copied(failure.text)
    return Int32(failure.status)
  }
}

/// A text that `swiftkan_free` frees.
func copied(_ text: String) -> UnsafeMutablePointer<CChar> {
  let count = text.utf8.count
  let memory = malloc(count + 1)!.assumingMemoryBound(to: CChar.self)
  var index = 0
  for byte in text.utf8 {
    memory[index] = CChar(bitPattern: byte)
    index += 1
  }
  memory[count] = 0
  return memory
}

func json(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  // JSON has no name for them; the mark is not what a column would be called.
  let mark = "\u{1}not finite\u{1}"
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: mark, negativeInfinity: mark, nan: mark)
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
    .replacing("\"\\u0001not finite\\u0001\"", with: "null")
}

/// Options of a function; none for NULL.
func decoded<Value: Decodable>(_ text: UnsafePointer<CChar>?, _: Value.Type) throws -> Value {
  let text = text.map { String(cString: $0) } ?? "{}"
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Value.self, from: Data(text.utf8))
}
