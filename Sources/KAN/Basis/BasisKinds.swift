/// What a basis can be made from in one line of options: `kan train --edge hat --grid 10`.
public struct BasisOptions: Sendable, Equatable {
  /// Inputs of the layer.
  public var inputs: Int
  /// G, intervals of the grid; without meaning for a basis that takes none.
  public var grid: Int
  /// Degree of splines or polynomials, order of harmonics; without meaning for a basis that takes none.
  public var degree: Int

  /// Options with the defaults of `kan train`: 5 intervals, degree 3. Each basis reads those that it takes.
  public init(inputs: Int, grid: Int = 5, degree: Int = 3) {
    self.inputs = inputs
    self.grid = grid
    self.degree = degree
  }
}

/// A basis that can be made from ``BasisOptions``: what an entry of the registry has to be.
public protocol ConfigurableBasis<Element>: Basis {
  /// The name that options know it by: `spline`.
  static var name: String { get }
  /// The numbers of intervals that it takes; nil if it has no grid.
  static var grids: ClosedRange<Int>? { get }
  /// The degrees that it takes; nil if it has none.
  static var degrees: ClosedRange<Int>? { get }

  /// Traps outside ``grids`` and ``degrees``.
  init(_ options: BasisOptions)
  /// The options that make a basis like this one, on a grid of its own range perhaps.
  var options: BasisOptions { get }
}

extension ConfigurableBasis {
  public static var grids: ClosedRange<Int>? { nil }
  public static var degrees: ClosedRange<Int>? { nil }
  /// Whether layers of it can be taken to finer grids.
  public static var isGridded: Bool { Self.self is any GriddedBasis<Element>.Type }
}

/// The registry: every kind of basis of this module, for model files and for the tool's options alike. A new basis adds
/// its type here.
public func knownBases<Element: Scalar>(_: Element.Type) -> [any ConfigurableBasis<Element>.Type] {
  [
    BSpline<Element>.self, LinearBasis<Element>.self, Chebyshev<Element>.self, Gaussian<Element>.self,
    Fourier<Element>.self, HatFunctions<Element>.self,
  ]
}

/// Makes a basis from its description, by the type whose `kind` it names: one of the given ones or of the registry.
package func makeBasis<Element: Scalar>(
  _ description: BasisDescription<Element>, from types: [any Basis<Element>.Type] = []
) throws(BasisError) -> any Basis<Element> {
  let all: [any Basis<Element>.Type] = types + knownBases(Element.self).map { $0 }
  guard let type = all.first(where: { $0.kind == description.kind }) else {
    throw BasisError("there is no basis of kind \"\(description.kind)\"")
  }
  guard (1...Int(Int32.max)).contains(description.inputs) else {
    throw BasisError("\(description.kind): \(description.inputs) inputs")
  }
  return try type.init(description)
}
