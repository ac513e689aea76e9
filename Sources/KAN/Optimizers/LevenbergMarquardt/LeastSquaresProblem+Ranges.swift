extension LeastSquaresProblem {
  /// Moves grids to the values that reach them, with room beyond, and refits the curves so that outputs at those values
  /// stay as close as possible.
  func followRanges(layers followed: Range<Int>? = nil) throws(BasisError) {
    let seen: [LayerInputs<Double>]
    do throws(RowSourceError) {
      seen = try network.layerInputs(of: rows, pool: pool)
    } catch {
      throw BasisError(error.description)
    }
    var (layers, parameters) = ([Layer<Double>](), [Double]())
    for (index, layer) in network.layers.enumerated() {
      let weights = network.weights(ofLayer: index)
      // A grid whose knots follow the data stays: an affine map would move the narrow intervals away from their rows.
      if let grid = layer.grid, !grid.followsData, followed?.contains(index) ?? true {
        guard seen[index].firstNonFinite == nil else {
          throw BasisError("layer \(index + 1): sees a value that is not finite")
        }
        let ranges = (0..<layer.inputs).map {
          tuning.rangeWithRoom(seen[index].sample.column($0), grid, input: $0)
        }
        let moved = try layer.movingGrid(
          to: ranges, weights: weights, continuation: .polynomial(intervals: tuning.continuedIntervals),
          measuring: false, pool: pool)
        layers.append(moved.layer)
        parameters += Array(moved.weights.elements)
      } else {
        layers.append(layer)
        parameters += Array(weights.elements)
      }
      parameters += network.bias(ofLayer: index)
    }
    var changed = network
    changed.replaceLayers(layers, parameters: AlignedArray(parameters))
    replace(changed)
  }
}
