// swift-tools-version: 6.2
import PackageDescription

// Built by `scripts/bench`: figures that no command of the program shows by itself.
let package = Package(
  name: "sealing",
  dependencies: [.package(name: "sotto", path: "../../..")],
  targets: [
    .executableTarget(
      name: "sealing",
      dependencies: [.product(name: "SottoVault", package: "sotto")],
      path: "Sources",
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
      ])
  ],
  swiftLanguageModes: [.v6]
)
