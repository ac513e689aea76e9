import KAN
import KANFiles
import Testing

/// y = 2a + b², rows of it as a table, with the separator between cells.
func regressionTable(rows: Int = 120, separator: String = ",") -> String {
  table(["a", "b", "y"], regressionRows(rows).map { $0.map { "\($0)" } }, separator)
}

/// Rows a, b, 2a + b².
func regressionRows(_ rows: Int) -> [[Double]] {
  var generator = RandomGenerator(seed: 3)
  return (0..<rows).map { _ in
    let (a, b) = (generator.uniform(), generator.uniform())
    return [a, b, 2 * a + b * b]
  }
}

/// Points in the plane by the sign of a - b: "above" or "below".
func classificationTable(rows: Int = 120) -> String {
  table(["a", "b", "side"], regressionRows(rows).map { ["\($0[0])", "\($0[1])", $0[0] < $0[1] ? "above" : "below"] })
}

func table(_ header: [String], _ rows: [[String]], _ separator: String = ",") -> String {
  ([header] + rows).map { $0.joined(separator: separator) + "\n" }.joined()
}

extension Folder {
  /// Two features in x.npy, and numbers or class labels in y.npy.
  func writeArrays(rows: Int = 120, labels: Bool = false, names: (x: String, y: String) = ("x.npy", "y.npy")) throws {
    let data = regressionRows(rows)
    try write(encodeNPY(shape: [rows, 2], data.flatMap { $0[..<2] }), to: names.x)
    let targets = data.map { labels ? ($0[0] < $0[1] ? 7 : 3) : $0[2] }
    try write(encodeNPY(shape: [rows], targets), to: names.y)
  }

  /// Images of 4×4 pixels whose left or right half is bright, 60 to train on and 20 for the test.
  func writeImages(_ name: String = "images") throws {
    for (part, count) in [("train", 60), ("t10k", 20)] {
      var generator = RandomGenerator(seed: UInt64(count))
      let labels = (0..<count).map { UInt8($0 % 2) }
      let pixels = labels.flatMap { label in
        (0..<16).map { place in
          UInt8(generator.uniform() * 100) + ((place % 4 < 2) == (label == 0) ? 150 : 0)
        }
      }
      try write(idx([count, 4, 4], pixels), to: "\(name)/\(part)-images-idx3-ubyte")
      try write(idx([count], labels), to: "\(name)/\(part)-labels-idx1-ubyte")
    }
  }

  /// A trained model of the regression table, in r.csv and m.safetensors.
  func writeModel(_ options: String...) throws {
    try write(regressionTable(), to: "r.csv")
    try kan(["train", "r.csv", "--save", "m.safetensors", "--epochs", "3"] + options).succeeded()
  }
}

/// The bytes of an IDX file of unsigned bytes.
func idx(_ shape: [Int], _ data: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(shape.count)]
    + shape.flatMap { size in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) } } + data
}
