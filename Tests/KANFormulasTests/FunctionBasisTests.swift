import Foundation
import KANFiles
import Testing

@testable import KAN

/// Named functions against mpmath; the script is Reference/make_functions.py.
@Suite struct NamedFunctionTests {
  struct Case: Decodable {
    let function: NamedFunction
    let x, values, slopes, curvatures: [Double]
  }

  @Test func valuesAndDerivativesEqualMpmath() throws {
    let cases: [Case] = try reference("functions")
    #expect(Set(cases.map(\.function)) == Set(NamedFunction.allCases))
    for example in cases {
      let function = example.function
      for (index, x) in example.x.enumerated() {
        for (own, expected) in [
          (function.value(at: x), example.values[index]), (function.slope(at: x), example.slopes[index]),
          (function.curvature(at: x), example.curvatures[index]),
        ] {
          #expect(abs(own - expected) <= 4e-15 * max(1, abs(expected)), "\(function) at \(x): \(own), not \(expected)")
        }
      }
    }
  }
}

@Suite struct FunctionBasisTests {
  private func basis(rest: (any Basis<Double>)? = nil) throws -> FunctionBasis<Double> {
    try FunctionBasis(
      [
        [.init(.sin, rate: 3, shift: 0.2), .init(.square, rate: 1, shift: -0.5)], [],
        [.init(.squareRoot, rate: 1, shift: 1), .init(.gaussian), .init(.inverse, rate: 1, shift: 3)],
      ], domains: [-1...1, -1...1, -0.9...2], rest: rest)
  }

  @Test(arguments: [false, true])
  func basisIsConsistent(hasRest: Bool) throws {
    let rest: (any Basis<Double>)? = hasRest ? Chebyshev(inputs: 3, degree: 4) : nil
    let basis = try basis(rest: rest)
    #expect(basis.functions == (hasRest ? 7 : 3))
    try basis.check()
    try (basis.converted(to: Float.self) as! FunctionBasis<Float>).check()
  }

  /// Every function with its slopes and curvatures, inside of the domain, beyond both ends, and where it is not finite.
  @Test(arguments: NamedFunction.allCases)
  func functionsContinueAlongTheirTangents(function: NamedFunction) throws {
    let domain = max(function.domain.lowerBound, -0.7)...min(function.domain.upperBound, 0.6)
    let basis = try FunctionBasis<Double>([[.init(function)]], domains: [domain])
    func values(_ x: [Double], _ order: Int) -> [Double] {
      let points = Matrix(rows: x.count, columns: 1, elements: x)
      var result = Matrix<Double>(rows: x.count, columns: 1)
      withExtendedLifetime(points) {
        switch order {
        case 0: basis.writeValues(of: points.view, first: 0, to: result.mutableView())
        case 1: basis.writeDerivatives(of: points.view, first: 0, to: result.mutableView())
        default: basis.writeSecondDerivatives(of: points.view, first: 0, to: result.mutableView())
        }
      }
      return result.column(0)
    }
    let inside = [0.5, 0.1]
    #expect(values(inside, 0) == inside.map(function.value))
    #expect(values(inside, 1) == inside.map(function.slope))
    #expect(values(inside, 2) == inside.map(function.curvature))
    for (end, x) in [(domain.lowerBound, domain.lowerBound - 2), (domain.upperBound, domain.upperBound + 2)] {
      let (value, slope) = (function.value(at: end), function.slope(at: end))
      let expected = (value.isFinite ? value : 0) + (slope.isFinite ? slope : 0) * (x - end)
      #expect(abs(values([x], 0)[0] - expected) <= 1e-14 * max(1, abs(expected)))
      #expect(values([x], 2) == [0])
    }
    #expect(values([-1e300, -3, 0, 3, 1e300], 0).allSatisfy { $0.isFinite })
    #expect(values([.nan], 0)[0].isNaN && values([.nan], 1)[0].isNaN)
  }

  /// A network of functions is saved, loaded, converted and trained like any other.
  @Test func networkOfFunctionsSavesAndTrains() throws {
    let mixed = try basis(rest: BSpline(grid: Grid(inputs: 3, intervals: 4, degree: 3)))
    var network = Network<Double>([Layer(basis: mixed, outputs: 2), .spline(2, 1)], seed: 3)
    let data = dataset(200, 3, seed: 1) { sin(3 * $0[0] + 0.2) + $0[2] }
    let before = network.evaluate(on: data).loss
    _ = try network.train(on: data, with: LevenbergMarquardt(starts: 1), epochs: 10)
    #expect(network.evaluate(on: data).loss < 0.01 * before)
    let loaded = try Network<Double>(data: network.encoded())
    #expect(loaded.predict(data.inputs) == network.predict(data.inputs))
    #expect(loaded.layers[0].basis.description == network.layers[0].basis.description)
    var single = try network.converted(to: Float.self)
    let float = Dataset<Float>(
      inputs: Matrix(rows: 200, columns: 3, elements: data.inputs.elements.map { Float($0) }),
      targets: .values(Matrix(rows: 200, columns: 1, elements: (0..<200).map { Float(data.targets.values[$0, 0]) })))
    #expect(abs(single.evaluate(on: float).loss - network.evaluate(on: data).loss) < 1e-3)
    _ = try single.train(on: float, with: AdamW(), epochs: 2)
    #expect(single.parameters.allSatisfy { $0.isFinite })
  }

  @Test func damagedDescriptionsAreRefused() throws {
    let basis = try basis(rest: Chebyshev(inputs: 3, degree: 2))
    for (name, value) in [
      ("functions", "sin;cos"), ("functions", "sin,x^2;;sqrt,gaussian,nonsense"), ("rest", "nonsense"),
      ("rest", "functions"), ("functions", "sin,sin,sin,sin;;"),
    ] {
      var description = basis.description
      description.settings[name] = value
      #expect(throws: BasisError.self) { try FunctionBasis(description) }
    }
    for name in basis.description.arrays.keys {
      var description = basis.description
      description.arrays[name] = Matrix(rows: 1, columns: 1)
      #expect(throws: BasisError.self) { try FunctionBasis(description) }
    }
  }
}

extension Targets {
  fileprivate var values: Matrix<Element> {
    guard case .values(let values) = self else { fatalError("classes") }
    return values
  }
}
