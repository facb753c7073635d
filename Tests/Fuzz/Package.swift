// swift-tools-version: 6.2
import PackageDescription

// Built by `scripts/fuzz`, which names the sanitizers: nothing here is of use without them.
let package = Package(
  name: "fuzz",
  dependencies: [
    .package(name: "sotto", path: "../.."),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CFuzzer",
        .product(name: "SottoDecoders", package: "sotto"),
        .product(name: "SottoVault", package: "sotto"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      path: "Sources/Fuzz",
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .treatAllWarnings(as: .error),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
