import Foundation
import KANReport

/// A row for each task: the grid kept, over all seeds.
func accuracyTable(_ table: ResultTable) -> String {
  var rows = [
    [
      "function", "samples", "network", "others", "median test RMSE", "worst", "seeds within", "median s",
      "at the last grid",
    ]
  ]
  for (_, members) in table.rows.grouped(by: { $0["task"] }) {
    let first = members[0]
    let kept = members.filter { $0["kept"] == "1" }
    let last = members.grouped { $0["seed"] }.compactMap(\.members.last)
    let errors = kept.map { $0.number("testRMSE") }
    let (reach, limit) = (first.number("reach"), Double(first["reachSeconds"]) ?? .infinity)
    let within = kept.filter { $0.number("testRMSE") <= reach && $0.number("seconds") <= limit }.count
    let bound = limit.isFinite ? " in \(significant(limit, 1)) s" : ""
    rows.append([
      first["formula"], first["samples"], first["widths"], first["others"].replacingOccurrences(of: ";", with: ","),
      scientific(errors.median), scientific(errors.max() ?? .nan),
      "\(within) of \(kept.count) ≤ \(scientific(reach))\(bound)",
      significant(kept.map { $0.number("seconds") }.median, 2), scientific(last.map { $0.number("testRMSE") }.median),
    ])
  }
  return markdown(rows)
}

/// Two digits: 3.1e-9.
private func scientific(_ value: Double) -> String {
  guard value.isFinite else { return "–" }
  let parts = String(format: "%.1e", value).split(separator: "e")
  return "\(parts[0])e\(Int(parts[1]) ?? 0)"
}

/// Error by grid and by time, medians over the seeds, on logarithmic scales.
func accuracyCharts(_ table: ResultTable) -> [LineChart] {
  let tasks = table.rows.filter { $0["task"].hasPrefix("exp-") || $0["task"] == "deep" }.grouped { $0["task"] }
  func series(_ x: (ResultTable.Row) -> Double) -> [LineChart.Series] {
    tasks.map { name, members in
      let label = name == "deep" ? "4-2-1-1, 3000 samples" : "2-1-1, \(members[0]["samples"]) samples"
      return LineChart.Series(
        label,
        points: members.grouped { $0["grid"] }.map { _, rows in
          (x: log10(rows.map(x).median), y: log10(rows.map { $0.number("testRMSE") }.median))
        })
    }
  }
  return [
    LineChart(
      title: "Test error by grid", xLabel: "log₁₀ of G, intervals of the grid", yLabel: "log₁₀ of the test RMSE",
      series: series { $0.number("grid") }),
    LineChart(
      title: "Test error by time of training", xLabel: "log₁₀ of seconds", yLabel: "log₁₀ of the test RMSE",
      series: series { $0.number("seconds") }),
  ]
}
