import Foundation

/// What two revisions are timed at, as the command line has it:
///
/// - `64-64-64:1024:5` or `64-64-64:1024:5:2`: a training step by `throughput`, with widths, batch, intervals of the grid
///   and optionally the degree.
/// - `epoch`: an epoch of Fashion-MNIST by `learning`, 784-64-10, the fastest of three.
/// - `fit:deep`: the whole fit of a task of `accuracy` by Levenberg-Marquardt, from one seed.
public enum Subject: Equatable, Sendable, CustomStringConvertible {
  case step(Shape)
  case epoch
  case fit(task: String)

  public struct Shape: Equatable, Sendable {
    public var widths: [Int]
    public var batch, grid, degree: Int
  }

  /// nil unless it has one of the forms, with at least two widths and positive numbers.
  public init?(_ text: some StringProtocol) {
    if text == "epoch" {
      self = .epoch
      return
    }
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    if fields.count == 2, fields[0] == "fit", !fields[1].isEmpty {
      self = .fit(task: String(fields[1]))
      return
    }
    let numbers = fields.map { field in
      field.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    }
    guard (3...4).contains(numbers.count), numbers.joined().allSatisfy({ (1...1 << 30).contains($0) }),
      numbers[0].count >= 2, numbers.dropFirst().allSatisfy({ $0.count == 1 })
    else { return nil }
    self = .step(
      Shape(
        widths: numbers[0], batch: numbers[1][0], grid: numbers[2][0], degree: numbers.count > 3 ? numbers[3][0] : 3))
  }

  public var description: String {
    switch self {
    case .step(let shape):
      "\(joined(shape.widths, by: "-")):\(shape.batch):\(shape.grid)\(shape.degree == 3 ? "" : ":\(shape.degree)")"
    case .epoch: "epoch"
    case .fit(let task): "fit:\(task)"
    }
  }

  /// The program that is started.
  public var program: String {
    switch self {
    case .step: "throughput"
    case .epoch: "learning"
    case .fit: "accuracy"
    }
  }

  /// The program's arguments but for threads.
  ///
  /// - Parameters:
  ///   - seconds: of a step's start.
  ///   - images: the folder of Fashion-MNIST.
  public func arguments(seconds: Double, contraction: String, images: String) -> [String] {
    switch self {
    case .step(let shape):
      [
        "--kan-only", "--csv", "--rounds", "1", "--seconds", "\(seconds)", "--contraction", contraction,
        "--widths", joined(shape.widths, by: ","), "--batch", "\(shape.batch)", "--grid", "\(shape.grid)",
        "--degree", "\(shape.degree)",
      ]
    case .epoch: [images, "--epochs", "3"]
    case .fit(let task): ["--tasks", task, "--seeds", "1"]
    }
  }

  /// The time in what the program prints; nil if it is not there.
  public func milliseconds(in output: String) -> Double? {
    let lines = output.split(whereSeparator: \.isNewline)
    let times: [Double?] =
      switch self {
      case .step: column("stepMilliseconds", of: lines)
      case .epoch: lines.map { epochSeconds($0).map { 1000 * $0 } }
      // The row of the grid that was kept has the time of the whole fit.
      case .fit: column("seconds", of: lines, where: "kept").map { $0.map { 1000 * $0 } }
      }
    let found = times.compactMap(\.self)
    return found.count == times.count ? found.filter { $0 > 0 }.min() : nil
  }
}

private func joined(_ numbers: [Int], by separator: String) -> String {
  numbers.map { "\($0)" }.joined(separator: separator)
}

/// The numbers of a column of CSV without quotes, in all rows or in those with a 1 in another column.
private func column(_ name: String, of lines: [Substring], where flag: String? = nil) -> [Double?] {
  let rows = lines.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  guard let header = rows.first, let place = header.firstIndex(of: name[...]) else { return [] }
  let flagPlace = flag.flatMap { header.firstIndex(of: $0[...]) }
  return rows.dropFirst().filter { row in flagPlace.map { $0 < row.count && row[$0] == "1" } ?? true }
    .map { place < $0.count ? Double($0[place]) : nil }
}

/// One epoch as `learning` prints it.
private struct Epoch: Decodable { var epochSeconds: Double }

private func epochSeconds(_ line: Substring) -> Double? {
  try? JSONDecoder().decode(Epoch.self, from: Data(line.utf8)).epochSeconds
}
