import Foundation
import Glibc
import ServerRig
import Testing

/// A file store, an API and two workers on one store, each a process that may be killed at any moment, and so may the
/// store's server if it has one.
final class CrashScene {
    /// Which of the processes.
    enum Victim: String, CaseIterable {
        case files, serve, firstWorker, secondWorker, store
    }

    let files: Site
    let site: Site
    private let store: StoreServer
    private let environment: [String: String]
    private var programs: [Victim: RunningProgram] = [:]
    /// How often each was killed.
    private(set) var kills: [Victim: Int] = [:]

    init(_ kind: StoreKind) async throws {
        files = try Site()
        site = try Site()
        store = try await StoreServer(kind)
        programs[.files] = try await files.startDev(CrashScene.storeFlags)
        environment = try site.use(files).merging(store.environment) { $1 }
        // The first one makes the schema.
        programs[.serve] = try start(.serve)
        try await waitUntilReady(.serve)
        for victim in [Victim.firstWorker, .secondWorker] { programs[victim] = try start(victim) }
    }

    /// Whom a crash hits, in a random order: of a store that is a server, 10 in 12 hit a worker and 2 the server.
    func victims(_ count: Int, _ dice: inout Dice) -> [Victim] {
        guard store.kind != .sqlite else {
            return (0..<count).map { _ in [.files, .serve, .firstWorker, .secondWorker][dice.roll(4)] }
        }
        let workers = (0..<count).map { $0 % 2 == 0 ? Victim.firstWorker : .secondWorker }
        let others = (0..<count / 5).flatMap { _ in [Victim.store] }
        return (workers + others).shuffled(using: &dice)
    }

    /// Its own worker finds no app to work for.
    private static let storeFlags = ["--consume-interval", "1h"]
    /// Shorter than many a run, so that the lock must be prolonged while one goes on.
    private static let workerFlags = ["--consume-interval", "10ms", "--consume-lock-ttl", "300ms"]

    private func start(_ victim: Victim) throws -> RunningProgram? {
        switch victim {
        case .store: nil
        case .files:
            try RunningProgram(
                ["dev"] + files.flags + CrashScene.storeFlags, folder: files.folder + "/logs")
        case .serve:
            try RunningProgram(["serve"] + site.flags, environment: environment, folder: site.folder + "/logs")
        case .firstWorker, .secondWorker:
            try RunningProgram(
                ["work"] + site.flags + CrashScene.workerFlags, environment: environment,
                folder: site.folder + "/logs")
        }
    }

    private func waitUntilReady(_ victim: Victim) async throws {
        let (files, site) = (files, site)
        switch victim {
        case .files:
            try await Fleet.until("the file store answers") {
                (try? await files.send("GET", files.files("/v1/"))) != nil
            }
        case .serve:
            try await Fleet.until("the API answers") {
                (try? await site.send("GET", site.api("/readyz")))?.status == 200
            }
        case .firstWorker, .secondWorker, .store: return
        }
    }

    /// Kills one of the processes, starts it again, and waits until it answers unless it is to be killed while it
    /// starts.
    func kill(_ victim: Victim, waiting: Bool) async throws {
        if victim == .store {
            try store.kill()
            try await store.startAgain()
            return kills[victim, default: 0] += 1
        }
        guard let program = programs[victim] else { return }
        program.signal(SIGKILL)
        let code = try await program.wait()
        // Whoever ended by itself before was not well.
        #expect(code == 128 + SIGKILL, "\(victim): \(code) \(program.errorText.suffix(2000))")
        program.forget()
        kills[victim, default: 0] += 1
        programs[victim] = try start(victim)
        if waiting { try await waitUntilReady(victim) }
    }

    /// Waits until all that can answer does.
    func settle() async throws {
        for victim in Victim.allCases { try await waitUntilReady(victim) }
    }

    /// Runs a command on the store.
    func run(_ arguments: [String]) async throws -> Site.CommandResult {
        try await site.run(arguments, environment: environment)
    }

    /// Ends everything gracefully, the file store last.
    func stop() async throws {
        for victim in [Victim.firstWorker, .secondWorker, .serve, .files] {
            guard let program = programs[victim] else { continue }
            #expect(try await site.stop(program) == 0, "\(victim): \(program.errorText.suffix(2000))")
        }
        try await store.stop()
    }
}
