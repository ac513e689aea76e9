// swift-tools-version: 6.3
import PackageDescription

// A package that depends on the library as any other does, so that it sees public names alone. Its tests say what a user
// can do; Extensions/ has what a user can add from outside, one file each.
let package = Package(
  name: "Stranger",
  dependencies: [.package(name: "swift-kan", path: "../..")],
  targets: [
    .testTarget(
      name: "StrangerTests",
      dependencies: [
        .product(name: "KAN", package: "swift-kan"),
        .product(name: "KANFiles", package: "swift-kan"),
        .product(name: "KANFormulas", package: "swift-kan"),
        .product(name: "KANExport", package: "swift-kan"),
        .product(name: "KANReport", package: "swift-kan"),
      ])
  ]
)
