// swift-tools-version: 6.2
import PackageDescription

// An application that links the SDK and nothing else. `Tests/client` builds it out of the documents' snippets.
let package = Package(
    name: "client",
    platforms: [.macOS(.v13), .iOS(.v16), .tvOS(.v16), .watchOS(.v9)],
    dependencies: [
        .package(name: "logferry", path: "../..", traits: []),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .target(
            name: "Client",
            dependencies: [
                .product(name: "Logferry", package: "logferry"),
                .product(name: "LogferryLogging", package: "logferry"),
                .product(name: "LogferrySpool", package: "logferry"),
                .product(name: "LogferryURLSession", package: "logferry"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // The strictest reading of what an import brings: `import Logferry` alone must suffice.
            swiftSettings: [
                .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility"),
                .treatAllWarnings(as: .error),
            ])
    ]
)
