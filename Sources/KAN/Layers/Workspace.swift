/// The memory of a training step or a prediction: activations, gradients and tiles, allocated once for a number of
/// rows.
///
/// Its size beyond activations and gradients does not depend on the rows.
final class Workspace<Element: Scalar> {
  /// The largest number of rows.
  let capacity: Int
  /// The contraction for which it was sized.
  let contraction: Contraction
  let scratch: Scratch<Element>
  /// The first layer's input, and with `ahead` the next one: [capacity × in]
  private let inputs: [UnsafeMutablePointer<Element>]
  /// Which of them the passes read.
  private var current = 0
  /// Y, and dY when training, of each layer: [capacity × out]
  private let outputs, gradients: [UnsafeMutablePointer<Element>]
  /// Z of the layers that keep it, else shared with Y: [capacity × sums]
  private let sums: [UnsafeMutablePointer<Element>]
  /// dZ of the layers whose node functions join sums, else shared with dY: [capacity × sums]
  private let sumGradients: [UnsafeMutablePointer<Element>]
  /// Panels of dZ of the layer whose gradient is being formed.
  private let panels: UnsafeMutablePointer<Element>
  private let widths, sumWidths: [Int]
  private let inputWidth: Int
  private let slab: UnsafeMutablePointer<Element>

  /// - Parameters:
  ///   - capacity: the largest number of rows of a pass.
  ///   - training: whether to allocate gradients.
  ///   - ahead: whether the next input is written while this one is read.
  ///   - keepingSums: whether to keep Z of every layer.
  init(
    _ network: Network<Element>, capacity: Int, workers: Int, training: Bool, ahead: Bool = false,
    keepingSums: Bool = false
  ) {
    require(capacity > 0, "Workspace: capacity \(capacity)")
    self.capacity = capacity
    let contraction = network.contraction
    self.contraction = contraction
    widths = network.layers.map(\.outputs)
    sumWidths = network.layers.map(\.sums)
    inputWidth = network.inputs

    var offset = 0
    func place(_ count: Int) -> Int {
      defer { offset += (count + 15) / 16 * 16 }  // each part on a cache line of its own
      return offset
    }
    let inputPlaces = (0..<(ahead ? 2 : 1)).map { _ in place(capacity * network.inputs) }
    let outputPlaces = widths.map { place(capacity * $0) }
    let sumPlaces = network.layers.enumerated().map { index, layer in
      layer.separatesSums || layer.keepsSums || keepingSums ? place(capacity * layer.sums) : outputPlaces[index]
    }
    let gradientPlaces = training ? widths.map { place(capacity * $0) } : []
    let sumGradientPlaces =
      training
      ? network.layers.enumerated().map { index, layer in
        layer.separatesSums ? place(capacity * layer.sums) : gradientPlaces[index]
      } : []
    let panelElements = network.layers.map { Tiling.panelElements($0, rows: capacity, contraction) }.max()!
    let panelPlace = place(training ? panelElements : 0)
    let tile = network.layers.map {
      max(
        Tiling.largestTile($0, capacity: capacity, contraction),
        training ? Tiling.largestTile($0, capacity: capacity, $0.deltaContraction(contraction)) : 0)
    }.max()!
    let tileSize = (tile + 15) / 16 * 16
    let gathered = network.layers.map { Tiling.gatheredElements($0, capacity: capacity) }.max()!
    let gatheredSize = (gathered + 15) / 16 * 16
    let scratchPlace = place(workers * (2 * tileSize + gatheredSize))

    slab = AlignedMemory.allocate(offset, of: Element.self)
    let slab = slab
    inputs = inputPlaces.map { slab + $0 }
    outputs = outputPlaces.map { slab + $0 }
    sums = sumPlaces.map { slab + $0 }
    gradients = gradientPlaces.map { slab + $0 }
    sumGradients = sumGradientPlaces.map { slab + $0 }
    panels = slab + panelPlace
    scratch = Scratch(base: slab + scratchPlace, tileElements: tileSize, gatheredElements: gatheredSize)
  }

  deinit { AlignedMemory.free(slab) }

  func input(rows: Int) -> MutableMatrixView<Element> {
    MutableMatrixView(base: inputs[current], rows: rows, columns: inputWidth, stride: inputWidth)
  }

  /// The buffer of the next input, which may be written while this one is read.
  func nextInput(rows: Int) -> MutableMatrixView<Element> {
    MutableMatrixView(base: inputs[1 - current], rows: rows, columns: inputWidth, stride: inputWidth)
  }

  /// Makes the next input the current one.
  func advance() { current = 1 - current }

  /// Y
  func output(_ layer: Int, rows: Int) -> MutableMatrixView<Element> { view(outputs[layer], widths[layer], rows) }
  /// Z, or Y where Z is not kept.
  func sums(_ layer: Int, rows: Int) -> MutableMatrixView<Element> { view(sums[layer], sumWidths[layer], rows) }
  /// dY
  func gradient(_ layer: Int, rows: Int) -> MutableMatrixView<Element> { view(gradients[layer], widths[layer], rows) }
  /// dZ
  func sumGradient(_ layer: Int, rows: Int) -> MutableMatrixView<Element> {
    view(sumGradients[layer], sumWidths[layer], rows)
  }

  /// Panels of dZ of a layer, if dW is formed from them.
  func panels(of layer: Layer<Element>, rows: Int) -> Panels<Element>? {
    let width = Tiling.panelWidth(layer, rows: rows, contraction)
    return width == 0 ? nil : Panels(base: panels, stride: rows * width, width: width)
  }

  private func view(_ base: UnsafeMutablePointer<Element>, _ width: Int, _ rows: Int) -> MutableMatrixView<Element> {
    MutableMatrixView(base: base, rows: rows, columns: width, stride: width)
  }
}

/// Two tiles for each worker, one after the other, and room for what a pruned layer gathers.
struct Scratch<Element: Scalar> {
  let base: UnsafeMutablePointer<Element>
  let tileElements: Int
  /// 0 unless a layer is pruned.
  let gatheredElements: Int

  func start(_ worker: Int) -> UnsafeMutablePointer<Element> { base + worker * (2 * tileElements + gatheredElements) }

  /// ``Tiling/gatheredElements(_:capacity:)`` of any layer.
  func gathered(_ worker: Int) -> UnsafeMutablePointer<Element> { start(worker) + 2 * tileElements }

  func tile(_ which: Int, _ worker: Int, rows: Int, columns: Int) -> MutableMatrixView<Element> {
    assert(rows * columns <= tileElements, "Scratch: a tile of [\(rows) × \(columns)] in \(tileElements)")
    return MutableMatrixView(
      base: start(worker) + which * tileElements, rows: rows, columns: columns, stride: columns)
  }
}
