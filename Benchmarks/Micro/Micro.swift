import Benchmark
import KAN
import KANBenchmarking

/// The parts of a step alone: basis, contraction, least-squares refit and optimiser.
let benchmarks: @Sendable () -> Void = {
  Benchmark.defaultConfiguration = .init(
    metrics: [.wallClock, .throughput], warmupIterations: 5, maxDuration: .milliseconds(500), maxIterations: 100_000)

  for grid in [5, 50] {
    let size = "1024 rows, G = \(grid)"
    let basis: @Sendable () -> LayerParts = {
      LayerParts(inputs: 64, outputs: 1, grid: grid, rows: 1024, contraction: .gemm)
    }
    add("Basis, values, 64 inputs, \(size)", basis, { $0.evaluateBasis() })
    add("Basis, pull-back, 64 inputs, \(size)", basis, { $0.pullBack() })
    for contraction in Contraction.allCases where contraction != .auto {
      for outputs in [1, 64] {
        let layer: @Sendable () -> LayerParts = {
          LayerParts(inputs: 64, outputs: outputs, grid: grid, rows: 1024, contraction: contraction)
        }
        let name = "Contraction, \(contraction), 64 to \(outputs), \(size)"
        add("\(name), forward", layer, { $0.forward() })
        add("\(name), forward and dW", layer, { $0.forwardAndWeightGradient() })
      }
    }
  }
  add(
    "Refit, 1000 points, 53 coefficients, 64 outputs, singular values",
    { Refit(inputs: 1, points: 1000, grid: 50, outputs: 64) }, { blackHole(try? $0.solveDense()) })
  for inputs in [1, 784] {
    add(
      "Refit, \(inputs) inputs, 1000 points, 53 coefficients, 64 outputs",
      { Refit(inputs: inputs, points: 1000, grid: 50, outputs: 64) }, { blackHole(try? $0.solve()) })
  }
  add("Optimiser, AdamW, 458,314 parameters", { Update(AdamW(), parameters: 458_314) }, { $0.run() })
  add("Optimiser, SGD, 458,314 parameters", { Update(SGD(), parameters: 458_314) }, { $0.run() })
}

/// Times `body` on what `make` has made once.
private func add<Subject>(
  _ name: String, _ make: @escaping @Sendable () -> Subject, _ body: @escaping @Sendable (Subject) -> Void
) {
  Benchmark(
    name,
    closure: { benchmark, subject in
      for _ in benchmark.scaledIterations { body(subject) }
    },
    setup: { make() })
}
