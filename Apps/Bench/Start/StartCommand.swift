import ArgumentParser
import Foundation
import Hummingbird

/// Measures how long the program takes until it is of use.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "How long logferry takes to serve, and to show its help, beside an empty Hummingbird server.",
        discussion: """
            From the start of the process until GET /readyz is answered with 200, with an empty SQLite store that was \
            made before; rounds are interleaved. The empty server is this program with one route.
            """)

    @Option(help: "The logferry program, built for release.")
    var program: String

    @Option(help: "Rounds of each case; one more, which is not counted, comes first.")
    var rounds = 21

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(rounds) else { throw ValidationError("--rounds is from 1 to 1000") }
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw ValidationError("--program \(program) is no program")
        }
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "logferry-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["logferry serve", "empty Hummingbird server", "logferry --help"]
        let results = try await Rounds.run(rounds, of: Array(names.indices)) { index in
            switch index {
            case 0: try serve(in: folder)
            case 1: try empty()
            default: try Started.untilEnd(program, ["--help"])
            }
        }
        let figures = zip(names, results).map { name, costs in
            Figures(
                name: name, wallMilliseconds: Spread(costs.map(\.wall)),
                processorMilliseconds: Spread(costs.map(\.processor)), rounds: costs.count)
        }
        guard !json else { return print(try prettyJSON(figures)) }
        var columns = Columns(["started", "ms until ready or ended", "CPU ms", "rounds"])
        for one in figures {
            columns.add([
                one.name, one.wallMilliseconds.words(1), one.processorMilliseconds.words(1), String(one.rounds),
            ])
        }
        print(columns.lines.joined(separator: "\n"))
    }

    private struct Figures: Codable {
        let name: String
        let wallMilliseconds: Spread
        let processorMilliseconds: Spread
        let rounds: Int
    }

    private func serve(in folder: URL) throws -> Started.Cost {
        let port = LoopbackSocket.freePort()
        let environment = [
            "LOGFERRY_ADMIN_KEY": String(repeating: "a", count: 32),
            "LOGFERRY_INTERNAL_KEY": String(repeating: "b", count: 32), "LOGFERRY_DATA_DIR": folder.path,
            "LOGFERRY_HTTP_PORT": "\(port)", "LOGFERRY_OPS_PORT": "\(LoopbackSocket.freePort())",
            // Nothing is asked of the file store before an SDK comes.
            "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:9", "LOGFERRY_FIMIDARA_AUTH_TOKEN": "nobody-takes-this",
        ]
        return try Started.untilReady(program, ["serve"], environment, port: port, path: "/readyz")
    }

    private func empty() throws -> Started.Cost {
        let port = LoopbackSocket.freePort()
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try Started.untilReady(own, ["empty-server", "\(port)"], [:], port: port, path: "/readyz")
    }
}

/// A Hummingbird server with one route: what a server cannot start faster than.
struct EmptyServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "empty-server", shouldDisplay: false)

    @Argument(help: "Where it listens, on this machine alone.")
    var port: Int

    func run() async throws {
        let router = Router()
        router.get("/readyz") { _, _ in "ready\n" }
        let server = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await server.runService()
    }
}
