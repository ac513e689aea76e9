import CDigits
import KAN

/// Small images of handwritten digits, used if Fashion-MNIST is not installed: 1,797 of 8×8 pixels with 17 levels.
///
/// E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998,
/// https://doi.org/10.24432/C50P49, under CC BY 4.0; the part that the authors call the test set.
enum Digits {
  static let title = "handwritten digits (UCI)"

  /// A fixed split: four fifths for training and a fifth for the test.
  static func load() throws -> (training: Dataset<Float>, test: Dataset<Float>) {
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    for line in String(cString: kan_digits()).utf8.split(separator: UInt8(ascii: "\n")) {
      let values = line.map { $0 <= UInt8(ascii: "9") ? $0 - UInt8(ascii: "0") : $0 - UInt8(ascii: "A") + 10 }
      pixels += values.dropLast()
      labels.append(Int32(values[64]))
    }
    let all = Dataset<Float>(
      inputs: Matrix(rows: labels.count, columns: 64, elements: AlignedArray(converting: pixels)),
      targets: .classes(labels, count: 10),
      names: Names(targets: ["digit"], classes: (0..<10).map { "\($0)" }))
    return all.holdingOut(0.2, seed: 0)!
  }
}
