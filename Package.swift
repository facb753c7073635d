// swift-tools-version: 6.2
import PackageDescription

/// For every target: Swift 6 language mode, warnings are errors, imports do not leak.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// For the targets that hold raw memory or call C: every unsafe use is spelled `unsafe`.
let audited = strict + [.strictMemorySafety()]

let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let arguments: Target.Dependency = .product(
  name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "sotto",
  products: [
    .executable(name: "sotto", targets: ["sotto"]),
    // For `Tests/Fuzz`, a package of its own because all it builds is instrumented.
    .library(
      name: "SottoDecoders",
      targets: [
        "Applications", "ByteReading", "Conversations", "EvidenceFiles", "Inventory",
        "SQLiteEvidence",
      ]),
    // For `Tests/Fuzz` and `Tests/Benchmarks/Sealing`, which is built for release alone.
    .library(name: "SottoVault", targets: ["Secrets", "VaultFormat", "VaultStore"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
  ],
  targets: [
    .target(name: "CLinux"),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .target(name: "ByteReading", swiftSettings: audited),
    .target(name: "Secrets", dependencies: ["CLinux", "CSodium"], swiftSettings: audited),
    .target(
      name: "VaultFormat", dependencies: ["CSodium", "Secrets"], swiftSettings: audited),
    .target(name: "Erasure", dependencies: ["CLinux", system], swiftSettings: audited),
    .target(
      name: "VaultStore",
      dependencies: ["ByteReading", "CLinux", "Erasure", "Secrets", "VaultFormat", system],
      swiftSettings: audited),
    .target(name: "Conversations", dependencies: ["ByteReading"], swiftSettings: strict),
    .target(
      name: "EvidenceFiles", dependencies: ["ByteReading", "CLinux", system],
      swiftSettings: audited),
    .target(
      name: "SQLiteEvidence", dependencies: ["ByteReading", "EvidenceFiles", system],
      swiftSettings: audited),
    .target(
      name: "Applications",
      dependencies: ["ByteReading", "Conversations", "EvidenceFiles", "SQLiteEvidence", system],
      swiftSettings: strict),
    .target(
      name: "Inventory",
      dependencies: [
        "Applications", "ByteReading", "Conversations", "EvidenceFiles", "SQLiteEvidence", system,
      ],
      swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: [
        "Applications", "ByteReading", "CLinux", "Conversations", "EvidenceFiles", "Inventory",
        system,
      ],
      swiftSettings: strict),
    .target(
      name: "Commands",
      dependencies: [
        "Applications", "ByteReading", "Conversations", "Erasure", "EvidenceFiles", "Inventory",
        "Reporting", "Secrets", "VaultFormat", "VaultStore", arguments, system,
      ],
      swiftSettings: strict),
    .executableTarget(name: "sotto", dependencies: ["Commands", arguments], swiftSettings: strict),
    .testTarget(
      name: "SecretsTests", dependencies: ["CSodium", "Secrets", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "VaultFormatTests",
      dependencies: ["CSodium", "Secrets", "TestSupport", "VaultFormat"], exclude: ["vectors.py"],
      swiftSettings: strict),
    .testTarget(
      name: "VaultStoreTests",
      dependencies: ["Erasure", "Secrets", "TestSupport", "VaultFormat", "VaultStore", system],
      swiftSettings: strict),
    .testTarget(
      name: "ErasureTests", dependencies: ["Erasure", "TestSupport", system],
      swiftSettings: strict),
    .testTarget(
      name: "VaultCompatibilityTests", dependencies: ["TestSupport", "sotto"],
      exclude: ["Frozen", "make_vault.py", "selftest.py"], swiftSettings: strict),
    .testTarget(
      name: "SQLiteEvidenceTests",
      dependencies: ["SQLiteEvidence", "EvidenceFiles", "ByteReading", "CSQLite", system],
      swiftSettings: strict),
    .testTarget(
      name: "ByteReadingTests", dependencies: ["ByteReading"], swiftSettings: strict),
    .testTarget(
      name: "ConversationsTests", dependencies: ["ByteReading", "Conversations"],
      swiftSettings: strict),
    .testTarget(
      name: "ApplicationsTests",
      dependencies: [
        "Applications", "ByteReading", "Conversations", "EvidenceFiles", "Inventory",
        "SQLiteEvidence", "TestSupport", system,
      ],
      swiftSettings: strict),
    .target(
      name: "TestSupport", dependencies: ["ByteReading"], path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["ByteReading", "TestSupport", "sotto"],
      swiftSettings: strict),
    .testTarget(name: "MountTests", dependencies: ["TestSupport", "sotto"], swiftSettings: strict),
    .testTarget(
      name: "VaultFaultTests", dependencies: ["TestSupport", "sotto"], swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
