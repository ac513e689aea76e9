import ArgumentParser
import KAN
import KANFiles
import KANReport

struct PlotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "The network as a picture.", usage: "kan plot <model> [<data>] --out <file>",
    discussion: """
      Nodes stand in layers, and on every edge its curve, the fainter the less it matters. With data, strengths are those \
      on its rows, and each curve shows where they lie. Of a large network the strongest edges are drawn. The picture is \
      light or dark as its viewer is; one that ends in .png or .pdf is made by rsvg-convert.

      EXAMPLES
        kan plot houses.safetensors --out houses.svg
        kan plot houses.safetensors houses.csv --out houses.pdf
        kan plot houses.safetensors houses.csv --edge 0,2,1 --out edge.svg
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["safetensors"]))
  var model: String
  @Argument(help: "x.csv or x.tsv, x.npy, or a folder of images.", completion: .file())
  var data: String?
  @Option(help: "File for the picture: .svg, .png or .pdf.", completion: .file(extensions: ["svg", "png", "pdf"]))
  var out: String
  @Option(help: ArgumentHelp("One edge alone, large: layer,input,sum from 0.", valueName: "edge"))
  var edge: EdgeChoice?
  @OptionGroup var missing: MissingWordArguments
  @OptionGroup var threads: ThreadArguments

  func validate() throws {
    try requireDistinct(outputs: [("--out", out)], inputs: [model, data])
    if let edge, edge.place == nil {
      throw ValidationError("--edge all: the whole network is what plot shows without --edge")
    }
    if PictureFormat(path: out) == nil { throw ValidationError("--out has to end in .svg, .png or .pdf") }
  }

  func run() throws {
    let file = try ModelFile(path: model)
    if file.isDouble { try plot(file, Double.self) } else { try plot(file, Float.self) }
  }

  private func plot<Element: Scalar>(_ file: ModelFile, _: Element.Type) throws {
    let network = try Network<Element>(file)
    try edge?.check(network)
    try checkWritable(out)
    let pool = try threads.pool()
    var rows: Matrix<Element>?
    if let data {
      try DataSource(path: data).requireExists()
      let all = try missing.inputs(of: data, for: network, pool)
      rows = all.selecting(rows: evenlySpaced(Report.portraitRows, of: all.rows))
    }
    let portrait = Portrait(network, rows: rows, pool: pool)
    let svg: String
    if let edge = edge?.place {
      svg = EdgePicture(portrait, layer: edge.layer, input: edge.input, sum: edge.sum).svg()
    } else {
      svg = Diagram(portrait, title: pictureTitle(network, model)).svg()
    }
    try writePicture(svg, to: out)
  }
}

/// `houses: regression, 13-8-1`
func pictureTitle<Element: Scalar>(_ network: Network<Element>, _ path: String) -> String {
  let name = path.split(separator: "/").last.map { printable(String($0), limit: 60) } ?? ""
  let widths = (["\(network.inputs)"] + network.layers.map { $0.width.description }).joined(separator: "-")
  return "\(name): \(network.task.rawValue), \(widths)"
}
