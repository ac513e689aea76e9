import ArgumentParser
import KAN
import KANFiles

/// `--edge`: LAYER,INPUT,SUM from 0, or all.
struct EdgeChoice: ExpressibleByArgument {
  /// Nil for all edges.
  var place: (layer: Int, input: Int, sum: Int)?

  init?(argument: String) {
    if argument == "all" { return }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? -1 }
    guard numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    place = (numbers[0], numbers[1], numbers[2])
  }

  /// - Throws: `ToolError` unless the network has the edge.
  func check<Element: Scalar>(_ network: Network<Element>) throws {
    guard let place else { return }
    guard place.layer < network.layers.count, place.input < network.layers[place.layer].inputs,
      place.sum < network.layers[place.layer].sums
    else {
      let shapes = network.layers.enumerated().map { "layer \($0) has \($1.inputs) inputs and \($1.sums) sums" }
      throw ToolError.usage(
        "--edge \(place.layer),\(place.input),\(place.sum): \(shapes.prefix(8).joined(separator: "; ")), all from 0")
    }
  }
}

extension InspectCommand {
  /// Numbers of all curves at most: beyond, a table would fill memory.
  private static var mostNumbers: Int { 20_000_000 }

  func curves<Element: Scalar>(_ network: Network<Element>) throws -> [EdgeTable] {
    var places: [(layer: Int, input: Int, sum: Int)] = []
    for choice in edges {
      guard let place = choice.place else {
        for (index, layer) in network.layers.enumerated() {
          for input in 0..<layer.inputs { for sum in 0..<layer.sums { places.append((index, input, sum)) } }
        }
        continue
      }
      try choice.check(network)
      places.append(place)
    }
    guard places.count <= Self.mostNumbers / points else {
      throw ToolError.usage(
        "--edge all: \(counted(places.count, "edge")) at \(points) points; ask for some, or --points 20")
    }
    return places.map { network.edgeTable(ofLayer: $0.layer, input: $0.input, output: $0.sum, points: points) }
  }

  /// A table with a line for each point, knot and coefficient of each edge, or JSON.
  func encoded(_ curves: [EdgeTable]) throws -> String {
    if json || out?.lowercased().hasSuffix(".json") == true { return try encodeJSON(["edges": curves]) }
    let separator: Character = out?.lowercased().hasSuffix(".tsv") == true ? "\t" : ","
    func line(_ cells: [String]) -> String { cells.joined(separator: String(separator)) }
    var lines = [line(["layer", "input", "sum", "from", "to", "kind", "x", "value", "slope"])]
    for curve in curves {
      let start = [
        "\(curve.layer)", "\(curve.input)", "\(curve.sum)", quotedCell(curve.from ?? "", separator),
        quotedCell(curve.to ?? "", separator),
      ]
      for (place, x) in curve.points.enumerated() {
        let shown = curve.labels.map { quotedCell($0[place], separator) } ?? "\(x)"
        lines.append(line(start + ["point", shown, "\(curve.values[place])", "\(curve.slopes[place])"]))
      }
      lines += curve.knots.map { line(start + ["knot", "\($0)", "", ""]) }
      lines += curve.coefficients.map { line(start + ["coefficient", "", "\($0)", ""]) }
      if let base = curve.baseCoefficient { lines.append(line(start + ["base", "", "\(base)", ""])) }
    }
    return lines.joined(separator: "\n")
  }
}
