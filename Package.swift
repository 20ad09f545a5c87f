// swift-tools-version:6.2
import PackageDescription

/// `MEMSH_STRICT=1` turns every warning into an error; `scripts/check` and CI set it. It is not the default, so
/// that a newer compiler with a new warning still builds a release for a user.
let settings: [SwiftSetting] =
  Context.environment["MEMSH_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : []

/// Linux loads libpq, libcurl and libedit when they are first called (see LazyLibraries); Apple's linker needs to know
/// where they are.
#if os(Linux)
  let (libpq, libcurl, libedit): (String?, String?, String?) = (nil, nil, nil)
#else
  let (libpq, libcurl, libedit): (String?, String?, String?) = ("libpq", "libcurl", "libedit")
#endif

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let algorithms = Target.Dependency.product(name: "Algorithms", package: "swift-algorithms")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")

let package = Package(
  name: "memsh",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "memsh", targets: ["memsh"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-algorithms", from: "1.2.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.2.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    // Builds the articles (scripts/docs); no target depends on it.
    .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibPQ", pkgConfig: libpq, providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
    .systemLibrary(
      name: "CLibCurl", pkgConfig: libcurl, providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(
      name: "CLibEdit", pkgConfig: libedit, providers: [.apt(["libedit-dev"]), .brew(["libedit"])]),
    .target(name: "LazyLibraries", dependencies: ["CLibPQ", "CLibCurl", "CLibEdit"]),
    // Optimised in debug builds, too: a text would take seconds.
    .target(name: "Kernels", cSettings: [.unsafeFlags(["-O2"])]),
    .target(name: "PostgresClient", dependencies: ["CLibPQ", "LazyLibraries"], swiftSettings: settings),
    .target(name: "HTTPClient", dependencies: ["CLibCurl", "LazyLibraries"], swiftSettings: settings),
    .target(
      name: "LineEditor", dependencies: ["CLibEdit", "LazyLibraries"], swiftSettings: settings,
      linkerSettings: [.linkedLibrary("edit", .when(platforms: [.macOS]))]),
    .target(name: "MemoryModel", dependencies: [crypto], swiftSettings: settings),
    .target(name: "Database", dependencies: ["MemoryModel"], swiftSettings: settings),
    .target(name: "MemoryStore", dependencies: ["Database", "MemoryModel"], swiftSettings: settings),
    .target(
      name: "PostgresDriver", dependencies: ["Database", "MemoryModel", "PostgresClient", logging],
      swiftSettings: settings),
    .target(
      name: "SQLiteDriver", dependencies: ["Database", "MemoryModel", "Kernels", grdb, sqlite, crypto, logging, heap],
      swiftSettings: settings),
    .target(
      name: "MemorySources", dependencies: ["Database", "MemoryModel", algorithms, grdb, sqlite, yams],
      swiftSettings: settings),
    .target(
      name: "Embeddings", dependencies: ["MemoryModel", "HTTPClient", "Kernels", "LazyLibraries", grdb],
      swiftSettings: settings),
    .target(
      name: "MemoryServices",
      dependencies: ["MemoryStore", "Database", "MemoryModel", "Kernels", crypto, algorithms],
      swiftSettings: settings),
    .target(
      name: "Shell", dependencies: ["MemoryServices", "MemoryStore", "Database", "MemoryModel", argumentParser],
      swiftSettings: settings),
    .executableTarget(
      name: "memsh",
      dependencies: [
        "Shell", "MemoryServices", "MemoryStore", "Database", "MemoryModel", "PostgresDriver", "SQLiteDriver",
        "MemorySources", "Embeddings", "LineEditor", argumentParser, logging,
      ],
      swiftSettings: settings),
    // Measures, tests nothing: scripts/bench-local runs it.
    .executableTarget(
      name: "LocalBenchmark", dependencies: ["Embeddings", "MemoryServices", "Database", "MemoryModel"],
      path: "Tests/LocalBenchmark",
      swiftSettings: settings),
    .target(
      name: "TestSupport",
      dependencies: ["MemoryStore", "Database", "MemoryModel", "MemoryServices", "PostgresClient", grdb],
      path: "Tests/TestSupport",
      swiftSettings: settings),
    .testTarget(
      name: "MemoryServicesTests",
      dependencies: ["MemoryServices", "Database", "MemoryModel", "Kernels", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "PostgresClientTests", dependencies: ["PostgresClient", "TestSupport"], swiftSettings: settings),
    .testTarget(name: "HTTPClientTests", dependencies: ["HTTPClient", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "EmbeddingsTests", dependencies: ["Embeddings", "TestSupport"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "MemorySourcesTests", dependencies: ["MemorySources", "PostgresDriver", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "StoreContractTests", dependencies: ["PostgresDriver", "SQLiteDriver", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "ShellTests", dependencies: ["Shell", "SQLiteDriver", "TestSupport"], exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(
      name: "MemshTests", dependencies: ["TestSupport", "memsh"], exclude: ["Golden"], swiftSettings: settings),
  ]
)
