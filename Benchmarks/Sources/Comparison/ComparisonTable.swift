import Foundation

/// A table in Markdown: for each subject the medians of both programs' times and the ratio with its band.
public func comparisonTable(_ subjects: [Subject], _ rounds: [[Round]], limit: Double) -> String {
  var lines = [
    "| | old, ms | new, ms | new over old | 95 % band | |", "| --- | ---: | ---: | ---: | ---: | --- |",
  ]
  for (subject, rounds) in zip(subjects, rounds) {
    let ratio = Ratio(rounds)
    let times = [rounds.map(\.old), rounds.map(\.new)].map { String(format: "%.4g", median($0)) }
    let band = String(format: "%.3f–%.3f", ratio.lower, ratio.upper)
    let cells = ["\(subject)"] + times + [String(format: "%.3f", ratio.median), band, verdict(ratio, limit: limit)]
    lines.append("| " + cells.joined(separator: " | ") + " |")
  }
  return lines.joined(separator: "\n")
}

private func verdict(_ ratio: Ratio, limit: Double) -> String {
  if ratio.exceeds(limit) { return "**slower, beyond the limit**" }
  return switch ratio.verdict {
  case .faster: "**faster**"
  case .same: ""
  case .slower: "**slower**"
  }
}
