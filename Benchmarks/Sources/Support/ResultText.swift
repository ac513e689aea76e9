import Foundation

/// The lines of a file of results; none where it is not there.
func resultLines(_ name: String, in folder: String) throws -> [Substring] {
  let path = folder + "/" + name
  guard FileManager.default.fileExists(atPath: path) else { return [] }
  return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
}

/// The page of a machine's results, which stand in a folder.
func resultsText(_ machine: String, in folder: String, peers: ResultTable?, learning: ResultTable?) throws -> String {
  var parts = ["# \(machine)"]
  if let peers {
    let rows = stepRows(peers) + (learning.map { [epochRow($0)] } ?? [])
    parts += [markdown([stepHeader] + rows), "![Time of one training step](peers.svg)"]
  }
  if let learning {
    parts += [learningTable(learning), "![Loss by epoch and by time](learning.svg)"]
  }
  var figures = try resultLines("figures.txt", in: folder).map { "- \($0)" }
  if let refit = try ResultTable(folder: folder, name: "refit.csv") { figures.append("- " + refitText(refit)) }
  if !figures.isEmpty { parts.append(figures.joined(separator: "\n")) }
  parts += ["grids", "threads", "batches"].map { "![Step by \($0)](\($0).svg)" }
  parts.append(try resultLines("machine.txt", in: folder).joined(separator: "; ") + "; medians.")
  return parts.joined(separator: "\n\n") + "\n"
}

/// The table for README.md, beside which the `folders` are paths: the first table of each folder's page.
public func overview(of folders: [String]) throws -> String {
  var lines = tableLines(["processor"] + stepHeader)
  var notes: [String] = []
  for folder in folders {
    let name = "[\(URL(fileURLWithPath: folder).lastPathComponent)](\(folder))"
    let table = try resultLines("README.md", in: folder).drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }
    for (index, row) in table.dropFirst(2).enumerated() { lines.append("| \(index == 0 ? name : "") \(row)") }
    notes.append("- \(name): " + (try resultLines("machine.txt", in: folder).joined(separator: "; ")) + ".")
  }
  return [
    "![Time of one training step](\(folders[0])/peers.svg)", lines.joined(separator: "\n"),
    "Medians. Losses, memory, latency and refits are on the page of each processor:", notes.joined(separator: "\n"),
  ].joined(separator: "\n\n")
}

/// A table whose first row is its header.
func markdown(_ rows: [[String]]) -> String {
  (tableLines(rows[0]) + rows.dropFirst().map(tableLine)).joined(separator: "\n")
}

/// A table's header: numbers to the right of its first column.
private func tableLines(_ header: [String]) -> [String] {
  [tableLine(header), tableLine(["---"] + Array(repeating: "---:", count: header.count - 1))]
}

private func tableLine(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }

private let stepHeader = [
  "one step, ms", "batch", "G", "KAN", "inKAN", "MLP, same parameters", "the same in PyTorch", "KAN over inKAN",
  "KAN over PyTorch's MLP",
]

/// A row for each shape.
private func stepRows(_ table: ResultTable) -> [[String]] {
  table.rows.grouped { [$0["shape"], $0["batch"], $0["grid"]] }.map { key, members in
    func row(_ name: String) -> ResultTable.Row? { members.first { $0["network"] == name } }
    func time(_ name: String) -> String { significant(row(name)?.number("stepMilliseconds") ?? .nan, 3) }
    func ratio(_ name: String) -> String { significant(row(name)?.number("kanStepOverThis") ?? .nan, 2) }
    return key + ["KAN", "inKAN", "MLP same parameters", "PyTorch MLP same parameters"].map(time)
      + ["inKAN", "PyTorch MLP same parameters"].map(ratio)
  }
}

/// Epochs of Fashion-MNIST.
private func epochRow(_ table: ResultTable) -> [String] {
  let names = ["KAN 784-64-10", "MLP 784-576-10", "PyTorch MLP 784-576-10"]
  let times = names.map { name in
    table.rows.filter { $0["comparison"] == "equal epochs" && $0["network"] == name }
      .map { 1000 * $0.number("epochSeconds") }.median
  }
  return ["an epoch of 60,000 images, 784-64-10", "256", "5", significant(times[0], 3), "–"]
    + times[1...].map { significant($0, 3) } + ["–", significant(times[0] / times[2], 2)]
}

/// The least-squares refit of many inputs, ours first.
private func refitText(_ table: ResultTable) -> String {
  let row = table.rows[0]
  let solvers = table.rows.map {
    let name = $0["solver"] == "ours" ? "here" : "torch.linalg.lstsq \($0["solver"])"
    return
      "\(name) \(significant($0.number("medianMilliseconds"), 3)) ms, residual \(significant($0.number("residual"), 6))"
  }
  return "coefficients of \(row["inputs"]) inputs found again, \(row["points"]) points, \(row["coefficients"]) "
    + "coefficients, \(row["outputs"]) outputs: " + solvers.joined(separator: "; ")
}

/// A row for each network: medians over all seeds and, for an epoch's time, epochs.
private func learningTable(_ table: ResultTable) -> String {
  var rows = [["Fashion-MNIST", "parameters", "s an epoch", "epochs", "s in all", "test loss", "test accuracy"]]
  for (key, members) in table.rows.grouped(by: { [$0["comparison"], $0["network"]] }) {
    let last = members.filter { $0["epoch"] == $0["epochs"] }
    func median(_ rows: [ResultTable.Row], _ name: String) -> Double { rows.map { $0.number(name) }.median }
    rows.append([
      key[1] + (key[0] == "equal time" ? ", as long as the KAN" : ""), grouped(members[0]["parameters"]),
      significant(median(members, "epochSeconds"), 3), significant(median(last, "epochs"), 1),
      significant(median(last, "seconds"), 3), significant(median(last, "testLoss"), 3),
      significant(median(last, "testAccuracy"), 3),
    ])
  }
  return markdown(rows)
}
