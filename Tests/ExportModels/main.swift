import Foundation
import KAN
import KANExport
import KANFiles

// Writes what scripts/test-export compares: export-models [--short] FOLDER [MODEL.safetensors …]
//
//   NAME.onnx, .c, .swift, .py   the exports
//   NAME.rows, NAME.expected     rows of columns, and the model's predictions: doubles, [rows × columns] and [rows × outputs]
//   index                        a line for each model: name, columns, outputs, bits of its precision

func write<Element: Scalar>(
  _ network: Network<Element>, _ name: String, _ rows: [[Double]], _ expected: [[Double]], to folder: String,
  _ plan: ExportPlan
) throws -> String {
  for format in ExportFormat.allCases {
    try writeFile(plan.encoded(as: format), to: "\(folder)/\(name).\(format.rawValue)")
  }
  for (ending, numbers) in [("rows", rows), ("expected", expected)] {
    let bytes = numbers.joined().flatMap { number in withUnsafeBytes(of: number) { Array($0) } }
    try writeFile(bytes, to: "\(folder)/\(name).\(ending)")
  }
  return "\(name) \(plan.columns.count) \(plan.outputs) \(MemoryLayout<Element>.size * 8)\n"
}

/// Each place in each input, next to it on both sides, and others between and beyond.
func rows<Element: Scalar>(of model: Model<Element>) -> Matrix<Element> {
  var generator = RandomGenerator(seed: 3)
  var numbers: [Element] = [-3, 3, -1.2, 1.2, 40, -40, .nan]
  for place in model.places { numbers += [place, place.nextUp, place.nextDown] }
  for _ in 0..<40 { numbers.append(Element(2.6 * generator.uniform() - 1.3)) }
  let inputs: Int = model.network.inputs
  var rows = Matrix<Element>(rows: inputs * numbers.count, columns: inputs)
  for row in 0..<rows.rows {
    for input in 0..<inputs {
      let place = input == row % inputs ? row / inputs : Int(generator.next() % UInt64(numbers.count))
      rows[row, input] = numbers[place]
    }
  }
  return rows
}

func write<Element: Scalar>(_ models: [Model<Element>], to folder: String) throws -> String {
  var index = ""
  for model in models {
    let plan = try ExportPlan(model.network, name: model.name)
    let rows = rows(of: model)
    let expected: Matrix<Element> = model.network.predict(rows)
    func list(_ matrix: Matrix<Element>) -> [[Double]] { (0..<matrix.rows).map { matrix.row($0).map { Double($0) } } }
    index += try write(model.network, model.name, list(rows), list(expected), to: folder, plan)
  }
  return index
}

func write<Element: Scalar>(_ path: String, _ name: String, to folder: String, _: Element.Type) throws -> String {
  let network = try Network<Element>(contentsOf: path)
  let plan = try ExportPlan(network, name: name)
  let sample = ExportSample(plan, rows: 400)
  return try write(network, name, sample.rows, try sample.predictions(of: network), to: folder, plan)
}

var arguments = Array(CommandLine.arguments.dropFirst())
let isShort = arguments.first == "--short"
if isShort { arguments.removeFirst() }
let folder = arguments.removeFirst()
var index = try write(models(Float.self, isShort: isShort), to: folder)
index += try write(models(Double.self, isShort: isShort), to: folder)
for path in arguments {
  let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
  let isDouble = try ModelFile(path: path).isDouble
  index += try isDouble ? write(path, name, to: folder, Double.self) : write(path, name, to: folder, Float.self)
}
try writeFile(Array(index.utf8), to: folder + "/index")
