import KANLinearAlgebra

/// A monotone map of a column to [-1, 1] in which its values lie more evenly.
struct Coordinate {
  private enum Kind {
    case plain, logarithmic
    case both(Double)
  }
  private let kind: Kind
  private let low, high: Double
  /// The smallest and largest value of the column.
  let range: ClosedRange<Double>

  init(_ values: [Double]) {
    let (least, most) = (values.min() ?? 0, values.max() ?? 0)
    range = least...most
    let sizes = values.map(abs).filter { $0 > 0 }.sorted()
    let spans = (sizes.last ?? 1) / (sizes.isEmpty ? 1 : sizes[sizes.count / 20])
    // More than a magnitude between the twentieth smallest and the largest: splines on an even grid would have most of
    // the rows in one interval.
    if spans > 10, least > 0 || most < 0 {
      kind = .logarithmic
    } else if spans > 10 {
      kind = .both(sizes[sizes.count / 10])
    } else {
      kind = .plain
    }
    let ends = [Self.place(least, kind), Self.place(most, kind)]
    low = ends.min()!
    high = ends.max()! > low ? ends.max()! : low + 1
  }

  private static func place(_ x: Double, _ kind: Kind) -> Double {
    switch kind {
    case .plain: x
    case .logarithmic: Elementary.log(max(abs(x), .leastNormalMagnitude))
    case .both(let unit): Elementary.asinh(x / unit)
    }
  }

  /// The place of a value in [-1, 1].
  func callAsFunction(_ x: Double) -> Double {
    min(1, max(-1, (Self.place(x, kind) - low) / (high - low) * 2 - 1))
  }
}
