import ArgumentParser
import Foundation
import KAN

/// Times `BSpline.coefficients(fitting:at:)` on points and targets of a file, for Peers/refit.py, which has the same solved
/// by PyTorch.
@main
struct RefitTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "refit", abstract: "Time the least-squares refit of many inputs; prints milliseconds as JSON.")

  @Argument(help: "Points: [points × inputs], 32-bit numbers and nothing else.") var points: String
  @Argument(help: "Targets: [inputs·points × outputs].") var targets: String
  @Argument(help: "File for the coefficients: [inputs·(G + k) × outputs].") var coefficients: String
  @Option var inputs = 784
  @Option var outputs = 64
  @Option(help: "Intervals of the grid on [-1, 1].") var grid = 50
  @Option var degree = 3
  @Option var threads: Int?
  @Option(help: "Timed calls, after one that is not timed.") var calls = 3

  func run() throws {
    let x = try matrix(points, columns: inputs)
    let y = try matrix(targets, columns: outputs)
    let spline = BSpline(grid: Grid<Float>(inputs: inputs, intervals: grid, degree: degree), base: .none)
    let pool = ThreadPool(threads: threads)
    var found = try spline.coefficients(fitting: y, at: x, pool: pool)
    var milliseconds: [Double] = []
    for _ in 0..<calls {
      let start = ContinuousClock.now
      found = try spline.coefficients(fitting: y, at: x, pool: pool)
      milliseconds.append((ContinuousClock.now - start) / .milliseconds(1))
    }
    try Array(found.elements).withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: coefficients)) }
    print("{\"milliseconds\": \(milliseconds), \"threads\": \(pool.threads)}")
  }

  private func matrix(_ path: String, columns: Int) throws -> Matrix<Float> {
    let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
    return data.withUnsafeBytes { bytes in
      let numbers = bytes.bindMemory(to: Float.self)
      return Matrix(rows: numbers.count / columns, columns: columns, elements: AlignedArray(numbers))
    }
  }
}
