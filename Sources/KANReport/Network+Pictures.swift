import KAN
import KANLinearAlgebra

extension Network {
  /// The network as a picture: nodes in layers, and on every edge its curve, the fainter the less it matters.
  ///
  /// Of layers with more than 2,000 edges those between the strongest nodes are drawn, and the picture says how many were
  /// left out.
  ///
  /// - Parameters:
  ///   - title: the picture's first line; by default the task and the widths of the layers.
  ///   - rows: [rows × in], in the data's units; traps unless the columns fit. Strengths are those on these rows, and
  ///     curves show where they lie; more than 1,024 are thinned evenly. Nil for curves alone.
  /// - Returns: an SVG document, text as text, light or dark as its viewer is.
  public func diagram(title: String? = nil, rows: Matrix<Element>? = nil, pool: ThreadPool = .shared) -> String {
    let widths = ([inputs] + layers.map(\.outputs)).map(String.init).joined(separator: "-")
    return Diagram(portrait(rows, pool), title: title ?? "\(task.rawValue), \(widths)").svg()
  }

  /// One edge large: its curve with knots, splines and base function, and its derivative.
  ///
  /// - Parameters:
  ///   - layer: from 0, as `input` and `sum` are; traps unless there is such an edge. A sum is an output, unless the node
  ///     function joins sums.
  ///   - rows: as of ``diagram(title:rows:pool:)``.
  /// - Returns: an SVG document.
  public func edgePicture(
    ofLayer layer: Int, input: Int, sum: Int, rows: Matrix<Element>? = nil, pool: ThreadPool = .shared
  ) -> String {
    let isThere =
      layers.indices.contains(layer) && (0..<layers[layer].inputs).contains(input)
      && (0..<layers[layer].sums).contains(sum)
    require(isThere, "Network: no edge \(layer),\(input),\(sum) in layers \(layers.map { [$0.inputs, $0.sums] })")
    return EdgePicture(portrait(rows, pool), layer: layer, input: input, sum: sum).svg()
  }

  private func portrait(_ rows: Matrix<Element>?, _ pool: ThreadPool) -> Portrait {
    if let rows {
      require(rows.columns == inputs, "Network: rows of \(rows.columns) columns for \(inputs) inputs")
    }
    return Portrait(
      self, rows: rows.map { $0.selecting(rows: evenlySpaced(Report.portraitRows, of: $0.rows)) }, pool: pool)
  }
}
