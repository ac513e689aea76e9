import Foundation
import KAN
import KANFiles

/// What a picture's file is, by its ending.
enum PictureFormat: String {
  case svg, png, pdf

  init?(path: String) {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    self.init(rawValue: path[path.index(after: dot)...].lowercased())
  }
}

/// Writes a picture, as PNG and PDF by librsvg's `rsvg-convert`.
func writePicture(_ svg: String, to path: String) throws {
  guard let format = PictureFormat(path: path), format != .svg else { return try writeFile(Array(svg.utf8), to: path) }
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  let tool = folders.map { "\($0)/rsvg-convert" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  guard let tool else {
    throw ToolError(
      message:
        "\(path): rsvg-convert is not installed (librsvg2-bin), which makes .\(format.rawValue); .svg needs nothing",
      code: 73)
  }
  let scratch = FileManager.default.temporaryDirectory.appending(path: "kan-\(UUID().uuidString)")
  let (drawn, converted) = (scratch.path + ".svg", scratch.path + ".\(format.rawValue)")
  defer { for file in [drawn, converted] { try? FileManager.default.removeItem(atPath: file) } }
  try writeFile(Array(svg.utf8), to: drawn)
  let process = Process()
  process.executableURL = URL(fileURLWithPath: tool)
  // Twice the size, for screens of high density; a document has no resolution.
  process.arguments =
    ["--format", format.rawValue, "--unlimited", "--output", converted] + (format == .png ? ["--zoom", "2"] : []) + [
      drawn
    ]
  process.standardOutput = FileHandle.nullDevice
  process.standardError = FileHandle.nullDevice
  do {
    try process.run()
  } catch {
    throw ToolError(message: "\(path): rsvg-convert cannot be run", code: 73)
  }
  process.waitUntilExit()
  guard process.terminationStatus == 0, let bytes = FileManager.default.contents(atPath: converted) else {
    throw ToolError(message: "\(path): rsvg-convert cannot draw it", code: 73)
  }
  try writeFile([UInt8](bytes), to: path)
}
