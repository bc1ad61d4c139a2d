import Foundation
import RawSockets
import ServerRig
import TestSupport
import Testing

/// The example alerts on what real workers have shown while one of them was stuck.
@Suite(
    "Alerts on recorded series", .serialized, .enabled(if: StoreKind.available.contains(.postgres)),
    .enabled(if: Promtool.path != nil, "\(Promtool.isMissing)"), .timeLimit(.minutes(30)))
struct RecordedAlertTests {
    private static let rules = "\(Document.root)/Docs/examples/alerts.yml"
    private static let isSoak = ProcessInfo.processInfo.environment["LOGFERRY_TEST_SOAK"] == "1"

    /// One worker whose way to the database and to the file store can be blocked, and another one.
    private struct Scene: Sendable {
        let server: StoreServer
        let database: FaultProxy
        let files: FaultProxy
        let fleet: Fleet
        let stuck: RunningProgram
        let well: RunningProgram
        let recorder: MetricsRecorder
        let writer: Application
        let door: Application.Door

        init() async throws {
            server = try await StoreServer(.postgres)
            fleet = try await Fleet(more: server.environment)
            let url = try #require(server.environment["LOGFERRY_STORE_URL"])
            let port = try #require(URLComponents(string: url)?.port)
            database = try FaultProxy(to: UInt16(port))
            files = try FaultProxy(to: UInt16(fleet.files.filesPort))
            let ports = (try RawConnection.freePort(), try RawConnection.freePort())
            let flags = ["--consume-interval", "2s", "--consume-lock-ttl", "10s"]
            stuck = try fleet.startWorker(
                flags + ["--ops-port", String(ports.0)],
                more: [
                    "LOGFERRY_STORE_URL": url.replacing("127.0.0.1:\(port)/", with: "127.0.0.1:\(database.port)/"),
                    "LOGFERRY_FIMIDARA_SERVER_URL": "http://127.0.0.1:\(files.port)",
                ])
            well = try fleet.startWorker(flags + ["--ops-port", String(ports.1)], more: server.environment)
            recorder = try MetricsRecorder(
                [.init(instance: "stuck", port: ports.0), .init(instance: "well", port: ports.1)],
                for: RecordedAlertTests.rules)
            let (app, writer) = try await fleet.register("recorded")
            self.writer = writer
            door = try await app.initialise()
        }

        /// Records while lines come in.
        func record(for seconds: Int) async throws {
            try await recorder.record(for: seconds) {
                let line = Array("{\"n\":\(await recorder.count)}\n".utf8)
                _ = try await writer.append(line, to: door.file("2026-11-20"), with: door.token)
            }
        }

        func finish() async throws {
            for worker in [stuck, well] { #expect(try await fleet.site.stop(worker) == 0, "\(worker.errorText)") }
            #expect(try await fleet.stop() == [0, 0])
            database.stop()
            files.stop()
            try await server.stop()
        }
    }

    /// What was firing at a time, or from the beginning until then, for some instances.
    private static func firing(
        _ alert: String = ".+", of instance: String, by second: Int, since start: Int? = nil, holds: Bool
    ) -> MetricsRecorder.Expectation {
        let alerts = "ALERTS{alertstate=\"firing\", alertname=~\"\(alert)\", instance=~\"\(instance)\"}"
        let expression = start.map { "max_over_time(\(alerts)[\(second - $0)s])" } ?? alerts
        return .init(second: second, expression: "group(\(expression))", holds: holds)
    }

    @Test("T97: when one worker of two is stuck, alerts speak of it alone, in time", .enabled(if: isSoak))
    func recorded() async throws {
        let scene = try await Scene()
        let recorder = scene.recorder
        var expectations: [MetricsRecorder.Expectation] = []
        try await scene.record(for: 60)

        // Its database accepts everything and answers nothing.
        var start = await recorder.count
        expectations.append(RecordedAlertTests.firing(of: ".*", by: start, since: 0, holds: false))
        scene.database.mood = .holding
        try await scene.record(for: 230)
        scene.database.mood = .calm
        expectations.append(RecordedAlertTests.firing("LogferryStoreSilent", of: "stuck", by: start + 60, holds: true))
        expectations.append(RecordedAlertTests.firing("LogferryRunsFail", of: "stuck", by: start + 225, holds: true))
        try await scene.record(for: 270)

        // Its file store does so.
        start = await recorder.count
        expectations.append(RecordedAlertTests.firing(of: ".*", by: start, holds: false))
        scene.files.mood = .holding
        try await scene.record(for: 180)
        scene.files.mood = .calm
        expectations.append(
            RecordedAlertTests.firing("LogferryFileStoreSilent", of: "stuck", by: start + 165, holds: true))
        try await scene.record(for: 200)

        // It is frozen.
        start = await recorder.count
        expectations.append(RecordedAlertTests.firing(of: ".*", by: start, holds: false))
        scene.stuck.signal(SIGSTOP)
        try await scene.record(for: 105)
        expectations.append(RecordedAlertTests.firing("LogferryDown", of: "stuck", by: start + 90, holds: true))
        scene.stuck.signal(SIGCONT)
        try await scene.record(for: 30)

        let end = await recorder.count
        // Nobody else was accused, and not all workers together.
        expectations.append(RecordedAlertTests.firing(of: "well|", by: end - 15, since: 0, holds: false))
        try await scene.finish()
        try await RecordedAlertTests.check(recorder, expectations)
    }

    /// Tries the rules on what was recorded, as it was and as a scrape every 15 s would have seen it.
    private static func check(
        _ recorder: MetricsRecorder, _ expectations: [MetricsRecorder.Expectation]
    ) async throws {
        let folder = try TemporaryFolder()
        for step in [1, 15] {
            let file = folder.file("\(step).test.yml")
            try await recorder.tests(of: rules, every: step, expectations)
                .write(toFile: file, atomically: true, encoding: .utf8)
            await #expect(throws: Never.self, "every \(step) s") { try await Promtool.run(["test", "rules", file]) }
        }
        // What the quick tests try the rules on; somebody who changes them records anew by a path in this variable.
        guard let path = ProcessInfo.processInfo.environment["LOGFERRY_TEST_RECORDING"] else { return }
        try await recorder.tests(of: "../../Docs/examples/alerts.yml", every: 15, expectations)
            .write(toFile: path, atomically: true, encoding: .utf8)
    }
}
