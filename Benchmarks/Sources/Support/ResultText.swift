import Foundation

/// The lines of a file of results; none where it is not there.
func resultLines(_ name: String, in folder: String) throws -> [Substring] {
  let path = folder + "/" + name
  guard FileManager.default.fileExists(atPath: path) else { return [] }
  return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
}

/// The tables for README.md, beside which `folder` is a path.
func resultsText(_ folder: String, peers: ResultTable?, learning: ResultTable?) throws -> String {
  var parts: [String] = []
  if let peers {
    parts = ["![Time of one training step](\(folder)/peers.svg)", stepTable(peers)]
  }
  if let learning { parts.append(learningTable(learning)) }
  var figures = try resultLines("figures.txt", in: folder).map { "- \($0)" }
  if let refit = try ResultTable(folder: folder, name: "refit.csv") { figures.append("- " + refitText(refit)) }
  if !figures.isEmpty { parts.append(figures.joined(separator: "\n")) }
  parts.append(
    (try resultLines("machine.txt", in: folder) + [
      "medians; the other charts are in [\(folder)](\(folder))"
    ])
    .joined(separator: "; "))
  return parts.joined(separator: "\n\n") + ".\n"
}

private func markdown(_ rows: [[String]]) -> String {
  let lines = [rows[0], ["---"] + Array(repeating: "---:", count: rows[0].count - 1)] + rows.dropFirst()
  return lines.map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
}

/// A row for each shape.
private func stepTable(_ table: ResultTable) -> String {
  var rows = [
    [
      "one step, ms", "batch", "G", "KAN", "inKAN", "MLP, same parameters", "the same in PyTorch", "KAN over inKAN",
      "KAN over PyTorch's MLP",
    ]
  ]
  for (key, members) in table.rows.grouped(by: { [$0["shape"], $0["batch"], $0["grid"]] }) {
    func row(_ name: String) -> ResultTable.Row? { members.first { $0["network"] == name } }
    func time(_ name: String) -> String { significant(row(name)?.number("stepMilliseconds") ?? .nan, 3) }
    func ratio(_ name: String) -> String { significant(row(name)?.number("kanStepOverThis") ?? .nan, 2) }
    rows.append(
      key + ["KAN", "inKAN", "MLP same parameters", "PyTorch MLP same parameters"].map(time)
        + ["inKAN", "PyTorch MLP same parameters"].map(ratio))
  }
  return markdown(rows)
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
