import BlockingExecutor
import Foundation
import Logging
import ServiceLifecycle

/// A server in a process of its own, which the harness ends by closing its standard input.
enum ChildServer {
    /// Where the server logs: nowhere.
    static let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    /// Says which port the server listens on.
    static func ready(_ port: Int) { FileHandle.standardOutput.write(Data("ready \(port)\n".utf8)) }

    /// Runs a server until nobody holds the standard input open any more.
    static func run(_ server: any Service) async throws {
        let group = ServiceGroupConfiguration(
            services: [
                ServiceGroupConfiguration.ServiceConfiguration(service: server),
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: InputEnd(), successTerminationBehavior: .gracefullyShutdownGroup),
            ], logger: logger)
        try await ServiceGroup(configuration: group).run()
    }

    /// Ends with the standard input.
    private struct InputEnd: Service {
        func run() async throws {
            try await BlockingThreads(name: "input", count: 1).run {
                while readLine() != nil {}
            }
        }
    }
}
