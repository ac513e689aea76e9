import Foundation
import KANReport

/// Draws the raw results of one folder to another and writes its page; returns the names of the files.
public func drawResults(in folder: String, to page: String) throws -> [String] {
  var written: [String] = []
  func write(_ name: String, _ text: String?) throws {
    guard let text else { return }
    try text.write(toFile: page + "/" + name, atomically: true, encoding: .utf8)
    written.append(name)
  }
  let peers = try ResultTable(folder: folder, name: "peers.csv")
  let learning = try ResultTable(folder: folder, name: "learning.csv")
  try write("peers.svg", peers.map(peersChart))
  try write("grids.svg", try ResultTable(folder: folder, name: "grids.csv").map(gridsChart))
  try write("threads.svg", try ResultTable(folder: folder, name: "threads.csv").map(threadsChart))
  try write("batches.svg", try ResultTable(folder: folder, name: "batches.csv").map(batchesChart))
  try write("learning.svg", learning.map { LineChart.document(learningCharts($0)) })
  let machine = try resultLines("machine.txt", in: folder)
  if peers != nil || learning != nil {
    try write("machine.txt", machine.joined(separator: "\n") + "\n")
    let name = URL(fileURLWithPath: page).lastPathComponent
    try write("README.md", try resultsText(name, in: folder, peers: peers, learning: learning))
  }
  if let accuracy = try ResultTable(folder: folder, name: "accuracy.csv") {
    try write("accuracy.svg", LineChart.document(accuracyCharts(accuracy)))
    try write("accuracy.md", "\(accuracyTable(accuracy))\n\n\(machine.joined(separator: "; ")).\n")
  }
  return written
}

/// KAN, MLP of the same widths and of the same parameters, as a chart calls them.
private func seriesName(_ row: ResultTable.Row) -> String {
  switch row["partner"] {
  case "self": row["contraction"].isEmpty ? "KAN" : "KAN, \(row["contraction"])"
  case "widths": "MLP same widths"
  default: "MLP same parameters"
  }
}

private func series(
  _ table: ResultTable, name: (ResultTable.Row) -> String = seriesName, x: (ResultTable.Row) -> Double,
  y: (ResultTable.Row) -> Double
) -> [LineChart.Series] {
  table.rows.grouped(by: name).map { name, rows in
    LineChart.Series(name, points: rows.map { (x: x($0), y: y($0)) }.sorted { $0.x < $1.x })
  }
}

/// Step time of every network of a shape, the KAN first.
private func peersChart(_ table: ResultTable) -> String {
  let order = [
    "KAN", "inKAN", "MLP same parameters", "PyTorch MLP same parameters", "MLP same widths", "PyTorch MLP same widths",
  ]
  let groups = table.rows.grouped { [$0["shape"], $0["batch"], $0["grid"]] }.map { key, rows in
    let bars = order.enumerated().compactMap { place, name in
      rows.first { $0["network"] == name }.map { row in
        BarChart.Bar(
          name: name, value: row.number("stepMilliseconds"),
          label: "\(significant(row.number("stepMilliseconds"), 3)) ms", color: place)
      }
    }
    return (name: "\(key[0]), batch \(key[1]), G = \(key[2])", bars: bars)
  }
  let threads = table.rows.first?["threads"] ?? ""
  return BarChart(title: "One training step, \(threads) threads; a scale for each shape", groups: groups).svg()
}

private func gridsChart(_ table: ResultTable) -> String {
  let first = table.rows.first
  let lines = series(table, x: { $0.number("grid") }, y: { $0.number("stepMilliseconds") })
  return LineChart(
    title: "Step by grid, 64-64-64, batch \(first?["batch"] ?? ""), \(first?["threads"] ?? "") threads",
    xLabel: "G, intervals of the grid", yLabel: "milliseconds", series: lines, startsAtZero: true
  ).svg()
}

private func threadsChart(_ table: ResultTable) -> String {
  let groups = table.rows.grouped(by: seriesName).map { name, rows in
    let bars = rows.enumerated().map { place, row in
      BarChart.Bar(
        name: row["threads"] == "1" ? "1 thread" : "\(row["threads"]) threads",
        value: row.number("stepMilliseconds"), label: "\(significant(row.number("stepMilliseconds"), 3)) ms",
        color: place)
    }
    return (name: "\(name), \(rows[0]["widths"])", bars: bars)
  }
  return BarChart(
    title: "One training step, batch \(table.rows.first?["batch"] ?? ""); a scale for each network", groups: groups
  ).svg()
}

private func batchesChart(_ table: ResultTable) -> String {
  LineChart(
    title: "Step by batch, 64-64-64, G = \(table.rows.first?["grid"] ?? "")", xLabel: "log₂ of the batch's rows",
    yLabel: "microseconds a row",
    series: series(
      table, x: { log2($0.number("batch")) }, y: { 1000 * $0.number("stepMilliseconds") / $0.number("batch") })
  ).svg()
}

/// Means over the seeds: by epoch where all have as many epochs, by time where all have as much time.
private func learningCharts(_ table: ResultTable) -> [LineChart] {
  func curves(_ rows: [ResultTable.Row], x: (ResultTable.Row) -> Double) -> [LineChart.Series] {
    rows.grouped { $0["network"] }.map { name, rows in
      LineChart.Series(
        name,
        points: rows.grouped { $0["epoch"] }.map { _, rows in
          (x: rows.map(x).mean, y: rows.map { $0.number("testLoss") }.mean)
        })
    }
  }
  let epochs = table.rows.filter { $0["comparison"] == "equal epochs" }
  // Ours take as long as the KAN or less; the peers' longer trainings take the place of those by epoch.
  let longer = table.rows.filter { $0["comparison"] == "equal time" }.grouped { $0["network"] }
  let time = epochs.grouped { $0["network"] }.flatMap { name, rows in
    longer.first { $0.key == name }?.members ?? rows
  }
  return [
    LineChart(
      title: "Fashion-MNIST, test loss by epoch", xLabel: "epoch", yLabel: "test loss",
      series: curves(epochs) { $0.number("epoch") }),
    LineChart(
      title: "Fashion-MNIST, test loss by time of training", xLabel: "seconds", yLabel: "test loss",
      series: curves(time) { $0.number("seconds") }, startsAtZero: true),
  ]
}
