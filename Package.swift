// swift-tools-version: 6.2
import PackageDescription

// The house in one sentence: Apps import Adapters and Modules, Adapters import Modules, Modules import Modules.
// `Tests/gates` refuses an arrow that points back, and compares what targets need with what they import.

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

/// The packages that targets need: where each is, from which version on, and its products.
let packages = [
    ("https://github.com/apple/swift-argument-parser", "1.8.2", "ArgumentParser"),
    ("https://github.com/apple/swift-configuration", "1.4.0", "Configuration"),
    ("https://github.com/apple/swift-http-types", "1.8.0", "HTTPTypes"),
    ("https://github.com/apple/swift-log", "1.16.2", "Logging"),
    ("https://github.com/apple/swift-metrics", "2.13.0", "CoreMetrics"),
    ("https://github.com/apple/swift-nio", "2.101.2", "NIOConcurrencyHelpers NIOCore NIOHTTP1"),
    ("https://github.com/groue/GRDB.swift", "7.10.0", "GRDB GRDBSQLite"),
    ("https://github.com/hummingbird-project/hummingbird", "2.28.1", "Hummingbird HummingbirdCore"),
    ("https://github.com/swift-server/swift-service-lifecycle", "2.13.0", "ServiceLifecycle UnixSignals"),
]

/// The modules that each engine for lines needs.
let following = "LogModel AppRegistry LogCursor LogIngestion"
/// All modules that a store has ports of.
let domain = following + " SdkProvisioning DistributedLock IngestionJobs LogQuery LogMaintenance"

/// What suites need that run on the adapter in memory.
let inMemory = " InMemoryAdapter TestSupport"

/// Targets and products by their names, which blanks separate.
func dependencies(_ names: String) -> [Target.Dependency] {
    names.split(separator: " ").map { name in
        let home = packages.first { $0.2.split(separator: " ").contains(name) }?.0.split(separator: "/").last
        return home.map { .product(name: String(name), package: String($0)) } ?? .byName(name: String(name))
    }
}

/// What a target is, beside what its path says.
enum Kind { case plain, bridgesC, program }

/// A target that is called as the last folder of its path; an adapter has "Adapter" behind that.
func target(_ path: String, named name: String? = nil, _ needs: String = "", _ kind: Kind = .plain) -> Target {
    let folder = path.split(separator: "/").last.map(String.init) ?? path
    let isAdapter = path.hasPrefix("Adapters/") && !path.hasPrefix("Adapters/Support/")
    let name = name ?? (isAdapter ? folder + "Adapter" : folder)
    let (needs, settings) = (dependencies(needs), kind == .bridgesC ? bridging : house)
    if folder.hasSuffix("Tests") || folder == "EndToEnd" {
        return .testTarget(name: name, dependencies: needs, path: path, swiftSettings: settings)
    }
    return kind == .program
        ? .executableTarget(
            name: name, dependencies: needs, path: path, exclude: name == "Bench" ? ["CLimits"] : [],
            swiftSettings: settings)
        : .target(name: name, dependencies: needs, path: path, swiftSettings: settings)
}

