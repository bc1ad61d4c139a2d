import BlockingExecutor
import Foundation
import Glibc
import ServerRig

/// The API and a worker as processes of their own, which end and are started again.
final class TroubledProcesses: Sendable {
    let site: Site
    private let environment: Locked<[String: String]>
    private let programs = Locked<(serve: RunningProgram?, worker: RunningProgram?)>((nil, nil))
    /// What programs said that are gone.
    private let formerWords = Locked("")

    init(_ site: Site) {
        self.site = site
        environment = Locked([:])
    }

    /// Gives settings to all that are started from now on.
    func set(_ settings: [String: String]) { environment.withLock { $0.merge(settings) { $1 } } }

    func startAPI() async throws {
        let program = try start("serve", [])
        programs.withLock { $0.serve = program }
        let site = site
        try await Fleet.until("the API answers\n\(program.errorText.suffix(1000))") {
            (try? await site.send("GET", site.api("/readyz")))?.status == 200
        }
    }

    func startWorker() throws {
        let program = try start("work", ["--consume-interval", "50ms"])
        programs.withLock { $0.worker = program }
    }

    func killWorker() async throws {
        guard let worker = programs.withLock({ $0.worker }) else { return }
        formerWords.withLock { $0 += worker.errorText }
        worker.signal(SIGKILL)
        _ = try await worker.wait()
    }

    /// Tells both to end, and waits until they have.
    func end() async throws -> [(process: String, after: Duration, code: Int32)] {
        let (serve, worker) = programs.withLock { $0 }
        let start = ContinuousClock.now
        for program in [worker, serve] { program?.signal(SIGTERM) }
        async let workerEnd = TroubledProcesses.end(of: worker, since: start)
        async let serveEnd = TroubledProcesses.end(of: serve, since: start)
        let ends = try await (workerEnd, serveEnd)
        programs.withLock { $0 = (nil, nil) }
        return [("worker", ends.0.0, ends.0.1), ("API", ends.1.0, ends.1.1)]
    }

    private static func end(
        of program: RunningProgram?, since start: ContinuousClock.Instant
    ) async throws -> (Duration, Int32) {
        guard let program else { throw HarnessError("there is no process to be ended") }
        let code = try await program.wait()
        return (.now - start, code)
    }

    /// Ends what still runs.
    func kill() {
        let (serve, worker) = programs.withLock { $0 }
        for program in [worker, serve] { program?.signal(SIGKILL) }
    }

    /// What the processes have said.
    var words: String {
        let (serve, worker) = programs.withLock { $0 }
        return formerWords.withLock { $0 } + (worker?.errorText ?? "") + (serve?.errorText ?? "")
    }

    /// The first warning or error since a moment, by the time that it bears.
    func firstWarning(since moment: Date) -> (after: Duration, words: String)? {
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var first: (after: Duration, words: String)?
        for line in words.split(separator: "\n") {
            guard let entry = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any],
                let level = entry["level"] as? String, ["warning", "error", "critical"].contains(level),
                let text = entry["time"] as? String, let message = entry["message"] as? String,
                let time = try? format.parse(text), time >= moment
            else { continue }
            let after = Duration.seconds(time.timeIntervalSince(moment))
            if first.map({ after < $0.after }) ?? true { first = (after, message) }
        }
        return first
    }

    private func start(_ command: String, _ flags: [String]) throws -> RunningProgram {
        try RunningProgram(
            [command] + site.flags + flags, environment: environment.withLock { $0 }, folder: site.folder + "/logs")
    }
}
