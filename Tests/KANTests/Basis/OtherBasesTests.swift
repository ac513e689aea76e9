import KAN
import Testing

@Suite struct OtherBasesTests {
  struct ChebyshevCase: Decodable {
    let degree: Int
    let x: [Double]
    let values, derivatives: [[Double]]
  }

  struct GaussianCase: Decodable {
    let centers: Int
    let range: [Double]
    let base: String
    let x: [Double]
    let values, derivatives: [[Double]]
  }

  @Test(arguments: try reference("chebyshev", as: [ChebyshevCase].self))
  func chebyshevEqualsNumpy(example: ChebyshevCase) {
    let basis = Chebyshev<Double>(inputs: 1, degree: example.degree)
    #expect(basis.functions == example.degree)
    compare(basis, example.x, example.values, example.derivatives)
    compare(Chebyshev<Float>(inputs: 1, degree: example.degree), example.x, example.values, example.derivatives)
    #expect((basis.values(at: .nan) + basis.derivatives(at: .nan).dropFirst()).allSatisfy { $0.isNaN })
  }

  @Test(arguments: try reference("gaussian", as: [GaussianCase].self))
  func gaussianEqualsNumpy(example: GaussianCase) throws {
    let base = try #require(BaseFunction(rawValue: example.base))
    let basis = Gaussian<Double>(
      inputs: 1, centers: example.centers, range: example.range[0]...example.range[1], base: base)
    #expect(basis.functions == example.centers + (base == .none ? 0 : 1))
    compare(basis, example.x, example.values, example.derivatives)
    compare(
      Gaussian<Float>(
        inputs: 1, centers: example.centers, range: Float(example.range[0])...Float(example.range[1]), base: base),
      example.x, example.values, example.derivatives)
    #expect(basis.values(at: .nan).allSatisfy { $0.isNaN })
  }

  private func compare<Element: Scalar>(
    _ basis: some Basis<Element>, _ x: [Double], _ values: [[Double]], _ derivatives: [[Double]]
  ) {
    let tolerance = Double(Element.ulpOfOne) * 100
    for (index, x) in x.enumerated() {
      let steep = scale(derivatives[index], atLeast: 1)
      #expect(
        largestDifference(basis.values(at: Element(x)), values[index]) <= tolerance * steep, "values at \(x)")
      #expect(
        largestDifference(basis.derivatives(at: Element(x)), derivatives[index])
          <= tolerance * steep * Double(basis.functions * basis.functions), "derivatives at \(x)")
    }
  }

  /// All inputs of a matrix at once are what each is alone.
  @Test func functionsOfAnInputStandSideBySide() {
    var generator = RandomGenerator(seed: 3)
    let x: Matrix<Double> = generator.matrix(4, 3, in: -2...2)
    check(Chebyshev(inputs: 3, degree: 4), Chebyshev(inputs: 1, degree: 4), x)
    check(Gaussian(inputs: 3, centers: 4), Gaussian(inputs: 1, centers: 4), x)
    check(LinearBasis(inputs: 3), LinearBasis(inputs: 1), x)
  }

  private func check<Kind: Basis<Double>>(_ basis: Kind, _ alone: Kind, _ x: Matrix<Double>) {
    let (values, slopes) = (basis.values(of: x), basis.derivatives(of: x))
    for row in 0..<x.rows {
      #expect(values.row(row) == x.row(row).flatMap { alone.values(at: $0) })
      #expect(slopes.row(row) == x.row(row).flatMap { alone.derivatives(at: $0) })
    }
  }

  @Test func linearBasisIsTheInput() {
    let basis = LinearBasis<Float>(inputs: 1)
    #expect(basis.isIdentity && basis.values(at: 3.5) == [3.5] && basis.derivatives(at: 3.5) == [1])
  }
}
