import CKANInterface
import KAN
import KANFiles

/// A model of either precision.
protocol AnyModel: AnyObject {
  func save(to path: String) throws
  func encoded() throws -> [UInt8]
  func copy() -> any AnyModel
  func describe() -> ModelDescription
  var sizes: (inputs: Int, outputs: Int, parameters: Int, type: Int) { get }
  func predict(_ x: swiftkan_array, _ y: swiftkan_array, threads: Int64) throws
  func predict(_ table: Table, _ y: swiftkan_array, _ pool: ThreadPool) throws
  func intervals(
    _ table: Table, level: Double, _ lower: swiftkan_array, _ upper: swiftkan_array, _ pool: ThreadPool) throws
  func parameters(_ values: swiftkan_array, isSetting: Bool) throws
  func forward(_ x: swiftkan_array, _ y: swiftkan_array, _ pool: ThreadPool) throws
  func vjp(
    _ x: swiftkan_array, _ dy: swiftkan_array, _ dx: swiftkan_array, _ dp: swiftkan_array, _ pool: ThreadPool) throws
  func jacobian(_ x: swiftkan_array, _ jacobian: swiftkan_array, _ pool: ThreadPool) throws
  func curve(layer: Int, input: Int, output: Int, _ places: swiftkan_array, _ values: swiftkan_array) throws
  func train(_ rows: TrainingArrays, _ options: TrainingSettings, _ report: Report) throws -> TrainingResult
  func train(_ table: Table, _ options: TrainingSettings, _ report: Report) throws -> TrainingResult
  func fitLastLayer(_ rows: TrainingArrays, _ smoothing: Double, _ pool: ThreadPool) throws
  func session(rows: Int, _ pool: ThreadPool) -> any AnySession
  func explain(_ table: Table, output: Int, _ pool: ThreadPool) throws -> Explanation
  func importances(_ table: Table, _ pool: ThreadPool) throws -> [String: Double]
  func formula(_ table: Table, _ pool: ThreadPool) throws -> FormulaResult
  func plot(_ table: Table?, title: String, _ pool: ThreadPool) throws -> String
  func report(_ table: Table, title: String, _ pool: ThreadPool) throws -> String
  func refine(_ table: Table, grid: Int, _ pool: ThreadPool) throws -> Double
  func prune(_ table: Table, _ settings: PruneSettings, _ report: Report) throws -> (any AnyModel, PruneResult)
}

/// What a handle refers to; a class of its own, since a protocol's value is wider than a pointer.
final class ModelHandle {
  let model: any AnyModel
  init(_ model: any AnyModel) { self.model = model }

  static func at(_ pointer: OpaquePointer?) throws -> any AnyModel {
    guard let pointer else { throw Failure.usage("a model is missing") }
    return Unmanaged<ModelHandle>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue().model
  }
}

/// Gives a model to the caller.
func give(_ model: any AnyModel, _ to: UnsafeMutablePointer<OpaquePointer?>?) throws {
  guard let to else { throw Failure.usage("there is no place for the model") }
  to.pointee = OpaquePointer(Unmanaged.passRetained(ModelHandle(model)).toOpaque())
}

final class Model<Element: Scalar>: AnyModel {
  private(set) var network: Network<Element>
  let predictors = IdlePredictors<Element>()

  init(_ network: Network<Element>) { self.network = network }

  /// Changes the network; what was made for the old one is dropped.
  func change<Result>(_ body: (inout Network<Element>) throws -> Result) rethrows -> Result {
    defer { predictors.drop() }
    return try body(&network)
  }

  func save(to path: String) throws { try network.save(to: path) }
  func encoded() throws -> [UInt8] { Array(try network.encoded()) }
  func copy() -> any AnyModel { Model(network) }

  var sizes: (inputs: Int, outputs: Int, parameters: Int, type: Int) {
    (
      network.inputs, network.outputs, network.parameterCount,
      Int(Element.self == Float.self ? SWIFTKAN_FLOAT32 : SWIFTKAN_FLOAT64)
    )
  }

  func describe() -> ModelDescription { ModelDescription(network) }
}

/// What a program may want to know of a model.
struct ModelDescription: Encodable {
  struct Layer: Encodable {
    var basis: String
    var inputs, outputs, functions: Int
    var grid: Int?
    var node: String
  }
  struct Column: Encodable {
    var name: String
    /// `number`, `text`, or a part of a time.
    var kind: String
  }

  var layers: [Layer]
  var parameters: Int
  var precision: String
  var task: String
  var loss: String
  var inputs, targets, classes: [String]
  /// The table's columns that are read, and how; empty for a network of plain numbers.
  var columns: [Column]
  /// Whether inputs and outputs are the table's own numbers.
  var isPlain: Bool
  var hasIntervals: Bool
  var notes: [String]

  init<Element: Scalar>(_ network: Network<Element>) {
    layers = network.layers.map {
      Layer(
        basis: $0.basis.description.kind, inputs: $0.inputs, outputs: $0.outputs, functions: $0.functions,
        grid: $0.gridIntervals, node: $0.nodeText)
    }
    parameters = network.parameterCount
    precision = Element.self == Float.self ? "float" : "double"
    task = network.task.rawValue
    loss = ObjectiveDescription(network.objective).name
    inputs = network.names.inputs
    targets = network.names.targets
    classes = network.names.classes
    var seen: Set<String> = []
    columns = (network.encoding?.inputs ?? []).filter { seen.insert($0.column).inserted }.map { input in
      let kind =
        switch input.kind {
        case .levels, .level: "text"
        case .flag: "flag"
        case .time: "time"
        case .number, .magnitude, .gap: "number"
        }
      return Column(name: input.column, kind: kind)
    }
    isPlain = network.encoding?.isPlain ?? true
    hasIntervals = network.hasIntervals
    notes = network.encoding?.notes ?? []
  }
}
