import ArgumentParser
import Foundation
import KAN
import KANBenchmarking

extension ThroughputTool {
  /// What the model may lose by its choice before that counts as wrong.
  static let toleratedLoss = 0.15

  /// Times both contractions over a spread of layers, prints a row for each as CSV, and on standard error how many the
  /// model chooses wrongly and by how much.
  func reportContraction() throws {
    let pool = ThreadPool(threads: threadCounts[0])
    Swift.print(
      "inputs,outputs,grid,degree,batch,precision,threads,localMilliseconds,gemmMilliseconds,choice,lossPercent")
    var checks: [ContractionCheck] = []
    for (inputs, outputs) in ContractionCheck.shapes {
      for grid in ContractionCheck.grids {
        for degree in ContractionCheck.degrees {
          for batch in ContractionCheck.batches {
            checks.append(check(Float.self, inputs, outputs, grid, degree, batch, pool))
            if degree == 3 { checks.append(check(Double.self, inputs, outputs, grid, degree, batch, pool)) }
          }
        }
      }
    }
    let wrong = checks.filter { $0.loss > Self.toleratedLoss }
    let slower = checks.filter { $0.loss > 0 }
    let worst = checks.max { $0.loss < $1.loss }!
    note(
      "contraction: \(slower.count) of \(checks.count) layers take the slower way, \(wrong.count) lose more than "
        + "\(Int(100 * Self.toleratedLoss)) %; at worst \(worst.inputs)-\(worst.outputs), G = \(worst.grid), degree "
        + "\(worst.degree), batch \(worst.batch), \(worst.precision): \(Int((100 * worst.loss).rounded())) % by \(worst.choice)"
    )
    if !wrong.isEmpty { throw ExitCode.failure }
  }

  private func check<Element: Scalar>(
    _ type: Element.Type, _ inputs: Int, _ outputs: Int, _ grid: Int, _ degree: Int, _ batch: Int, _ pool: ThreadPool
  ) -> ContractionCheck {
    func measured(_ rounds: Int) -> ContractionCheck {
      ContractionCheck(
        type, inputs: inputs, outputs: outputs, grid: grid, degree: degree, batch: batch, rounds: rounds, pool: pool)
    }
    var check = measured(rounds)
    // What looks wrong is looked at again, longer: something else may have run meanwhile.
    if check.loss > Self.toleratedLoss { check = measured(5 * rounds) }
    Swift.print(
      "\(inputs),\(outputs),\(grid),\(degree),\(batch),\(check.precision),\(pool.threads),\(significant(check.local, 4)),"
        + "\(significant(check.gemm, 4)),\(check.choice),\(Int((100 * check.loss).rounded()))")
    return check
  }
}
