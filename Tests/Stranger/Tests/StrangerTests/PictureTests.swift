import Foundation
import KAN
import KANReport
import Testing

/// Pictures and the page, as texts.
@Suite struct PictureTests {
  private func trained() throws -> Network<Float> {
    var network = Network<Float>(.spline(2, 3), .spline(3, 1), seed: 1)
    try network.train(on: surface(Float.self), with: LBFGS(), epochs: 10)
    return network
  }

  @Test func networksAreDrawn() throws {
    let network = try trained()
    let rows = surface(Float.self).inputs
    let titled = network.diagram(title: "A <surface>", rows: rows)
    #expect(titled.hasPrefix("<svg") && titled.contains("A &lt;surface&gt;"))
    #expect(titled.contains("where 400 rows lie"))
    let plain = network.diagram()
    #expect(plain.contains("regression, 2-3-1") && !plain.contains("rows lie"))
    let edge = network.edgePicture(ofLayer: 0, input: 1, sum: 2, rows: rows)
    #expect(edge.hasPrefix("<svg") && edge.contains("to node 2 of layer 0") && edge.contains("Derivative"))
  }

  @Test func pagesStandAlone() throws {
    let network = try trained()
    let data = surface(Float.self)
    let html = Report(network, on: data, title: "A surface").html()
    #expect(html.hasPrefix("<!doctype html>") && html.utf8.count < 2_000_000)
    #expect(html.contains("<h1>A surface</h1>") && html.contains("10 epochs on 400 rows"))
    // What is not known is not on the page.
    #expect(!html.contains("<dt>version</dt>") && !html.contains("<dt>model</dt>") && !html.contains("<pre>"))
    let origin = Report.Origin(
      command: "surface --train", version: "2", model: "surface.safetensors", data: "surface.csv")
    let known = Report(
      network, on: data, evaluation: network.evaluate(on: data), title: "A surface", warnings: ["Look twice."],
      origin: origin
    ).html()
    for text in ["surface --train", "surface.safetensors", "400 rows of surface.csv", "Look twice.", "swift-kan 2"] {
      #expect(known.contains(text))
    }
  }
}
