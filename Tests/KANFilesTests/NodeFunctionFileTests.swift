import KAN
import Testing

@testable import KANFiles

/// Node functions in model files.
@Suite struct NodeFunctionFileTests {
  /// -z, from outside the module.
  private struct Negative: NodeFunction {
    static var kind: String { "negative" }
    let settings: [String: String]
    var isElementwise: Bool { true }
    var keepsSums: Bool { false }

    init(settings: [String: String]) throws(BasisError) {
      guard settings["sign"] == "-" else { throw BasisError("negative: no sign") }
      self.settings = settings
    }

    func outputs(sums: Int) -> Int? { sums }
    func sums(outputs: Int) -> Int? { outputs }

    func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {
      for row in 0..<z.rows { for column in 0..<z.columns { y[row, column] = -z[row, column] } }
    }

    func pullBack<Element: Scalar>(
      _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
      to dz: MutableMatrixView<Element>
    ) { apply(to: dy, dz) }

    func pushForward<Element: Scalar>(
      second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
      sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
    ) { apply(to: second, result) }
  }

  @Test func oneOfOnesOwn() throws {
    let node = try Negative(settings: ["sign": "-"])
    let network = Network<Float>(Layer(basis: LinearBasis(inputs: 2), outputs: 3, node: node), .linear(3, 1), seed: 3)
    try withTemporaryFolder { folder in
      let path = folder + "/m.safetensors"
      try network.save(to: path)
      let loaded = try Network<Float>(contentsOf: path, nodes: [Negative.self])
      let rows = Matrix<Float>([[1, 2], [-3, 0.5]])
      #expect(loaded.predict(rows) == network.predict(rows))
      expectFailure(.malformed, "layer 1: there is no node function of kind \"negative\"") {
        _ = try Network<Float>(contentsOf: path)
      }
    }
  }

  /// What could not be read again is not written.
  @Test func settingsThatDoNotMakeTheSame() throws {
    let network = Network<Float>(Layer(basis: LinearBasis(inputs: 2), outputs: 3, node: Forgetful()))
    try withTemporaryFolder { folder in
      expectFailure(.cannotCreate, "tensor \"layers.0.weight\" has shape [2, 1, 5], not [2, 1, 4]") {
        try network.save(to: folder + "/m.safetensors")
      }
    }
  }

  /// The first of several sums; its settings do not say of how many.
  private struct Forgetful: NodeFunction {
    static var kind: String { "forgetful" }
    var dropped = 2
    var settings: [String: String] { [:] }

    init() {}
    init(settings: [String: String]) throws(BasisError) { dropped = 1 }

    func outputs(sums: Int) -> Int? { sums > dropped ? sums - dropped : nil }
    func sums(outputs: Int) -> Int? { outputs + dropped }
    func apply<Element: Scalar>(to z: MatrixView<Element>, _ y: MutableMatrixView<Element>) {}
    func pullBack<Element: Scalar>(
      _ dy: MatrixView<Element>, sums z: MatrixView<Element>, outputs y: MatrixView<Element>,
      to dz: MutableMatrixView<Element>
    ) {}
    func pushForward<Element: Scalar>(
      second: MatrixView<Element>, _ tangent: MatrixView<Element>, _ other: MatrixView<Element>,
      sums z: MatrixView<Element>, outputs y: MatrixView<Element>, to result: MutableMatrixView<Element>
    ) {}
  }

  /// A file of activations alone is what it was before there were other node functions.
  @Test func activationsAreWrittenAsEver() throws {
    let file = Network<Float>(.linear(2, 3, activation: .tanh), .linear(3, 1)).modelFile()
    let text = try #require(file.metadata["network"])
    #expect(text.contains("\"activation\":\"tanh\"") && !text.contains("node"))
    let products = Network<Float>(.linear(2, 3, products: 1, activation: .tanh)).modelFile()
    let entry = "\"node\":{\"kind\":\"products\",\"settings\":{\"activation\":\"tanh\",\"products\":\"1\"}}"
    #expect(try #require(products.metadata["network"]).contains(entry))
  }

  @Test(arguments: [
    ("\"products\":\"1\"", "\"products\":\"4\"", "3 outputs do not fit its products"),
    ("\"products\":\"1\"", "\"products\":\"-1\"", "products: setting \"products\" has to be a number of at least 1"),
    ("\"activation\":\"tanh\"", "\"activation\":\"step\"", "products: setting \"activation\" is missing or unknown"),
    ("\"node\":", "\"activation\":\"silu\",\"node\":", "either an activation or another node function is expected"),
    ("\"node\":", "\"edon\":", "either an activation or another node function is expected"),
  ])
  func damaged(text: String, by other: String, reason: String) throws {
    var file = Network<Float>(.linear(2, 3, products: 1, activation: .tanh)).modelFile()
    file.metadata["network"] = file.metadata["network"]?.replacing(text, with: other)
    try withTemporaryFolder { folder in
      let path = folder + "/m.safetensors"
      try file.write(to: path)
      expectFailure(.malformed, "layer 1: \(reason)") { _ = try Network<Float>(contentsOf: path) }
    }
  }
}
