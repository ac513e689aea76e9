import ArgumentParser
import Foundation
import KAN
import KANFiles

/// How much memory a training may take, and where a table goes that does not fit.
struct MemoryArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Memory that the training may take, such as 2G or 500M (default: half of what this process may use). A table or an \
      array that needs more is read from a file while it is learned; a table is packed for that, once.
      """, valueName: "size"),
    transform: parseSize)
  var memory: Int?
  @Option(
    help: "Folder for a packed table (default: that of the table; the file is kept for the next time).",
    completion: .directory)
  var cache: String?

  /// Bytes.
  var bound: Int { memory ?? availableMemory() / 2 }

  /// What a training takes whatever its data is: the program and its libraries, the parts of a table that threads read at
  /// a time, and the pages of a mapped file.
  static let least = 192 << 20

  /// Of the bound, for the rows that are shuffled together, beside as much of the file's pages.
  var forGroups: Int { bound / 16 }
  /// Of the bound, for the rows that ranges, knots and the shape of a network are chosen by.
  var forSample: Int { bound / 8 }
}

/// A number of bytes: 500M, 2G, 1.5GB, 4GiB or 1000000; K, M, G and T are powers of 1024.
func parseSize(_ text: String) throws -> Int {
  var digits = text.uppercased()
  for end in ["IB", "B"] where digits.hasSuffix(end) {
    digits.removeLast(end.count)
    break
  }
  var factor = 1.0
  if let place = ["K", "M", "G", "T"].firstIndex(where: { digits.hasSuffix($0) }) {
    factor = Foundation.pow(1024, Double(place + 1))
    digits.removeLast()
  }
  guard let number = Double(digits), number > 0, (number * factor).isFinite, number * factor < 0x1p60 else {
    throw ValidationError("a size is expected, such as 500M or 2G")
  }
  return Int(number * factor)
}

/// 2.5 GB, 310 MB.
func sizeText(_ bytes: Int) -> String {
  let (mega, giga) = (Double(1 << 20), Double(1 << 30))
  return Double(bytes) < giga
    ? "\(max(1, Int((Double(bytes) / mega).rounded()))) MB" : String(format: "%.3g GB", Double(bytes) / giga)
}
