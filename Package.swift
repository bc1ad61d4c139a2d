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
let packages: [(url: String, from: Version, products: [String])] = [
    ("https://github.com/apple/swift-argument-parser", "1.8.2", ["ArgumentParser"]),
    ("https://github.com/apple/swift-configuration", "1.4.0", ["Configuration"]),
    ("https://github.com/apple/swift-http-types", "1.8.0", ["HTTPTypes"]),
    ("https://github.com/apple/swift-log", "1.16.2", ["Logging"]),
    ("https://github.com/apple/swift-metrics", "2.13.0", ["CoreMetrics"]),
    ("https://github.com/apple/swift-nio", "2.101.2", ["NIOConcurrencyHelpers", "NIOCore", "NIOHTTP1"]),
    ("https://github.com/groue/GRDB.swift", "7.10.0", ["GRDB", "GRDBSQLite"]),
    ("https://github.com/hummingbird-project/hummingbird", "2.28.1", ["Hummingbird", "HummingbirdCore"]),
    ("https://github.com/swift-server/swift-service-lifecycle", "2.13.0", ["ServiceLifecycle", "UnixSignals"]),
]

/// What several targets need, under a name in lower case.
let groups = [
    // The modules that each engine for lines needs, and all modules that a store has ports of.
    "following": "LogModel AppRegistry LogCursor LogIngestion",
    "domain": "following SdkProvisioning DistributedLock IngestionJobs LogQuery LogMaintenance",
    // Adapters: of the SDK, of servers elsewhere, of stores and of the file store.
    "sdk": "Logferry LogferryPlatform",
    "remote": "BlockingExecutor CallLedger HostLookup",
    "stores": "MongoAdapter PostgresAdapter SQLiteAdapter StoreSupport",
    "files": "FimidaraAdapter HTTPTransport LocalFimidaraAdapter",
    // Suites that run on the adapter in memory, and those that compare an adapter with it.
    "memory": "InMemoryAdapter TestSupport",
    "contracts": "PortContracts memory",
]

/// Targets, products and groups by their names, which blanks separate.
///
/// Packages that the SDK does not need go with the trait `Server`: an application that says `traits: []` fetches none.
func dependencies(_ names: String) -> [Target.Dependency] {
    names.split(separator: " ").map(String.init).flatMap { name -> [Target.Dependency] in
        if let group = groups[name] { return dependencies(group) }
        guard let home = packages.first(where: { $0.products.contains(name) }) else { return [.byName(name: name)] }
        let package = String(home.url.split(separator: "/").last ?? "")
        let isOfSDK = ["swift-log", "swift-service-lifecycle"].contains(package)
        return [.product(name: name, package: package, condition: isOfSDK ? nil : .when(traits: ["Server"]))]
    }
}

/// What a target is, beside what its path says.
enum Kind { case plain, bridgesC, program }

/// A target that is called as the last folder of its path.
func target(_ path: String, named name: String? = nil, _ needs: String = "", _ kind: Kind = .plain) -> Target {
    let name = name ?? path.split(separator: "/").last.map(String.init) ?? path
    let (needs, settings) = (dependencies(needs), kind == .bridgesC ? bridging : house)
    if name.hasSuffix("Tests") {
        return .testTarget(name: name, dependencies: needs, path: path, swiftSettings: settings)
    }
    return kind == .program
        ? .executableTarget(
            name: name, dependencies: needs, path: path, exclude: name == "Bench" ? ["CLimits"] : [],
            swiftSettings: settings)
        : .target(name: name, dependencies: needs, path: path, swiftSettings: settings)
}

/// An adapter of the server, in the folder of its technology.
func adapter(_ folder: String, _ needs: String, _ kind: Kind = .plain) -> Target {
    target("Adapters/\(folder)", named: folder + "Adapter", needs, kind)
}

/// The suites of what lies in a folder of the same name.
func suite(_ subject: String, _ needs: String) -> Target { target("Tests/\(subject)Tests", needs) }

