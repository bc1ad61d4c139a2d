import HTTPTransport
import LogModel
import Logging
import ServiceLifecycle
import TestSupport
import Testing

@testable import Composition
@testable import Server

/// What probes are answered while that which the process needs hangs.
@Suite("Health", .timeLimit(.minutes(2)))
struct HealthTests {
    /// Something that is asked and does not answer, nor heeds that its caller gave up.
    private actor HangingDisk {
        private(set) var questions = 0
        private var waiting: [CheckedContinuation<Void, Never>] = []
        private var hangs = true

        func ask() async {
            questions += 1
            if hangs { await withCheckedContinuation { waiting.append($0) } }
        }

        func recover() {
            hangs = false
            for waiter in waiting { waiter.resume() }
            waiting = []
        }
    }

    @Test("probes of a disk that hangs are answered 503, ask it once in all, and may bring parameters")
    func hanging() async throws {
        let disk = HangingDisk()
        let settings = try Settings(
            SettingsSource(flags: ["ops.port": "0"], environment: [:], file: nil))
        let (ports, opened) = AsyncStream.makeStream(of: Int.self)
        let server = OpsServer(
            HealthRoutes(readiness: StoreReadiness { await disk.ask() }, member: "files"),
            telemetry: ServiceTelemetry(), settings: settings,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { opened.yield($0) }
        let service = Task {
            defer { opened.finish() }
            try await server.run()
        }
        let port = try #require(await ports.first { _ in true })
        // All come while the first of them is not answered.
        let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
            for number in 0..<8 { group.addTask { try await get("/readyz?probe=\(number)", port) } }
            return try await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        for answer in answers {
            #expect(answer.status == 503)
            #expect(answer.text == #"{"status":"unavailable","files":"unavailable"}"#)
        }
        #expect(try await get("/healthz", port).status == 503)
        #expect(await disk.questions == 1)
        #expect(try await get("/livez?x=1", port).status == 200)
        await disk.recover()
        await eventually { (try? await self.get("/readyz", port).status) == 200 }
        #expect(try await get("/readyz", port).status == 200)
        service.cancel()
        _ = await service.result
    }

    private struct Answer: Sendable {
        let status: Int
        let text: String
    }

    private func get(_ path: String, _ port: Int) async throws -> Answer {
        let answer = try await CurlTransport().send(
            HTTPRequest(
                .get, "http://127.0.0.1:\(port)\(path)",
                timeouts: HTTPTimeouts(idle: .seconds(60), total: .seconds(60))))
        return Answer(
            status: answer.status, text: String(decoding: try await answer.body.collect(upTo: 10_000), as: UTF8.self))
    }
}