/// C that an adapter calls, and the library of the system that it calls.
func bridge(_ name: String, _ needs: String = "", to library: String? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies(needs), path: "Adapters/CLibraries/\(name)",
        linkerSettings: library.map { [.linkedLibrary($0)] } ?? [])
}

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
    // No trait of Hummingbird is used; the other packages have none.
    dependencies: packages.map { url, version, _ in
        .package(
            url: url, from: Version(stringLiteral: version), traits: url.hasSuffix("hummingbird") ? [] : [.defaults])
    },
    targets: [
        // Modules: the domain, in the order of what they need.
        target("Modules/LogModel"),
        target("Modules/AppRegistry", "LogModel"),
        target("Modules/SdkProvisioning", "LogModel AppRegistry"),
        target("Modules/DistributedLock", "LogModel"),
        target("Modules/LogCursor", "LogModel"),
        target("Modules/LogIngestion", "LogModel AppRegistry LogCursor"),
        target("Modules/LogQuery", "LogModel LogCursor"),
        target("Modules/LogMaintenance", following + " LogQuery"),
        target("Modules/LogAudit", following + " LogQuery"),
        target("Modules/IngestionJobs", "LogModel DistributedLock LogIngestion LogMaintenance"),
        target("Modules/SdkClient", "LogModel"),

        // Adapters: the libraries in C. The headers of libmongoc are found by pkg-config.
        bridge("CAllocationCount"),
        bridge("CConcurrencyHooks"),
        bridge("CCrypto", to: "crypto"),
        bridge("CCurl", to: "curl"),
        bridge("CISAL", to: "isal"),
        bridge("CMongo", "CMongoSystem"),
        .systemLibrary(
            name: "CMongoSystem", path: "Adapters/CLibraries/CMongoSystem", pkgConfig: "libmongoc-1.0",
            providers: [.apt(["libmongoc-dev"])]),
        bridge("CPlatform"),
        bridge("CPostgres", to: "pq"),
        bridge("CRedis", to: "hiredis"),
        bridge("CSimdJSON", to: "simdjson"),

        // Adapters: what several of them need.
        target("Adapters/Support/BlockingExecutor", "CPlatform", .bridgesC),
        target("Adapters/Support/CallLedger", "BlockingExecutor"),
        target("Adapters/Support/DeterministicExecutor", "CConcurrencyHooks SeededNumbers", .bridgesC),
        target("Adapters/Support/Digests", "CCrypto", .bridgesC),
        target("Adapters/Support/HostLookup", "BlockingExecutor CPlatform", .bridgesC),
        target("Adapters/Support/HTTPTransport", "LogModel BlockingExecutor CCurl HostLookup", .bridgesC),
        target("Adapters/Support/SdkPlatform", "LogModel SdkClient", .bridgesC),
        target("Adapters/Support/SeededNumbers"),
        target("Adapters/Support/SQLiteFiles", "GRDB"),
        target("Adapters/Support/StoreSupport", domain),

        // Adapters: the technologies.
        target(
            "Adapters/Fimidara",
            "LogModel AppRegistry SdkProvisioning LogIngestion LogMaintenance CallLedger HTTPTransport"),
        target("Adapters/InMemory", domain + " SeededNumbers StoreSupport"),
        target("Adapters/ISAL", "LogModel CISAL", .bridgesC),
        target("Adapters/LocalFiles", "LogModel LogIngestion BlockingExecutor Digests", .bridgesC),
        target("Adapters/LocalFimidara", "LogModel BlockingExecutor Digests GRDB SQLiteFiles", .bridgesC),
        target(
            "Adapters/SwiftLog", named: "LogferryLogging", "LogModel SdkClient Logging SdkPlatform ServiceLifecycle"),
        target("Adapters/Mongo", domain + " BlockingExecutor CallLedger CMongo HostLookup StoreSupport", .bridgesC),
        target(
            "Adapters/Postgres",
            domain + " BlockingExecutor CallLedger CPlatform CPostgres HostLookup StoreSupport", .bridgesC),
        target("Adapters/Redis", "LogModel DistributedLock BlockingExecutor CallLedger CRedis HostLookup", .bridgesC),
        target("Adapters/SdkSpool", "LogModel SdkClient SdkPlatform"),
        target("Adapters/SdkURLSession", "SdkClient SdkPlatform"),
        target("Adapters/SimdJSON", "LogModel LogIngestion CSimdJSON", .bridgesC),
        target(
            "Adapters/SQLite",
            domain + " BlockingExecutor CallLedger GRDB GRDBSQLite SQLiteFiles StoreSupport", .bridgesC),
        target("Adapters/System", "LogModel AppRegistry LogQuery CPlatform Digests"),
        target(
            "Adapters/Telemetry",
            following + " SdkProvisioning DistributedLock IngestionJobs LogMaintenance BlockingExecutor CallLedger"
                + " CoreMetrics Logging"),

        // Apps: they choose and start.
        target(
            "Apps/Bench",
            following
                + " SdkProvisioning LogQuery SdkClient ArgumentParser BlockingExecutor CAllocationCount CBenchLimits"
                + " Composition FimidaraAdapter Generation HTTPTransport HTTPTypes Hummingbird InMemoryAdapter"
                + " ISALAdapter LocalFilesAdapter LocalFimidaraAdapter LogferryLogging Logging MongoAdapter NIOCore"
                + " PostgresAdapter SdkPlatform SeededNumbers Server ServiceLifecycle SimdJSONAdapter SQLiteAdapter"
                + " StoreSupport SystemAdapter", .program),
        target("Apps/CommandGuide"),
        target(
            "Apps/Composition",
            domain + " LogAudit SdkClient BlockingExecutor CallLedger Configuration FimidaraAdapter HTTPTransport"
                + " ISALAdapter LocalFilesAdapter LocalFimidaraAdapter LogferryLogging Logging MongoAdapter PostgresAdapter"
                + " RedisAdapter SdkURLSessionAdapter ServiceLifecycle SimdJSONAdapter SQLiteAdapter StoreSupport"
                + " SystemAdapter TelemetryAdapter"),
        target("Apps/Generation", "LogModel SeededNumbers"),
        target(
            "Apps/Logferry",
            following + " SdkProvisioning IngestionJobs LogQuery LogMaintenance LogAudit ArgumentParser CommandGuide"
                + " Composition Generation Logging Server ServiceLifecycle Simulation UnixSignals Worker", .program),
        target(
            "Apps/Server",
            domain + " LogAudit Composition HTTPTypes Hummingbird HummingbirdCore Logging NIOConcurrencyHelpers NIOCore"
                + " NIOHTTP1 ServiceLifecycle"),
        target(
            "Apps/Simulation",
            following + " DistributedLock LogQuery LogMaintenance LogAudit SdkClient DeterministicExecutor"
                + " InMemoryAdapter SdkPlatform"),
        target(
            "Apps/Worker", "LogModel DistributedLock LogIngestion IngestionJobs Composition Logging ServiceLifecycle"),
        // What the paths of the engine are measured beside.
        .target(
            name: "CBenchLimits", dependencies: ["CMongoSystem"], path: "Apps/Bench/CLimits",
            linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("sqlite3")]),

        // Tests: what they share, and programs that they start, kill and start again. Contracts are written once and run
        // against every adapter of a port.
        target(
            "Tests/FlappingStore",
            "LogModel BlockingExecutor Composition LocalFimidaraAdapter Logging SeededNumbers Server"
                + " ServiceLifecycle SystemAdapter UnixSignals", .program),
        target(
            "Tests/FuzzTargets",
            "LogModel LogCursor LogIngestion LogQuery SdkClient FimidaraAdapter HTTPTransport"
                + " LocalFimidaraAdapter Server SimdJSONAdapter"),
        target("Tests/PortContracts", domain + " InMemoryAdapter StoreSupport TestSupport"),
        target("Tests/RawSockets"),
        target("Tests/SdkRig", "LogModel SdkClient InMemoryAdapter SdkPlatform TestSupport"),
        target("Tests/SdkWriter", "LogModel SdkClient SdkPlatform SdkSpoolAdapter SdkURLSessionAdapter", .program),
        target("Tests/ServerRig", "BlockingExecutor TestSupport"),
        target("Tests/TestSupport", following + " LogQuery InMemoryAdapter SeededNumbers"),

        // Tests: the suites.
        target("Tests/Adapters/BlockingExecutorTests", "BlockingExecutor"),
        target("Tests/Adapters/CallLedgerTests", "CallLedger"),
        target("Tests/Adapters/DigestsTests", "Digests"),
        target(
            "Tests/Adapters/FimidaraOverLocalFimidaraTests",
            following
                + " SdkProvisioning LogMaintenance FimidaraAdapter HTTPTransport InMemoryAdapter LocalFimidaraAdapter"
                + " PortContracts SystemAdapter TestSupport"),
        target(
            "Tests/Adapters/FimidaraTests",
            "LogModel SdkProvisioning LogIngestion BlockingExecutor FimidaraAdapter HTTPTransport ServerRig"),
        target("Tests/Adapters/HTTPTransportTests", "LogModel BlockingExecutor HostLookup HTTPTransport"),
        target("Tests/Adapters/InMemoryTests", "LogModel SdkProvisioning LogIngestion PortContracts" + inMemory),
        target("Tests/Adapters/ISALTests", "LogModel ISALAdapter TestSupport"),
        target("Tests/Adapters/LocalFimidaraTests", "LogModel BlockingExecutor GRDB LocalFimidaraAdapter TestSupport"),
        target(
            "Tests/Adapters/MongoTests",
            following + " DistributedLock IngestionJobs LogQuery LogMaintenance BlockingExecutor CallLedger HostLookup"
                + " MongoAdapter PortContracts ServerRig StoreSupport TestSupport"),
        target(
            "Tests/Adapters/PostgresTests",
            domain + " BlockingExecutor CallLedger HostLookup InMemoryAdapter PortContracts PostgresAdapter RawSockets"
                + " ServerRig StoreSupport TestSupport"),
        target(
            "Tests/Adapters/RedisTests",
            "LogModel DistributedLock BlockingExecutor CallLedger HostLookup InMemoryAdapter PortContracts"
                + " RawSockets RedisAdapter ServerRig TestSupport"),
        target("Tests/Adapters/SdkPlatformTests", "SdkClient SdkPlatform"),
        target("Tests/Adapters/SdkSpoolTests", "LogModel SdkClient SdkPlatform SdkRig SdkSpoolAdapter" + inMemory),
        target("Tests/Adapters/SdkURLSessionTests", "SdkClient SdkPlatform SdkURLSessionAdapter TestSupport"),
        target("Tests/Adapters/SimdJSONTests", "LogModel LogCursor LogIngestion SimdJSONAdapter TestSupport"),
        target(
            "Tests/Adapters/SQLiteTests",
            following + " SdkProvisioning DistributedLock IngestionJobs LogQuery CallLedger GRDB InMemoryAdapter"
                + " PortContracts SQLiteAdapter StoreSupport TestSupport"),
        target(
            "Tests/Adapters/SwiftLogTests",
            "LogModel SdkClient InMemoryAdapter LogferryLogging Logging SdkRig ServiceLifecycle"),
        target("Tests/Adapters/SystemTests", "LogModel LogQuery SystemAdapter"),
        target(
            "Tests/Adapters/TelemetryTests",
            following + " IngestionJobs LogMaintenance CoreMetrics Logging TelemetryAdapter" + inMemory),
        target(
            "Tests/Apps/BenchTests",
            "LogModel LogCursor LogIngestion Bench CBenchLimits Generation ServerRig TestSupport"),
        target("Tests/Apps/CommandGuideTests", "CommandGuide"),
        target(
            "Tests/Apps/ServerTests",
            domain + " BlockingExecutor Composition HTTPTransport HTTPTypes Logging RawSockets Server ServiceLifecycle"
                + " TestSupport"),
        target("Tests/Apps/SimulationTests", following + " LogQuery LogMaintenance SdkClient Simulation"),
        target("Tests/Apps/WorkerTests", "LogModel DistributedLock IngestionJobs InMemoryAdapter Logging Worker"),
        target(
            "Tests/DocumentTests",
            following + " SdkProvisioning IngestionJobs LogQuery LogMaintenance LogAudit SdkClient Composition"
                + " FimidaraAdapter HTTPTransport HTTPTypes InMemoryAdapter LocalFimidaraAdapter Logferry MongoAdapter"
                + " PostgresAdapter RedisAdapter Server ServerRig SimdJSONAdapter SQLiteAdapter StoreSupport"
                + " TelemetryAdapter TestSupport"),
        target(
            "Tests/EndToEnd", named: "EndToEndTests",
            "BlockingExecutor FlappingStore HTTPTransport Logferry RawSockets SdkWriter SeededNumbers ServerRig"
                + " TestSupport"),
        target("Tests/FuzzTargetTests", "FuzzTargets TestSupport"),
        target("Tests/Modules/AppRegistryTests", "LogModel AppRegistry" + inMemory),
        target("Tests/Modules/DistributedLockTests", "LogModel DistributedLock" + inMemory),
        target(
            "Tests/Modules/IngestionJobsTests",
            "LogModel AppRegistry DistributedLock LogIngestion LogMaintenance IngestionJobs" + inMemory),
        target("Tests/Modules/LogAuditTests", following + " LogAudit LogQuery" + inMemory),
        target("Tests/Modules/LogCursorTests", "LogModel LogCursor TestSupport"),
        target("Tests/Modules/LogIngestionTests", following + " LogAudit LogQuery" + inMemory),
        target(
            "Tests/Modules/LogMaintenanceTests", following + " IngestionJobs LogQuery LogMaintenance" + inMemory),
        target("Tests/Modules/LogModelTests", "LogModel" + inMemory),
        target("Tests/Modules/LogQueryTests", following + " LogQuery" + inMemory),
        target("Tests/Modules/SdkClientTests", "LogModel SdkClient InMemoryAdapter SdkRig TestSupport"),
        target("Tests/Modules/SdkProvisioningTests", "LogModel AppRegistry SdkProvisioning" + inMemory),
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
