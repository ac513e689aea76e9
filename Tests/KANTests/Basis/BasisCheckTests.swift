import KAN
import Testing

/// Every basis of the module by the check that is meant for others'.
@Suite struct BasisCheckTests {
  @Test func registeredBases() throws {
    #expect(Set(knownBases(Float.self).map { $0.kind }).count == knownBases(Float.self).count)
    #expect(Set(knownBases(Float.self).map { $0.name }).count == knownBases(Float.self).count)
    for type in knownBases(Double.self) {
      let options = BasisOptions(inputs: 2, grid: 4, degree: 3)
      let basis = type.init(options)
      #expect(try basis.check() <= 1e-7, "\(type.name)")
      #expect(basis.options.inputs == 2)
      if type.grids != nil { #expect(basis.options.grid == 4) }
      if type.degrees != nil { #expect(basis.options.degree == 3) }
    }
    for type in knownBases(Float.self) {
      #expect(try type.init(BasisOptions(inputs: 1)).check() <= 1e-7, "\(type.name)")
    }
  }

  @Test(arguments: BasisKind.allCases)
  func randomBases(kind: BasisKind) throws {
    var generator = RandomGenerator(seed: 8)
    for _ in 0..<20 {
      let basis = generator.basis(kind, inputs: 2)
      #expect(try basis.check() <= 1e-6, "\(basis.description.settings)")
    }
  }
}
