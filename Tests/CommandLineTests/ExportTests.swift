import Foundation
import Testing

/// `kan export`. What the exports compute is compared by scripts/test-export.
@Suite struct ExportTests {
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.writeModel("--precision", "double")
  }

  @Test(arguments: ["x.onnx", "x.c", "x.swift", "x.py"])
  func allFormats(name: String) throws {
    let json = try folder.kan("export", "m.safetensors", "--to", name, "--json").succeeded().json()
    #expect(json["bytes"] as? Int == (try folder.bytes(name).count))
    #expect(try #require(json["largestError"] as? Double) < 1e-12)
    // The same model gives the same file.
    let first = try folder.bytes(name)
    try folder.kan("export", "m.safetensors", "--to", name).succeeded()
    #expect(try folder.bytes(name) == first)
    // It carries its model's digest.
    let digest = try folder.shell("sha256sum m.safetensors").succeeded().output.prefix(64)
    #expect(String(decoding: first, as: UTF8.self).contains(digest))
  }

  @Test func tables() throws {
    let json = try folder.kan("export", "m.safetensors", "--to", "x.c", "--table", "256", "--json").succeeded().json()
    let error = try #require(json["largestError"] as? Double)
    #expect(error > 1e-12)
  }

  @Test func refusals() throws {
    try folder.kan("export", "m.safetensors", "--to", "x.txt").failed(64, "--to has to end in .onnx, .c, .swift or .py")
    try folder.kan("export", "m.safetensors", "--to", "x.c", "--table", "0").failed(64, "--table has to be 1 to 100000")
    try folder.kan("export", "none.safetensors", "--to", "x.c").failed(66, "none.safetensors: no such file")
    try folder.kan("export", "m.safetensors", "--to", "none/x.c").failed(73, "none/x.c: there is no folder none")
  }
}
