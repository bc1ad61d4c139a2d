import BlockingExecutor
import Composition
import Foundation
import Hummingbird
import Logging
import NIOCore
import Server
import ServiceLifecycle

/// A server in a process of its own, which says what it has used when it is asked over its standard input, and which the
/// harness ends by closing that.
enum ChildServer {
    /// Where the server logs: nowhere.
    static let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    /// Says which port the server listens on.
    static func ready(_ port: Int) { FileHandle.standardOutput.write(Data("ready \(port)\n".utf8)) }

    /// Runs servers until nobody holds the standard input open any more.
    static func run(_ servers: any Service...) async throws {
        let services = servers.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        let questions = ServiceGroupConfiguration.ServiceConfiguration(
            service: Questions(), successTerminationBehavior: .gracefullyShutdownGroup)
        let group = ServiceGroupConfiguration(services: services + [questions], logger: logger)
        try await ServiceGroup(configuration: group).run()
    }

    /// Runs a listener as the service has it, over what a router has to answer.
    static func serve(_ router: Router<BasicRequestContext>) async throws {
        let settings = try Settings(SettingsSource(flags: [:], environment: [:], file: nil))
        try await run(
            Application(
                router: router, server: .guarded(settings),
                configuration: ApplicationConfiguration(
                    address: .hostname("127.0.0.1", port: 0), serverName: "logferry"),
                onServerRunning: { channel in ready(channel.localAddress?.port ?? 0) }, logger: logger))
    }

    /// Ends with the standard input; each line of it is a question.
    private struct Questions: Service {
        func run() async throws {
            try await BlockingThreads(name: "input", count: 1).run {
                while readLine() != nil {
                    let answer = try JSONEncoder().encode(ServerUse.ofProcess())
                    FileHandle.standardOutput.write(answer + Data("\n".utf8))
                }
            }
        }
    }
}

/// What a server has used since its start.
struct ServerUse: Codable, Sendable {
    /// Nanoseconds of processor time.
    let processor: Int64
    /// How often memory was asked for.
    let allocations: Int64
    /// Bytes of memory that were resident at most.
    let peakMemory: Int64

    static func ofProcess() throws -> ServerUse {
        let usage = Usage.ofProcess()
        return ServerUse(
            processor: usage.processor, allocations: usage.allocations, peakMemory: try Usage.peakMemory())
    }
}
