/// The checksum of a model file: the CRC-32 of gzip and PNG, over all bytes of the file with the checksum's own eight
/// hexadecimal digits as zeros. It is the first entry of the metadata, so that its place is known before anything is
/// parsed.
///
/// A CRC finds every single flipped bit, every two, and every burst of up to 32 (Peterson and Brown 1961, Proceedings of
/// the IRE 49); of other damage it misses one case in 2³². This one is in zlib, which is here already and at hand in every
/// language.
enum ModelChecksum {
  /// The key in the metadata.
  static let key = "checksum"
  /// The digits while the checksum is computed.
  static let blank = "00000000"
  /// What every file that has one begins with, after the header's length.
  private static let opening = Array("{\"__metadata__\":{\"checksum\":\"".utf8)
  private static var place: Range<Int> { 8 + opening.count..<8 + opening.count + blank.utf8.count }

  enum Verdict { case right, wrong, absent }

  /// Writes the digits into a file that has ``blank`` in their place.
  static func write(into bytes: inout [UInt8]) {
    precondition(hasPlace(bytes), "the checksum is not the first entry of the metadata")
    bytes.replaceSubrange(place, with: digits(of: bytes))
  }

  /// Whether a file's checksum fits its contents.
  static func check(_ bytes: [UInt8]) -> Verdict {
    guard hasPlace(bytes) else { return .absent }
    return Array(bytes[place]) == digits(of: bytes) ? .right : .wrong
  }

  private static func hasPlace(_ bytes: [UInt8]) -> Bool {
    bytes.count >= place.upperBound && bytes[8..<place.lowerBound].elementsEqual(opening)
  }

  private static func digits(of bytes: [UInt8]) -> [UInt8] {
    var checksum = CRC32()
    checksum.add(bytes[..<place.lowerBound])
    checksum.add(Array(blank.utf8))
    checksum.add(bytes[place.upperBound...])
    let sum = String(checksum.value, radix: 16)
    return Array((String(repeating: "0", count: Self.blank.utf8.count - sum.utf8.count) + sum).utf8)
  }
}
