import Foundation
import Testing

/// `kan plot`, `kan report` and `kan train --report`.
@Suite struct PictureTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  @Test func plotWithAndWithoutData() throws {
    try folder.writeModel("--hidden", "3")
    let plain = try folder.kan("plot", "m.safetensors", "--out", "p.svg").succeeded()
    #expect(plain.output == "" && plain.errors == "")
    let picture = try folder.text("p.svg")
    #expect(picture.hasPrefix("<svg ") && picture.contains("m.safetensors: regression, 2-3-1"))
    #expect(!picture.contains("rows lie"))
    try folder.kan("plot", "m.safetensors", "r.csv", "--out", "q.svg").succeeded()
    #expect(try folder.text("q.svg").contains("120 rows lie"))
    try folder.kan("plot", "m.safetensors", "r.csv", "--edge", "1,2,0", "--out", "e.svg").succeeded()
    #expect(try folder.text("e.svg").contains("node 2 of layer 0 to y"))
  }

  @Test func picturesOfTablesAndImages() throws {
    try folder.write(classificationTable(), to: "c.csv")
    try folder.kan("train", "c.csv", "--save", "c.safetensors").succeeded()
    try folder.kan("plot", "c.safetensors", "c.csv", "--out", "c.svg").succeeded()
    #expect(try folder.text("c.svg").contains(">below</text>"))
    try folder.writeImages()
    try folder.kan("train", "images", "--save", "i.safetensors", "--epochs", "2").succeeded()
    try folder.kan("plot", "i.safetensors", "images", "--out", "i.svg").succeeded()
    try folder.kan("report", "i.safetensors", "images", "--out", "i.html").succeeded()
    #expect(try folder.text("i.html").contains("Confusion matrix"))
  }

  @Test func mistakes() throws {
    try folder.writeModel()
    func plot(_ arguments: String...) throws -> Outcome { try folder.kan(["plot", "m.safetensors"] + arguments) }
    let isHelpful = { (outcome: Outcome, text: String) in
      #expect(outcome.status == 64 && outcome.errors.contains(text), "\(outcome.errors)")
    }
    isHelpful(try plot("--out", "p.gif"), ".svg, .png or .pdf")
    isHelpful(try plot("--out", "m.safetensors"), "overwrite")
    isHelpful(try plot("--out", "p.svg", "--edge", "0,1"), "0,1")
    isHelpful(try plot("--out", "p.svg", "--edge", "0,x,1"), "0,x,1")
    isHelpful(try plot("--out", "p.svg", "--edge", "all"), "without --edge")
    let shape = "layer 0 has 2 inputs and 1 sums, all from 0"
    try plot("--out", "p.svg", "--edge", "1,0,0").failed(64, "--edge 1,0,0: \(shape)")
    try plot("--out", "p.svg", "--edge", "0,2,0").failed(64, "--edge 0,2,0: \(shape)")
    try plot("none.csv", "--out", "p.svg").failed(66, "none.csv: no such file")
    try plot("--out", "none/p.svg").failed(73, "none/p.svg: there is no folder none")
    try folder.kan("report", "m.safetensors", "none.csv", "--out", "p.html").failed(66, "none.csv: no such file")
    #expect(folder.names == ["r.csv", "m.safetensors"])
  }

  /// Without librsvg one line says what is missing, and no file is left.
  @Test func converterMissing() throws {
    try folder.writeModel()
    let outcome = try folder.shell("PATH= exec \"$KAN\" plot m.safetensors --out p.png")
    outcome.failed(
      73, "p.png: rsvg-convert is not installed (librsvg2-bin), which makes .png; .svg needs nothing")
    #expect(folder.names == ["r.csv", "m.safetensors"])
  }

  /// What the converter makes becomes the file; a stand-in takes its place.
  @Test func converterIsCalled() throws {
    try folder.writeModel()
    let tool =
      "#!/bin/bash\nwhile [ $# -gt 1 ]; do [ \"$1\" = --output ] && out=$2; shift; done\n"
      + "grep -q '<svg' \"$1\" && printf drawn > \"$out\"\n"
    try folder.write(tool, to: "bin/rsvg-convert")
    let outcome = try folder.shell(
      "chmod +x bin/rsvg-convert; PATH=\"$FOLDER/bin:$PATH\" exec \"$KAN\" plot m.safetensors --out p.pdf")
    try outcome.succeeded()
    #expect(try folder.text("p.pdf") == "drawn")
  }

  @Test func reports() throws {
    try folder.writeModel("--hidden", "3")
    try folder.kan("report", "m.safetensors", "r.csv", "--out", "p.html").succeeded()
    let page = try folder.text("p.html")
    #expect(page.contains("kan report m.safetensors r.csv --out p.html") && page.contains("<dt>seed</dt><dd>0</dd>"))
    let again = try folder.kan("report", "m.safetensors", "r.csv", "--out", "p.html", "--threads", "3")
    try again.succeeded()
    #expect(try folder.text("p.html").replacing(" --threads 3", with: "") == page)
  }

  @Test(arguments: [[], ["--hidden", "2", "--epochs", "2"]]) func reportOfATraining(options: [String]) throws {
    try folder.write(regressionTable(), to: "r.csv")
    let plain = try folder.kan(["train", "r.csv", "--json"] + options).succeeded().json()
    let outcome = try folder.kan(["train", "r.csv", "--json", "--report", "p.html"] + options)
    let json = try outcome.succeeded().json()
    #expect(json["test"] as? [String: Double] == plain["test"] as? [String: Double])
    let page = try folder.text("p.html")
    #expect(page.contains("kan train r.csv --json --report p.html"))
    #expect(page.contains("on 24 rows of r.csv"))
    try folder.kan(["train", "r.csv", "--report", "none/p.html"] + options)
      .failed(73, "none/p.html: there is no folder none")
    #expect(try folder.kan(["train", "r.csv", "--report", "r.csv"] + options).status == 64)
  }
}
