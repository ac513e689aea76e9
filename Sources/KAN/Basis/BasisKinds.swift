/// The kinds of basis that a model file may name. A new basis in this module adds its type here.
package func knownBases<Element: Scalar>(_: Element.Type) -> [any Basis<Element>.Type] {
  [LinearBasis<Element>.self, BSpline<Element>.self, Chebyshev<Element>.self, Gaussian<Element>.self]
}

/// Makes a basis from its description, by the type whose `kind` it names.
package func makeBasis<Element: Scalar>(
  _ description: BasisDescription<Element>, from types: [any Basis<Element>.Type]
) throws(BasisError) -> any Basis<Element> {
  guard let type = types.first(where: { $0.kind == description.kind }) else {
    throw BasisError("there is no basis of kind \"\(description.kind)\"")
  }
  guard (1...Int(Int32.max)).contains(description.inputs) else {
    throw BasisError("\(description.kind): \(description.inputs) inputs")
  }
  return try type.init(description)
}