/// C that an adapter calls, and the library of the system that it calls.
func bridge(_ name: String, _ needs: String = "", to library: String? = nil) -> Target {
    .target(
        name: name, dependencies: dependencies(needs), path: "Adapters/CLibraries/\(name)",
        linkerSettings: library.map { [.linkedLibrary($0)] } ?? [])
}

let targets: [Target] = [
    // Modules: the domain, in the order of what they need.
    target("Modules/LogModel"),
    target("Modules/AppRegistry", "LogModel"),
    target("Modules/SdkProvisioning", "LogModel AppRegistry"),
    target("Modules/DistributedLock", "LogModel"),
    target("Modules/LogCursor", "LogModel"),
    target("Modules/LogIngestion", "LogModel AppRegistry LogCursor"),
    target("Modules/LogQuery", "LogModel LogCursor"),
    target("Modules/LogMaintenance", "following LogQuery"),
    target("Modules/LogAudit", "following LogQuery"),
    target("Modules/IngestionJobs", "LogModel DistributedLock LogIngestion LogMaintenance"),
    target("Modules/Logferry", "LogModel"),

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
    target("Adapters/Support/LogferryPlatform", "LogModel Logferry", .bridgesC),
    target("Adapters/Support/SeededNumbers"),
    target("Adapters/Support/SQLiteFiles", "GRDB"),
    target("Adapters/Support/StoreSupport", "domain"),

    // Adapters: the technologies.
    adapter("Fimidara", "LogModel AppRegistry SdkProvisioning LogIngestion LogMaintenance CallLedger HTTPTransport"),
    adapter("InMemory", "domain SeededNumbers StoreSupport"),
    adapter("ISAL", "LogModel CISAL", .bridgesC),
    adapter("LocalFiles", "LogModel LogIngestion BlockingExecutor Digests", .bridgesC),
    adapter("LocalFimidara", "LogModel BlockingExecutor Digests GRDB SQLiteFiles", .bridgesC),
    target("Adapters/LogferryLogging", "LogModel sdk Logging ServiceLifecycle"),
    target("Adapters/LogferrySpool", "LogModel sdk"),
    target("Adapters/LogferryURLSession", "sdk"),
    adapter("Mongo", "domain remote CMongo StoreSupport", .bridgesC),
    adapter("Postgres", "domain remote CPlatform CPostgres StoreSupport", .bridgesC),
    adapter("Redis", "LogModel DistributedLock remote CRedis", .bridgesC),
    adapter("SimdJSON", "LogModel LogIngestion CSimdJSON", .bridgesC),
    adapter("SQLite", "domain BlockingExecutor CallLedger GRDB GRDBSQLite SQLiteFiles StoreSupport", .bridgesC),
    adapter("System", "LogModel AppRegistry LogQuery CPlatform Digests"),
    adapter(
        "Telemetry",
        "following SdkProvisioning DistributedLock IngestionJobs LogMaintenance BlockingExecutor CallLedger"
            + " CoreMetrics Logging"),

    // Apps: they choose and start.
    target(
        "Apps/Bench",
        "following SdkProvisioning LogQuery sdk ArgumentParser BlockingExecutor CAllocationCount CBenchLimits"
            + " Composition files Generation HTTPTypes Hummingbird InMemoryAdapter ISALAdapter LocalFilesAdapter"
            + " LogferryLogging Logging stores NIOCore SeededNumbers Server ServiceLifecycle SimdJSONAdapter"
            + " SystemAdapter", .program),
    target("Apps/CommandGuide"),
    target(
        "Apps/Composition",
        "domain LogAudit Logferry BlockingExecutor CallLedger Configuration files ISALAdapter LocalFilesAdapter"
            + " LogferryLogging Logging stores RedisAdapter LogferryURLSession ServiceLifecycle SimdJSONAdapter"
            + " SystemAdapter TelemetryAdapter"),
    target("Apps/Generation", "LogModel SeededNumbers"),
    target(
        "Apps/LogferryCommand",
        "following SdkProvisioning IngestionJobs LogQuery LogMaintenance LogAudit ArgumentParser CommandGuide"
            + " Composition Generation Logging Server ServiceLifecycle Simulation UnixSignals Worker", .program),
    target(
        "Apps/Server",
        "domain LogAudit Composition HTTPTypes Hummingbird HummingbirdCore Logging NIOConcurrencyHelpers NIOCore"
            + " NIOHTTP1 ServiceLifecycle"),
    target(
        "Apps/Simulation",
        "following DistributedLock LogQuery LogMaintenance LogAudit sdk DeterministicExecutor InMemoryAdapter"),
    target("Apps/Worker", "LogModel DistributedLock LogIngestion IngestionJobs Composition Logging ServiceLifecycle"),
    // What the paths of the engine are measured beside.
    .target(
        name: "CBenchLimits", dependencies: ["CMongoSystem"], path: "Apps/Bench/CLimits",
        linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("sqlite3")]),

    // Tests: what they share, and programs that they start, kill and start again.
    target(
        "Tests/FlappingStore",
        "LogModel BlockingExecutor Composition LocalFimidaraAdapter Logging SeededNumbers Server ServiceLifecycle"
            + " SystemAdapter UnixSignals", .program),
    target("Tests/FuzzTargets", "LogModel LogCursor LogIngestion LogQuery Logferry files Server SimdJSONAdapter"),
    target("Tests/PortContracts", "domain memory StoreSupport"),
    target("Tests/RawSockets"),
    target("Tests/SdkRig", "LogModel sdk memory"),
    target("Tests/SdkWriter", "LogModel sdk LogferrySpool LogferryURLSession", .program),
    target("Tests/ServerRig", "BlockingExecutor TestSupport"),
    target("Tests/TestSupport", "following LogQuery InMemoryAdapter SeededNumbers"),

    // Tests: the suites.
    suite("Adapters/BlockingExecutor", "BlockingExecutor"),
    suite("Adapters/CallLedger", "CallLedger"),
    suite("Adapters/Digests", "Digests"),
    suite(
        "Adapters/FimidaraOverLocalFimidara",
        "following SdkProvisioning LogMaintenance files contracts SystemAdapter"),
    suite(
        "Adapters/Fimidara",
        "LogModel SdkProvisioning LogIngestion BlockingExecutor FimidaraAdapter HTTPTransport ServerRig"),
    suite("Adapters/HTTPTransport", "LogModel BlockingExecutor HostLookup HTTPTransport"),
    suite("Adapters/InMemory", "LogModel SdkProvisioning LogIngestion contracts"),
    suite("Adapters/ISAL", "LogModel ISALAdapter TestSupport"),
    suite("Adapters/LocalFimidara", "LogModel BlockingExecutor GRDB LocalFimidaraAdapter TestSupport"),
    suite(
        "Adapters/LogferryLogging",
        "LogModel Logferry InMemoryAdapter LogferryLogging Logging SdkRig ServiceLifecycle"),
    suite("Adapters/LogferryPlatform", "sdk"),
    suite("Adapters/LogferrySpool", "LogModel sdk SdkRig LogferrySpool memory"),
    suite("Adapters/LogferryURLSession", "sdk LogferryURLSession TestSupport"),
    suite(
        "Adapters/Mongo",
        "following DistributedLock IngestionJobs LogQuery LogMaintenance remote MongoAdapter PortContracts ServerRig"
            + " StoreSupport TestSupport"),
    suite("Adapters/Postgres", "domain remote contracts PostgresAdapter RawSockets ServerRig StoreSupport"),
    suite("Adapters/Redis", "LogModel DistributedLock remote contracts RawSockets RedisAdapter ServerRig"),
    suite("Adapters/SimdJSON", "LogModel LogCursor LogIngestion SimdJSONAdapter TestSupport"),
    suite(
        "Adapters/SQLite",
        "following SdkProvisioning DistributedLock IngestionJobs LogQuery CallLedger GRDB contracts SQLiteAdapter"
            + " StoreSupport"),
    suite("Adapters/System", "LogModel LogQuery SystemAdapter"),
    suite("Adapters/Telemetry", "following IngestionJobs LogMaintenance CoreMetrics Logging TelemetryAdapter memory"),
    suite("Apps/Bench", "LogModel LogCursor LogIngestion Bench CBenchLimits Generation ServerRig TestSupport"),
    suite("Apps/CommandGuide", "CommandGuide"),
    suite(
        "Apps/Server",
        "domain BlockingExecutor Composition HTTPTransport HTTPTypes Logging RawSockets Server ServiceLifecycle"
            + " TestSupport"),
    suite("Apps/Simulation", "following LogQuery LogMaintenance Logferry Simulation"),
    suite("Apps/Worker", "LogModel DistributedLock IngestionJobs InMemoryAdapter Logging Worker"),
    target(
        "Tests/DocumentTests",
        "following SdkProvisioning IngestionJobs LogQuery LogMaintenance LogAudit Logferry Composition files HTTPTypes"
            + " memory LogferryCommand stores RedisAdapter Server ServerRig SimdJSONAdapter TelemetryAdapter"),
    target(
        "Tests/EndToEnd", named: "EndToEndTests",
        "BlockingExecutor FlappingStore HTTPTransport LogferryCommand RawSockets SdkWriter SeededNumbers ServerRig"
            + " TestSupport"),
    target("Tests/FuzzTargetTests", "FuzzTargets TestSupport"),
    suite("Modules/AppRegistry", "LogModel AppRegistry memory"),
    suite("Modules/DistributedLock", "LogModel DistributedLock memory"),
    suite(
        "Modules/IngestionJobs",
        "LogModel AppRegistry DistributedLock LogIngestion LogMaintenance IngestionJobs memory"),
    suite("Modules/LogAudit", "following LogAudit LogQuery memory"),
    suite("Modules/LogCursor", "LogModel LogCursor TestSupport"),
    suite("Modules/LogIngestion", "following LogAudit LogQuery memory"),
    suite("Modules/LogMaintenance", "following IngestionJobs LogQuery LogMaintenance memory"),
    suite("Modules/LogModel", "LogModel memory"),
    suite("Modules/LogQuery", "following LogQuery memory"),
    suite("Modules/Logferry", "LogModel Logferry memory SdkRig"),
    suite("Modules/SdkProvisioning", "LogModel AppRegistry SdkProvisioning memory"),
]

