// swift-tools-version: 6.2
import PackageDescription

// The house in one sentence: Apps import Adapters and Modules, Adapters import Modules, Modules import Modules.
// `Tests/gates` refuses an arrow that points back.

/// Settings shared by every Swift target.
let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Targets that touch C pointers also get the strict memory-safety diagnostics.
let bridging: [SwiftSetting] = house + [.strictMemorySafety()]

/// A pure domain module: it may depend on other modules and on nothing else.
func module(_ name: String, _ modules: [String] = []) -> Target {
    .target(name: name, dependencies: modules.map { .byName(name: $0) }, path: "Modules/\(name)", swiftSettings: house)
}

/// An adapter: one outside technology behind the ports of some modules.
func adapter(
    _ name: String, in folder: String, modules: [String] = [], support: [String] = [],
    products: [Target.Dependency] = [], bridgesC: Bool = false
) -> Target {
    .target(
        name: name,
        dependencies: (modules + support).map { .byName(name: $0) } + products,
        path: "Adapters/\(folder)",
        swiftSettings: bridgesC ? bridging : house
    )
}

/// A target of Swift Testing suites.
func suite(_ name: String, in folder: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, path: "Tests/\(folder)", swiftSettings: house)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioConcurrency = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")

let package = Package(
    name: "logferry",
    products: [
        .executable(name: "logferry", targets: ["Logferry"]),
        .executable(name: "logferry-bench", targets: ["Bench"]),
        .library(name: "InMemoryAdapter", targets: ["InMemoryAdapter"]),
        .library(name: "SdkClient", targets: ["SdkClient", "SdkPlatform", "LogModel"]),
        .library(name: "SdkURLSession", targets: ["SdkURLSessionAdapter"]),
        .library(name: "SdkSpool", targets: ["SdkSpoolAdapter"]),
        .library(name: "LogferryLogging", targets: ["LogferryLogging"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Modules: the domain.
        module("LogModel"),
        module("AppRegistry", ["LogModel"]),
        module("SdkProvisioning", ["LogModel", "AppRegistry"]),
        module("DistributedLock", ["LogModel"]),
        module("LogCursor", ["LogModel"]),
        module("LogIngestion", ["LogModel", "AppRegistry", "LogCursor"]),
        module("IngestionJobs", ["LogModel", "DistributedLock"]),
        module("LogQuery", ["LogModel", "LogCursor"]),
        module("LogMaintenance", ["LogModel", "AppRegistry", "LogCursor", "LogIngestion", "LogQuery"]),
        module("SdkClient", ["LogModel"]),

        // Adapters: the technologies.
        .target(
            name: "CCurl", path: "Adapters/CLibraries/CCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(
            name: "CRedis", path: "Adapters/CLibraries/CRedis", linkerSettings: [.linkedLibrary("hiredis")]),
        .target(
            name: "CPostgres", path: "Adapters/CLibraries/CPostgres", linkerSettings: [.linkedLibrary("pq")]),
        // libmongoc's headers are found by pkg-config; the target beside it is the C that is called.
        .systemLibrary(
            name: "CMongoSystem", path: "Adapters/CLibraries/CMongoSystem", pkgConfig: "libmongoc-1.0",
            providers: [.apt(["libmongoc-dev"])]),
        .target(name: "CMongo", dependencies: ["CMongoSystem"], path: "Adapters/CLibraries/CMongo"),
        .target(
            name: "CSimdJSON", path: "Adapters/CLibraries/CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CISAL", path: "Adapters/CLibraries/CISAL", linkerSettings: [.linkedLibrary("isal")]),
        .target(name: "CCrypto", path: "Adapters/CLibraries/CCrypto", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CPlatform", path: "Adapters/CLibraries/CPlatform"),
        .target(name: "CAllocationCount", path: "Adapters/CLibraries/CAllocationCount"),
        .target(name: "CConcurrencyHooks", path: "Adapters/CLibraries/CConcurrencyHooks"),
        adapter(
            "DeterministicExecutor", in: "Support/DeterministicExecutor",
            support: ["SeededNumbers", "CConcurrencyHooks"], bridgesC: true),
        adapter("BlockingExecutor", in: "Support/BlockingExecutor", support: ["CPlatform"], bridgesC: true),
        adapter("Digests", in: "Support/Digests", support: ["CCrypto"], bridgesC: true),
        adapter("SeededNumbers", in: "Support/SeededNumbers"),
        adapter("CallLedger", in: "Support/CallLedger", support: ["BlockingExecutor"]),
        adapter("HostLookup", in: "Support/HostLookup", support: ["BlockingExecutor", "CPlatform"], bridgesC: true),
        adapter(
            "StoreSupport", in: "Support/StoreSupport",
            modules: [
                "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion", "IngestionJobs",
                "LogQuery", "LogMaintenance",
            ]),
        adapter("SQLiteFiles", in: "Support/SQLiteFiles", products: [grdb]),
        adapter(
            "HTTPTransport", in: "Support/HTTPTransport", modules: ["LogModel"],
            support: ["BlockingExecutor", "CCurl"], bridgesC: true),
        adapter(
            "InMemoryAdapter", in: "InMemory",
            modules: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance",
            ], support: ["SeededNumbers"]),
        adapter(
            "SQLiteAdapter", in: "SQLite",
            modules: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance",
            ],
            support: ["BlockingExecutor", "CallLedger", "StoreSupport", "SQLiteFiles"],
            products: [grdb, grdbSQLite], bridgesC: true),
        adapter(
            "SimdJSONAdapter", in: "SimdJSON", modules: ["LogModel", "LogCursor", "LogIngestion"],
            support: ["CSimdJSON"], bridgesC: true),
        adapter("ISALAdapter", in: "ISAL", modules: ["LogModel"], support: ["CISAL"], bridgesC: true),
        adapter(
            "RedisAdapter", in: "Redis", modules: ["LogModel", "DistributedLock"],
            support: ["BlockingExecutor", "CallLedger", "HostLookup", "CRedis"], bridgesC: true),
        adapter(
            "PostgresAdapter", in: "Postgres",
            modules: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance",
            ],
            support: ["BlockingExecutor", "CallLedger", "HostLookup", "StoreSupport", "CPlatform", "CPostgres"],
            bridgesC: true),
        adapter(
            "MongoAdapter", in: "Mongo",
            modules: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance",
            ],
            support: ["BlockingExecutor", "CallLedger", "HostLookup", "StoreSupport", "CMongo"], bridgesC: true),
        adapter(
            "FimidaraAdapter", in: "Fimidara",
            modules: ["LogModel", "AppRegistry", "SdkProvisioning", "LogCursor", "LogIngestion", "LogMaintenance"],
            support: ["CallLedger", "HTTPTransport"]),
        adapter(
            "LocalFimidaraAdapter", in: "LocalFimidara", modules: ["LogModel"],
            support: ["BlockingExecutor", "Digests", "SQLiteFiles"], products: [grdb], bridgesC: true),
        adapter(
            "LocalFilesAdapter", in: "LocalFiles", modules: ["LogModel", "LogCursor", "LogIngestion"],
            support: ["BlockingExecutor", "Digests"], bridgesC: true),
        adapter(
            "TelemetryAdapter", in: "Telemetry",
            modules: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogMaintenance",
            ],
            support: ["BlockingExecutor", "CallLedger"], products: [logging, coreMetrics]),
        adapter(
            "SdkPlatform", in: "Support/SdkPlatform", modules: ["LogModel", "SdkClient"], bridgesC: true),
        adapter(
            "SdkURLSessionAdapter", in: "SdkURLSession", modules: ["SdkClient"], support: ["SdkPlatform"]),
        adapter("SdkSpoolAdapter", in: "SdkSpool", modules: ["LogModel", "SdkClient"], support: ["SdkPlatform"]),
        adapter(
            "LogferryLogging", in: "SwiftLog", modules: ["LogModel", "SdkClient"], support: ["SdkPlatform"],
            products: [logging, lifecycle]),
        adapter(
            "SystemAdapter", in: "System", modules: ["LogModel", "AppRegistry", "LogQuery"],
            support: ["CPlatform", "Digests"]),

        // Apps: they choose and start.
        .target(
            name: "Composition",
            dependencies: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance", "HTTPTransport", "SQLiteAdapter", "PostgresAdapter",
                "MongoAdapter", "RedisAdapter", "FimidaraAdapter", "LocalFimidaraAdapter", "LocalFilesAdapter",
                "SimdJSONAdapter", "ISALAdapter", "SystemAdapter", "TelemetryAdapter", "SdkClient",
                "SdkURLSessionAdapter", "LogferryLogging", "BlockingExecutor", "CallLedger", "StoreSupport",
                configuration,
                lifecycle, logging,
            ],
            path: "Apps/Composition", swiftSettings: house),
        .target(
            name: "Server",
            dependencies: [
                "LogModel", "AppRegistry", "SdkProvisioning", "LogCursor", "LogIngestion", "IngestionJobs", "LogQuery",
                "LogMaintenance", "Composition", hummingbird, hummingbirdCore, httpTypes, lifecycle,
                logging,
                nioConcurrency, nioCore,
                nioHTTP,
            ],
            path: "Apps/Server", swiftSettings: house),
        .target(
            name: "Worker",
            dependencies: [
                "LogModel", "IngestionJobs", "LogIngestion", "DistributedLock", "Composition", lifecycle, logging,
            ],
            path: "Apps/Worker", swiftSettings: house),
        .target(
            name: "Simulation",
            dependencies: [
                "LogModel", "AppRegistry", "DistributedLock", "LogCursor", "LogIngestion", "LogMaintenance",
                "LogQuery", "SdkClient", "SdkPlatform", "InMemoryAdapter", "DeterministicExecutor",
            ],
            path: "Apps/Simulation", swiftSettings: house),
        .target(
            name: "Generation", dependencies: ["LogModel", "SeededNumbers"], path: "Apps/Generation",
            swiftSettings: house),
        // What completions and manual pages say of the commands.
        .target(name: "CommandGuide", path: "Apps/CommandGuide", swiftSettings: house),
        .executableTarget(
            name: "Logferry",
            dependencies: [
                "CommandGuide", "LogModel", "AppRegistry", "SdkProvisioning", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery",
                "LogMaintenance", "Composition", "Generation", "Server", "Simulation", "Worker", argumentParser,
                lifecycle, logging, unixSignals,
            ],
            path: "Apps/Logferry", swiftSettings: house),
        .executableTarget(
            name: "Bench",
            dependencies: [
                "LogModel", "AppRegistry", "SdkProvisioning", "LogCursor", "LogIngestion", "SdkClient", "SdkPlatform",
                "BlockingExecutor", "HTTPTransport", "InMemoryAdapter", "SQLiteAdapter", "PostgresAdapter",
                "MongoAdapter", "FimidaraAdapter", "LocalFimidaraAdapter", "LocalFilesAdapter", "SimdJSONAdapter",
                "ISALAdapter", "SystemAdapter", "LogferryLogging", "CAllocationCount", "CBenchLimits", "Composition",
                "Generation", "Server", "LogQuery", "StoreSupport", "SeededNumbers", argumentParser,
                hummingbird, lifecycle, logging,
            ],
            path: "Apps/Bench", exclude: ["CLimits"], swiftSettings: house),
        // What the paths of the engine are measured beside; libmongoc's headers are found by pkg-config.
        .target(
            name: "CBenchLimits", dependencies: ["CMongoSystem"], path: "Apps/Bench/CLimits",
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("sqlite3")]),

        // Tests.
        suite(
            "SimdJSONTests", in: "Adapters/SimdJSONTests",
            ["SimdJSONAdapter", "LogIngestion", "LogCursor", "LogModel", "TestSupport"]),
        suite("ISALTests", in: "Adapters/ISALTests", ["ISALAdapter", "LogModel", "TestSupport"]),
        suite("BlockingExecutorTests", in: "Adapters/BlockingExecutorTests", ["BlockingExecutor"]),
        suite("DigestsTests", in: "Adapters/DigestsTests", ["Digests"]),
        suite("CallLedgerTests", in: "Adapters/CallLedgerTests", ["CallLedger"]),
        suite(
            "HTTPTransportTests", in: "Adapters/HTTPTransportTests", ["HTTPTransport", "BlockingExecutor", "LogModel"]),
        suite(
            "FimidaraTests", in: "Adapters/FimidaraTests",
            [
                "FimidaraAdapter", "HTTPTransport", "BlockingExecutor", "LogModel", "SdkProvisioning", "LogIngestion",
            ]),
        suite(
            "LocalFimidaraTests", in: "Adapters/LocalFimidaraTests",
            ["LocalFimidaraAdapter", "BlockingExecutor", "LogModel", "TestSupport", grdb]),
        suite(
            "FimidaraOverLocalFimidaraTests", in: "Adapters/FimidaraOverLocalFimidaraTests",
            [
                "FimidaraAdapter", "LocalFimidaraAdapter", "HTTPTransport", "SystemAdapter", "LogModel", "AppRegistry",
                "SdkProvisioning", "LogCursor", "LogIngestion", "LogMaintenance", "InMemoryAdapter", "PortContracts",
                "TestSupport",
            ]),
        suite(
            "SdkProvisioningTests", in: "Modules/SdkProvisioningTests",
            ["LogModel", "AppRegistry", "SdkProvisioning", "InMemoryAdapter", "TestSupport"]),
        .target(
            name: "SdkRig",
            dependencies: ["LogModel", "SdkClient", "SdkPlatform", "InMemoryAdapter", "TestSupport"],
            path: "Tests/SdkRig", swiftSettings: house),
        suite(
            "SdkClientTests", in: "Modules/SdkClientTests",
            ["LogModel", "SdkClient", "SdkRig", "InMemoryAdapter", "TestSupport"]),
        suite("SdkPlatformTests", in: "Adapters/SdkPlatformTests", ["SdkClient", "SdkPlatform"]),
        suite(
            "SdkURLSessionTests", in: "Adapters/SdkURLSessionTests",
            ["SdkClient", "SdkURLSessionAdapter", "SdkPlatform", "TestSupport"]),
        suite(
            "SdkSpoolTests", in: "Adapters/SdkSpoolTests",
            ["LogModel", "SdkClient", "SdkPlatform", "SdkSpoolAdapter", "SdkRig", "InMemoryAdapter", "TestSupport"]),
        suite(
            "SwiftLogTests", in: "Adapters/SwiftLogTests",
            ["LogModel", "SdkClient", "LogferryLogging", "SdkRig", "InMemoryAdapter", logging, lifecycle]),
        suite(
            "ServerTests", in: "Apps/ServerTests",
            [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "IngestionJobs", "LogCursor",
                "LogIngestion", "LogMaintenance", "LogQuery", "HTTPTransport", "Composition", "Server", "TestSupport",
                "BlockingExecutor", "RawSockets", httpTypes, lifecycle, logging,
            ]),
        // Servers and other programs that tests start, relay to, kill and start again.
        .target(
            name: "ServerRig", dependencies: ["BlockingExecutor", "TestSupport"], path: "Tests/ServerRig",
            swiftSettings: house),
        .target(name: "RawSockets", path: "Tests/RawSockets", swiftSettings: house),
        // Programs that end-to-end tests start, kill and start again.
        .executableTarget(
            name: "FlappingStore",
            dependencies: [
                "Composition", "Server", "LocalFimidaraAdapter", "BlockingExecutor", "LogModel", "SystemAdapter",
                "SeededNumbers", lifecycle, logging, unixSignals,
            ],
            path: "Tests/FlappingStore", swiftSettings: house),
        .executableTarget(
            name: "SdkWriter",
            dependencies: ["LogModel", "SdkClient", "SdkPlatform", "SdkSpoolAdapter", "SdkURLSessionAdapter"],
            path: "Tests/SdkWriter", swiftSettings: house),
        suite(
            "TelemetryTests", in: "Adapters/TelemetryTests",
            [
                "LogModel", "AppRegistry", "DistributedLock", "LogCursor", "LogIngestion", "IngestionJobs",
                "LogMaintenance",
                "InMemoryAdapter", "TelemetryAdapter", "TestSupport", coreMetrics, logging,
            ]),
        suite("CommandGuideTests", in: "Apps/CommandGuideTests", ["CommandGuide"]),
        suite(
            "WorkerTests", in: "Apps/WorkerTests",
            ["LogModel", "DistributedLock", "IngestionJobs", "Worker", "InMemoryAdapter", logging]),
        suite(
            "BenchTests", in: "Apps/BenchTests",
            [
                "Bench", "Generation", "CBenchLimits", "LogModel", "LogCursor", "LogIngestion", "ServerRig",
                "TestSupport",
            ]),
        suite(
            "SimulationTests", in: "Apps/SimulationTests",
            [
                "LogModel", "AppRegistry", "LogCursor", "LogIngestion", "LogMaintenance", "LogQuery", "SdkClient",
                "Simulation",
            ]),
        suite(
            "DocumentTests", in: "DocumentTests",
            [
                "LogModel", "AppRegistry", "LogCursor", "LogIngestion", "IngestionJobs", "LogQuery", "LogMaintenance",
                "SdkProvisioning", "SdkClient", "TelemetryAdapter", "LocalFimidaraAdapter", "SimdJSONAdapter",
                "InMemoryAdapter", "PostgresAdapter", "RedisAdapter", "SQLiteAdapter", "FimidaraAdapter",
                "HTTPTransport", "StoreSupport", "Composition", "Server", "Logferry", "ServerRig", "TestSupport",
                httpTypes,
            ]),
        suite(
            "EndToEndTests", in: "EndToEnd",
            [
                "Logferry", "FlappingStore", "SdkWriter", "BlockingExecutor", "HTTPTransport", "RawSockets",
                "SeededNumbers", "ServerRig", "TestSupport",
            ]),
        // Tests: contracts are written once and run against every adapter of a port.
        .target(
            name: "TestSupport",
            dependencies: ["LogModel", "AppRegistry", "LogCursor", "LogIngestion", "InMemoryAdapter", "SeededNumbers"],
            path: "Tests/TestSupport", swiftSettings: house),
        .target(
            name: "PortContracts",
            dependencies: [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance", "InMemoryAdapter", "StoreSupport", "TestSupport",
            ],
            path: "Tests/PortContracts", swiftSettings: house),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "LogModel", "LogCursor", "LogIngestion", "LogQuery", "SdkClient", "HTTPTransport", "FimidaraAdapter",
                "LocalFimidaraAdapter", "Server", "SimdJSONAdapter",
            ],
            path: "Tests/FuzzTargets", swiftSettings: house),
        suite("FuzzTargetTests", in: "FuzzTargetTests", ["FuzzTargets", "TestSupport"]),
        suite("LogModelTests", in: "Modules/LogModelTests", ["LogModel", "InMemoryAdapter", "TestSupport"]),
        suite("LogCursorTests", in: "Modules/LogCursorTests", ["LogModel", "LogCursor", "TestSupport"]),
        suite(
            "LogIngestionTests", in: "Modules/LogIngestionTests",
            [
                "LogModel", "AppRegistry", "DistributedLock", "LogCursor", "LogIngestion", "LogQuery",
                "InMemoryAdapter", "TestSupport",
            ]),
        suite(
            "AppRegistryTests", in: "Modules/AppRegistryTests",
            ["LogModel", "AppRegistry", "InMemoryAdapter", "TestSupport"]),
        suite(
            "DistributedLockTests", in: "Modules/DistributedLockTests",
            ["LogModel", "DistributedLock", "InMemoryAdapter", "TestSupport"]),
        suite(
            "IngestionJobsTests", in: "Modules/IngestionJobsTests",
            ["LogModel", "DistributedLock", "IngestionJobs", "InMemoryAdapter", "TestSupport"]),
        suite(
            "LogQueryTests", in: "Modules/LogQueryTests",
            ["LogModel", "AppRegistry", "LogCursor", "LogIngestion", "LogQuery", "InMemoryAdapter", "TestSupport"]),
        suite(
            "LogMaintenanceTests", in: "Modules/LogMaintenanceTests",
            [
                "LogModel", "AppRegistry", "LogCursor", "LogIngestion", "IngestionJobs", "LogQuery", "LogMaintenance",
                "InMemoryAdapter", "TestSupport",
            ]),
        suite(
            "InMemoryTests", in: "Adapters/InMemoryTests",
            [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "InMemoryAdapter", "PortContracts", "TestSupport",
            ]),
        suite("SystemTests", in: "Adapters/SystemTests", ["LogModel", "LogQuery", "SystemAdapter"]),
        suite(
            "SQLiteTests", in: "Adapters/SQLiteTests",
            [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "SQLiteAdapter", "InMemoryAdapter", "CallLedger", "PortContracts",
                "TestSupport", grdb,
            ]),
        suite(
            "RedisTests", in: "Adapters/RedisTests",
            [
                "LogModel", "DistributedLock", "RedisAdapter", "BlockingExecutor", "InMemoryAdapter", "CallLedger",
                "HostLookup", "RawSockets",
                "PortContracts",
                "ServerRig", "TestSupport",
            ]),
        suite(
            "PostgresTests", in: "Adapters/PostgresTests",
            [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance", "PostgresAdapter", "BlockingExecutor", "InMemoryAdapter",
                "StoreSupport",
                "CallLedger", "HostLookup", "PortContracts", "RawSockets", "ServerRig", "TestSupport",
            ]),
        suite(
            "MongoTests", in: "Adapters/MongoTests",
            [
                "LogModel", "AppRegistry", "SdkProvisioning", "DistributedLock", "LogCursor", "LogIngestion",
                "IngestionJobs", "LogQuery", "LogMaintenance", "MongoAdapter", "BlockingExecutor", "CallLedger",
                "InMemoryAdapter", "PortContracts", "ServerRig", "StoreSupport", "TestSupport",
            ]),
    ],
    cxxLanguageStandard: .cxx17
)

// A fuzzer brings its own main function, so it is there on request alone: `Tests/run fuzz`.
if Context.environment["LOGFERRY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz",
            swiftSettings: house + [.unsafeFlags(["-parse-as-library"])]))
}
