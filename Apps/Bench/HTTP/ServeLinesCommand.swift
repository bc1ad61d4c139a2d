import ArgumentParser
import Hummingbird

/// A listener as the service has it, with one handler that takes lines and keeps none, in a process of its own.
///
/// It says `ready PORT`, and ends when its standard input does, and so with the harness.
struct ServeLinesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve-lines", abstract: "Takes lines and drops them; \"paths\" starts this by itself.",
        shouldDisplay: false)

    @Argument(help: "What is done with a body: scan, or read.")
    var handler: LineHandler

    func run() async throws {
        let handler = handler
        let router = Router()
        router.post("lines") { request, _ in try await handler.answer(request.body).description }
        try await ChildServer.serve(router)
    }
}

/// What is done with the lines of a request.
enum LineHandler: String, ExpressibleByArgument, Sendable {
    /// The body is cut into lines, which are judged; their times and levels are read.
    case scan
    /// The body is read to its end.
    case read

    /// Takes one body.
    /// - Returns: what was in it; of a body that is only read, its bytes.
    func answer(_ body: RequestBody) async throws -> Received {
        var received = Received()
        switch self {
        case .read:
            for try await piece in body { received.bytes += piece.readableBytes }
        case .scan:
            var scan = BodyScan()
            for try await piece in body { scan.take(piece) }
            scan.end()
            received = scan.received
        }
        return received
    }
}

/// What a handler answers: three numbers in decimal, with spaces between them.
struct Received: CustomStringConvertible, Sendable {
    var bytes = 0
    var lines = 0
    var records = 0

    init() {}

    /// Reads an answer; `nil` when it is none.
    init?(_ text: some StringProtocol) {
        let numbers = text.split(separator: " ").compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        (bytes, lines, records) = (numbers[0], numbers[1], numbers[2])
    }

    var description: String { "\(bytes) \(lines) \(records)" }
}
