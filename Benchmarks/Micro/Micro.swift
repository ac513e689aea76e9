import Benchmark
import KAN
import KANBenchmarking

/// The parts of a step alone: basis, contraction, least-squares refit and optimiser.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], warmupIterations: 3, maxDuration: .milliseconds(500), maxIterations: 100_000)

  for grid in [5, 50] {
    let size = "64 inputs, 1024 rows, G = \(grid)"
    Benchmark("Basis, values, \(size)") { benchmark in
      var parts = LayerParts(inputs: 64, outputs: 1, grid: grid, rows: 1024, contraction: .gemm)
      time(benchmark) { parts.evaluateBasis() }
    }
    Benchmark("Basis, pull-back, \(size)") { benchmark in
      var parts = LayerParts(inputs: 64, outputs: 1, grid: grid, rows: 1024, contraction: .gemm)
      time(benchmark) { parts.pullBack() }
    }
    for contraction in Contraction.available where contraction != .auto {
      for outputs in [1, 64] {
        let name = "Contraction, \(contraction), 64 to \(outputs), 1024 rows, G = \(grid)"
        Benchmark("\(name), forward") { benchmark in
          let parts = LayerParts(inputs: 64, outputs: outputs, grid: grid, rows: 1024, contraction: contraction)
          time(benchmark) { parts.forward() }
        }
        Benchmark("\(name), forward and dW") { benchmark in
          let parts = LayerParts(inputs: 64, outputs: outputs, grid: grid, rows: 1024, contraction: contraction)
          time(benchmark) { parts.forwardAndWeightGradient() }
        }
      }
    }
  }

  Benchmark("Refit, 1000 points, 53 coefficients, 64 outputs") { benchmark in
    let refit = Refit(points: 1000, grid: 50, outputs: 64)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { blackHole(try refit.solve()) }
    benchmark.stopMeasurement()
  }

  Benchmark("Optimiser, AdamW, 458,314 parameters") { benchmark in
    var update = Update(AdamW(), parameters: 458_314)
    time(benchmark) { update.run() }
  }
  Benchmark("Optimiser, SGD, 458,314 parameters") { benchmark in
    var update = Update(SGD(), parameters: 458_314)
    time(benchmark) { update.run() }
  }
}

/// Times `body` alone, not what stands before it.
private func time(_ benchmark: Benchmark, _ body: () -> Void) {
  body()
  benchmark.startMeasurement()
  for _ in benchmark.scaledIterations { body() }
  benchmark.stopMeasurement()
}
