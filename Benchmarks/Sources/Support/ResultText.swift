import Foundation

/// The tables for README.md.
func resultsText(_ folder: String, peers: ResultTable?, learning: ResultTable?) throws -> String {
  func lines(_ name: String) throws -> [Substring] {
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
  }
  var parts: [String] = []
  if let peers {
    parts = ["![Time of one training step](Benchmarks/Results/peers.svg)", stepTable(peers)]
  }
  if let learning { parts.append(learningTable(learning)) }
  let figures = try lines("figures.txt").map { "- \($0)" }
  if !figures.isEmpty { parts.append(figures.joined(separator: "\n")) }
  parts.append(
    (try lines("machine.txt") + ["medians; the other charts are in [Benchmarks/Results](Benchmarks/Results)"])
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
