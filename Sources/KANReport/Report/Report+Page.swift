import KAN

extension Report {
  /// The largest page, in bytes.
  package static var mostBytes: Int { 2_000_000 }
  /// Edges of a layer that the page's diagram shows.
  private static var mostEdges: Int { 240 }
  /// Bytes for closer looks at edges; the strongest ones have them.
  private static var edgeBytes: Int { 1_100_000 }

  /// The page: HTML of at most 2 MB with everything in it.
  public func html() -> String {
    var diagram = Diagram(portrait, title: "The network", mostEdges: Self.mostEdges)
    let figures = edgeFigures(diagram.selection.edges)
    diagram.linked = Set(figures.map(\.edge))
    let sections: [(id: String, title: String, body: String)] = [
      ("warnings", "Warnings", warningList),
      ("importance", "Which inputs matter", importancePictures),
      ("effects", "What each input does", effectPictures),
      ("network", "The network", networkPicture(diagram)),
      ("predictions", "Predictions", predictionPictures),
      ("training", "Training", trainingPictures),
      ("layers", "Layers", layerTable),
      ("edges", "Edges", edgeList(figures)),
      ("reproduce", "How to reproduce", reproduction),
    ].filter { !$0.body.isEmpty }
    let links = sections.map { "<a href=\"#\($0.id)\">\($0.title)</a>" }.joined(separator: "\n")
    let body = sections.map {
      "<section id=\"\($0.id)\" aria-labelledby=\"\($0.id)-title\">\n<h2 id=\"\($0.id)-title\">\($0.title)</h2>\n\($0.body)\n</section>"
    }
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data:">
      <meta name="color-scheme" content="light dark">
      <link rel="icon" href="data:,">
      <title>\(escaped(title))</title>
      <style>\(Palette.style)
      \(Self.style)</style>
      </head>
      <body>
      <a class="skip" href="#main">To the pictures</a>
      <header>
      <h1>\(escaped(title))</h1>
      <p>\(escaped(summary))</p>
      \(metricList)
      </header>
      <nav aria-label="Sections">\(links)</nav>
      <main id="main">
      \(body.joined(separator: "\n"))
      </main>
      <dialog id="closer" aria-label="An edge"><div></div>
      <p><button type="button" data-step="-1">Previous edge</button> <button type="button" data-step="1">Next edge</button> \
      <button type="button" data-step="0">Close</button></p></dialog>
      <script>\(Self.script)</script>
      </body>
      </html>

      """
  }

  private var summary: String {
    let widths = ([portrait.inputs.count] + portrait.layers.map(\.outputs)).map(String.init).joined(separator: "-")
    let pictures = sampled < rows ? " Pictures of rows show \(grouped(sampled)) of them, evenly spaced." : ""
    return
      "A \(portrait.task.rawValue) by a network \(widths) with \(grouped(parameters)) parameters, loss \(objective). "
      + "Metrics are those on \(grouped(rows)) rows\(origin.data.isEmpty ? "" : " of \(origin.data)").\(pictures)"
  }

  private var metricList: String {
    let named: [(String, Double?)] = [
      ("rows", Double(evaluation.samples)), ("loss", evaluation.loss), ("RMSE", evaluation.rmse), ("r²", evaluation.r2),
      ("correlation", evaluation.pearson), ("accuracy", evaluation.accuracy),
      ("balanced accuracy", evaluation.balancedAccuracy),
      ("F1", evaluation.f1), ("AUC", evaluation.auc), ("log loss", evaluation.logLoss),
      ("coverage", evaluation.coverage),
    ]
    let items = named.compactMap { name, value in
      value.map { "<div><dt>\(name)</dt><dd>\(name == "rows" ? grouped(Int($0)) : $0.text(digits: 4))</dd></div>" }
    }
    return "<dl class=\"metrics\">\(items.joined())</dl>"
  }

  private var warningList: String {
    warnings.isEmpty
      ? "" : "<ul class=\"warnings\">\(warnings.map { "<li>\(escaped($0))</li>" }.joined(separator: "\n"))</ul>"
  }

  private func networkPicture(_ diagram: Diagram) -> String {
    """
    <p class="hint">Choose an edge to see it closer, by mouse or by Tab and Enter.</p>
    <div class="scroll" role="region" aria-label="The network" tabindex="0">\(diagram.svg(isInline: true))</div>
    """
  }

  /// Closer looks, the strongest edges first, as many as there is room for.
  private func edgeFigures(_ edges: [DiagramSelection.Edge]) -> [(edge: DiagramSelection.Edge, html: String)] {
    func strength(_ edge: DiagramSelection.Edge) -> Double {
      portrait.layers[edge.layer].strengths[edge.input, edge.sum]
    }
    let order = edges.indices.sorted { (strength(edges[$1]), $0) < (strength(edges[$0]), $1) }
    var figures: [Int: String] = [:]
    var bytes = 0
    for place in order {
      let edge = edges[place]
      var picture = EdgePicture(portrait, layer: edge.layer, input: edge.input, sum: edge.sum)
      (picture.points, picture.width) = (61, 440)
      // Each band takes a product with the covariance of the whole layer.
      picture.hasBand = figures.count < 60
      let charts = picture.charts(titled: false).map { $0.svg(isInline: true) }.joined()
      let html = """
        <figure id="edge-\(edge.layer)-\(edge.input)-\(edge.sum)" tabindex="-1">
        <figcaption>\(escaped(picture.title))</figcaption>
        <div class="charts">\(charts)</div>
        </figure>
        """
      bytes += html.utf8.count
      if bytes > Self.edgeBytes { break }
      figures[place] = html
    }
    return edges.indices.compactMap { place in figures[place].map { (edges[place], $0) } }
  }

  private func edgeList(_ figures: [(edge: DiagramSelection.Edge, html: String)]) -> String {
    guard !figures.isEmpty else { return "" }
    return """
      <details open=""><summary>\(grouped(figures.count)) edges of the picture above, large</summary>
      \(figures.map(\.html).joined(separator: "\n"))
      </details>
      """
  }

  private var layerTable: String {
    let rows = portrait.layers.enumerated().map { index, layer in
      "<tr><th scope=\"row\">\(index)</th><td>\(layer.inputs)</td><td>\(layer.outputs)</td>"
        + "<td>\(grouped(layer.edges))</td><td>\(escaped(layer.basis))</td>"
        + "<td>\(escaped(layer.node ?? "sum"))</td></tr>"
    }
    return """
      <div class="scroll"><table><thead><tr><th scope="col">layer</th><th scope="col">inputs</th><th scope="col">nodes</th>\
      <th scope="col">edges</th><th scope="col">functions</th><th scope="col">node</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  private var reproduction: String {
    var facts = [("model", origin.model), ("data", origin.data)].filter { !$0.1.isEmpty }
    if let record {
      facts.append(("training", trainingText(record)))
      facts.append(("seed", "\(record.seed)"))
    }
    if !origin.version.isEmpty { facts.append(("version", "swift-kan \(origin.version)")) }
    if let commit = origin.commit { facts.append(("commit of the working folder", commit)) }
    // The page's own command, where it trained the model too, stands above already.
    for (place, made) in commands.enumerated() where made.command != origin.command {
      let version = made.version == origin.version ? "" : " (version \(made.version))"
      facts.append((place == 0 ? "the model was made by" : "then by", made.command + version))
    }
    let items = facts.map { "<div><dt>\(escaped($0.0))</dt><dd>\(escaped($0.1))</dd></div>" }
    let command = origin.command.isEmpty ? "" : "<pre><code>\(escaped(origin.command))</code></pre>\n"
    return facts.isEmpty
      ? command
      : command + "<dl class=\"facts\">\(items.joined(separator: "\n"))</dl>"
  }

  private func trainingText(_ record: TrainingRecord) -> String {
    let seconds = record.seconds.text(digits: 3)
    let threads = "\(record.threads) thread\(record.threads == 1 ? "" : "s")"
    if record.optimizer == "auto" {
      return "chosen by the data, on \(grouped(record.samples)) rows in \(seconds) s on \(threads)"
    }
    return
      "\(record.optimizer), \(record.history.count) epochs on \(grouped(record.samples)) rows in "
      + "\(seconds) s on \(threads); learning rate \(record.learningRate.text(digits: 3)), \(record.schedule.rawValue), "
      + "batch \(record.batch), weight decay \(record.weightDecay.text(digits: 3))"
  }
}
