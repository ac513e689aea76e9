// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "swift-kan", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    // Its default traits count allocations through libraries that are not needed here.
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
  ],
  targets: [
    // KAN against MLP
    .executableTarget(
      name: "throughput",
      dependencies: [
        "CPeak",
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "KANBenchmarking", package: "swift-kan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Throughput"),
    .target(name: "CPeak"),

    // Two revisions' throughput, in turns
    .target(name: "Comparison"),
    .executableTarget(
      name: "compare",
      dependencies: ["Comparison", .product(name: "ArgumentParser", package: "swift-argument-parser")],
      path: "Sources/Compare"),
    .testTarget(name: "ComparisonTests", dependencies: ["Comparison"]),

    // Test loss by epoch and time
    .executableTarget(
      name: "learning",
      dependencies: [
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "KANFiles", package: "swift-kan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Learning"),

    // Errors of fits to smooth functions
    .executableTarget(
      name: "accuracy",
      dependencies: [
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "KANBenchmarking", package: "swift-kan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Accuracy"),

    // Least squares of many inputs
    .executableTarget(
      name: "refit",
      dependencies: [
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/Refit"),

    // One row of the engine and of exported C
    .executableTarget(
      name: "export-row",
      dependencies: [
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "KANBenchmarking", package: "swift-kan"),
        .product(name: "KANExport", package: "swift-kan"),
      ],
      path: "Sources/Export"),

    // Pictures and tables of Results/
    .executableTarget(
      name: "charts",
      dependencies: [.product(name: "KANBenchmarking", package: "swift-kan")],
      path: "Sources/Charts"),

    // Five peaks learned one after another, for the documentation
    .executableTarget(
      name: "peaks",
      dependencies: [.product(name: "KANBenchmarking", package: "swift-kan")],
      path: "Sources/Peaks"),

    // swift package --package-path Benchmarks benchmark
    // The plugin takes every program whose folder stands in one named Benchmarks for its own: hence Sources/ for others.
    .executableTarget(
      name: "Micro",
      dependencies: [
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "KANBenchmarking", package: "swift-kan"),
        .product(name: "Benchmark", package: "benchmark"),
      ],
      path: "Micro",
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
  ]
)
