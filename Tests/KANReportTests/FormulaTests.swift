import KAN
import KANReport
import Testing

/// Edges that are functions of a formula carry their names.
@Suite struct FormulaTests {
  @Test func namesOfFunctions() throws {
    let basis = try FunctionBasis<Double>(
      [[.init(.sin, rate: 3)], [.init(.square), .init(.exp)]], domains: [-1...1, -2...2])
    var network = Network<Double>(Layer(basis: basis, outputs: 1), seed: 1)
    for index in 0..<4 { network.parameters[index] = [2, 0, 1, 0.5][index] }
    let picture = try ParsedPicture(Diagram(Portrait(network, rows: randomRows(20, 2)), title: "formula").svg())
    #expect(picture.texts.contains("sin") && picture.texts.contains("x^2 + exp"))
  }
}