let package = Package(
    name: "logferry",
    // Of the SDK, which needs `Clock` and `Duration`; the server is for Linux.
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    products: [
        .executable(name: "logferry", targets: ["LogferryCommand"]),
        .executable(name: "logferry-bench", targets: ["Bench"]),
        .library(name: "InMemoryAdapter", targets: ["InMemoryAdapter"]),
        .library(name: "Logferry", targets: ["Logferry", "LogferryPlatform"]),
        .library(name: "LogferryLogging", targets: ["LogferryLogging"]),
        .library(name: "LogferrySpool", targets: ["LogferrySpool"]),
        .library(name: "LogferryURLSession", targets: ["LogferryURLSession"]),
    ],
    traits: [
        .trait(name: "Server", description: "Everything but the SDK: the server, the worker, stores and tests."),
        .default(enabledTraits: ["Server"]),
    ],
    // No trait of Hummingbird is used; the other packages have none.
    dependencies: packages.map { url, version, _ in
        .package(url: url, from: version, traits: url.hasSuffix("hummingbird") ? [] : [.defaults])
    },
    targets: targets,
    cxxLanguageStandard: .cxx17
)

// A fuzzer brings its own main function, so it is there on request alone: `Tests/run fuzz`.
if Context.environment["LOGFERRY_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["FuzzTargets"], path: "Tests/Fuzz",
            swiftSettings: house + [.unsafeFlags(["-parse-as-library"])]))
}
