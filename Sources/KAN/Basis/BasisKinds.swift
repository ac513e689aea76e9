/// Options common to the bases of this module, as in `kan train --edge hat --grid 10`.
public struct BasisOptions: Sendable, Equatable {
  /// Inputs of the layer.
  public var inputs: Int
  /// G, the intervals of the grid; ignored by a basis without one.
  public var grid: Int
  /// The degree of splines or polynomials, or the number of harmonics; ignored by a basis without one.
  public var degree: Int

  /// Options with the defaults of `kan train`: 5 intervals, degree 3. Each basis reads those that it takes.
  public init(inputs: Int, grid: Int = 5, degree: Int = 3) {
    self.inputs = inputs
    self.grid = grid
    self.degree = degree
  }
}

/// A basis that can be made from ``BasisOptions``; every basis in the registry is one.
public protocol ConfigurableBasis<Element>: Basis {
  /// The name of this kind of basis in options, such as `spline`.
  static var name: String { get }
  /// The valid numbers of intervals; nil without a grid.
  static var grids: ClosedRange<Int>? { get }
  /// The valid degrees; nil without a degree.
  static var degrees: ClosedRange<Int>? { get }

  /// Traps outside `grids` and `degrees`.
  init(_ options: BasisOptions)
  /// Options that make a basis like this one, though perhaps on another range.
  var options: BasisOptions { get }
}

extension ConfigurableBasis {
  public static var grids: ClosedRange<Int>? { nil }
  public static var degrees: ClosedRange<Int>? { nil }
  /// Whether layers of this basis can be moved to finer grids.
  public static var isGridded: Bool { Self.self is any GriddedBasis<Element>.Type }
}

/// The registry of this module's bases, read by model files and by the tool's options. A new basis adds its type here.
public func knownBases<Element: Scalar>(_: Element.Type) -> [any ConfigurableBasis<Element>.Type] {
  [
    BSpline<Element>.self, LinearBasis<Element>.self, Chebyshev<Element>.self, Gaussian<Element>.self,
    Fourier<Element>.self, HatFunctions<Element>.self,
  ]
}

/// Makes a basis from its description with the type of that `kind`, from the given types or the registry.
package func makeBasis<Element: Scalar>(
  _ description: BasisDescription<Element>, from types: [any Basis<Element>.Type] = []
) throws(BasisError) -> any Basis<Element> {
  // A table's basis follows from its columns, and one of functions from a search, so neither can be made from options.
  let all: [any Basis<Element>.Type] =
    types + knownBases(Element.self).map { $0 } + [TableBasis<Element>.self, FunctionBasis<Element>.self]
  guard let type = all.first(where: { $0.kind == description.kind }) else {
    throw BasisError("there is no basis of kind \"\(description.kind)\"")
  }
  guard (1...Int(Int32.max)).contains(description.inputs) else {
    throw BasisError("\(description.kind): \(description.inputs) inputs")
  }
  return try type.init(description)
}
