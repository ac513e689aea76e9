// swift-tools-version: 6.3
import PackageDescription

let package = Package(
  name: "swift-kan",
  products: [
    .library(name: "KAN", targets: ["KAN"]),
    .library(name: "KANFiles", targets: ["KANFiles"]),
    .library(name: "KANFormulas", targets: ["KANFormulas"]),
    .library(name: "KANMPI", targets: ["KANMPI"]),
    .library(name: "KANExport", targets: ["KANExport"]),
    .library(name: "KANReport", targets: ["KANReport"]),
    .executable(name: "kan", targets: ["kan"]),
    .library(name: "KANC", type: .dynamic, targets: ["KANC"]),
    .library(name: "KANBenchmarking", targets: ["KANBenchmarking"]),
  ],
  traits: [
    .trait(name: "MPI", description: "Training on several machines; needs an MPI library, such as libmpich-dev.")
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // C libraries of the system
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    // The engine
    .target(name: "CKANKernels", exclude: ["README.md"]),
    .target(
      name: "KANLinearAlgebra", dependencies: ["COpenBLAS", "CKANKernels"],
      // For properties of type Span; of no concern to packages that depend on this one.
      swiftSettings: [.enableExperimentalFeature("Lifetimes")]),
    .target(name: "KAN", dependencies: ["KANLinearAlgebra"]),

    // From a trained network or a table to a formula
    .target(name: "KANFormulas", dependencies: ["KAN"]),

    // Several machines, with the trait MPI; without it both are empty
    .target(
      name: "CKANMPI", cSettings: [.define("KAN_MPI", .when(traits: ["MPI"]))],
      linkerSettings: [.linkedLibrary("mpi", .when(traits: ["MPI"]))]),
    .target(name: "KANMPI", dependencies: ["KAN", "CKANMPI"]),

    // A model as a program of its own: ONNX, and sources in C, Swift and Python
    .target(name: "KANExport", dependencies: ["KAN"]),

    // Files, pictures, the tool
    .target(name: "KANFiles", dependencies: ["KAN", "CZlib"]),
    .target(name: "KANReport", dependencies: ["KAN"]),

    // C functions for other languages
    .target(name: "CKANInterface"),
    .target(name: "KANC", dependencies: ["CKANInterface", "KAN", "KANFiles", "KANFormulas", "KANReport"]),

    .target(name: "CDigits", exclude: ["digits.txt"]),
    .target(name: "CMemoryGuard"),
    .executableTarget(
      name: "kan",
      dependencies: [
        "CDigits", "CMemoryGuard", "KAN", "KANExport", "KANFiles", "KANFormulas", "KANReport",
        .target(name: "KANMPI", condition: .when(traits: ["MPI"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // For the package in Benchmarks/, which sees public names alone
    .target(name: "KANBenchmarking", dependencies: ["KAN", "KANReport"], path: "Benchmarks/Sources/Support"),

    // Tests
    .target(name: "CAllocationCounter", path: "Tests/CAllocationCounter"),
    .testTarget(
      name: "KANLinearAlgebraTests", dependencies: ["KANLinearAlgebra", "CKANKernels"], resources: [.copy("Reference")]),
    .testTarget(
      name: "KANTests", dependencies: ["KAN", "KANFiles", "CKANKernels", "CAllocationCounter"],
      resources: [.copy("Reference")]),
    .executableTarget(
      name: "FuzzReaders", dependencies: ["KAN", "KANFiles"], path: "Tests/Fuzz", exclude: ["corpus", "make_corpus.py"]),
    .executableTarget(name: "ReadmeExample", dependencies: ["KAN", "KANFiles"], path: "Tests/ReadmeExample"),
    .testTarget(name: "ReadmeTests", dependencies: ["KAN", "KANFiles", "ReadmeExample"]),
    .testTarget(
      name: "KANFilesTests", dependencies: ["KANFiles", "CZlib"], exclude: ["make_npy.py", "make_tables.py"],
      resources: [.copy("Models")]
    ),
    .testTarget(name: "KANReportTests", dependencies: ["KANReport", "KAN"]),
    .testTarget(
      name: "KANFormulasTests", dependencies: ["KANFormulas", "KAN", "KANFiles"], resources: [.copy("Reference")]),
    .executableTarget(
      name: "export-models", dependencies: ["KAN", "KANExport", "KANFiles"], path: "Tests/ExportModels",
      exclude: ["check.py", "make_tables.py"]),
    .testTarget(name: "KANExportTests", dependencies: ["KANExport", "KAN", "KANFiles"]),
    .testTarget(
      name: "CommandLineTests", dependencies: ["kan", "KANFiles", "KAN"], exclude: ["evaluate_model.py"]),
  ]
)
