import Foundation
import ServerRig

/// Plays one cell of the table with processes of its own.
struct FaultScene: Sendable {
    private let cell: FaultCell
    private let files: FilesServer
    private let processes: TroubledProcesses
    private let trouble: any Trouble
    private let logs: [WatchedLog]

    /// Starts everything that the cell needs.
    init(_ cell: FaultCell) async throws {
        self.cell = cell
        files = try await FilesServer()
        let site = try Site()
        processes = TroubledProcesses(site)
        processes.set(try site.use(files.site))
        trouble = try await FaultScene.trouble(cell, files, processes)
        processes.set(trouble.environment)
        // All that is asked here bears one key.
        processes.set(["LOGFERRY_SHUTDOWN_GRACE": "3s", "LOGFERRY_HTTP_MAX_QUESTIONS_PER_CREDENTIAL": "6"])
        try await processes.startAPI()
        try processes.startWorker()
        var logs: [WatchedLog] = []
        for name in ["watched", "other"] {
            let app = try await Application.register(name, at: site)
            let writer = Application(
                site: files.site, id: app.id, name: app.name, clientToken: app.clientToken, tokenID: app.tokenID)
            logs.append(WatchedLog(app, writer: writer, door: try await app.initialise()))
        }
        self.logs = logs
    }

    private static func trouble(
        _ cell: FaultCell, _ files: FilesServer, _ processes: TroubledProcesses
    ) async throws -> any Trouble {
        let isFailover = [.failoverFromFrozen, .failoverFromKilled].contains(cell.fault)
        switch cell.backend {
        case .fileStore: return try ServerTrouble(files, cell.fault, isOwned: false)
        case .postgres where isFailover: return try await PairTrouble(isKilled: cell.fault == .failoverFromKilled)
        case .postgres: return try ServerTrouble(try await StoreServer(.postgres), cell.fault)
        case .mongo where isFailover: return try await SetTrouble()
        case .mongo: return try ServerTrouble(try await StoreServer(.mongo), cell.fault)
        case .redis: return try ServerTrouble(try await RedisServers(isFailover ? 3 : 1), cell.fault)
        case .sqlite: return cell.fault == .killed ? WorkerTrouble(processes) : LockTrouble(processes.site)
        }
    }

    /// Plays the cell to its end.
    func play() async throws -> FaultFigures {
        let watch = RequestWatch(processes.site, app: "watched")
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for log in logs {
                group.addTask { try await log.write() }
                group.addTask { try await log.watch() }
            }
            group.addTask { try await watch.run() }
            defer { group.cancelAll() }
            var figures = try await suffer(watch)
            watch.stop()
            if cell.endsUnderFault { figures.ends = try await endUnderFault() }
            for log in logs { log.stopWriting() }
            try await settle("after all")
            for log in logs {
                let result = try await log.compare()
                figures.lost += result.lost
                figures.doubled += result.doubled
                figures.acknowledged += log.acknowledged.count
                log.stopWatching()
            }
            return figures
        }
    }

    /// The first phase: the fault comes and goes while everything goes on.
    private func suffer(_ watch: RequestWatch) async throws -> FaultFigures {
        try await settle("before the fault")
        try await Task.sleep(for: .seconds(1))
        for log in logs { log.forgetStall() }
        let moment = Date()
        try await trouble.begin()
        try await Task.sleep(for: cell.lasts)
        try await trouble.end()
        let end = ContinuousClock.now
        try await settle("after the fault")
        var figures = FaultFigures()
        figures.back = .now - end
        (figures.stall, figures.otherStall) = (logs[0].stall, logs[1].stall)
        figures.words = processes.words
        figures.warning = processes.firstWarning(since: moment)
        // What was asked during it has its answer by then, or is the longest one.
        try await Task.sleep(for: .seconds(2))
        let asked = watch.figures
        (figures.request, figures.readiness) = (asked.longest, asked.readiness)
        figures.answers = asked.answers
        return figures
    }

    /// The second phase: processes are told to end while the fault lasts, and then started again.
    private func endUnderFault() async throws -> [(process: String, after: Duration, code: Int32)] {
        let site = processes.site
        let admin = try site.secret("admin.key")
        try await trouble.begin()
        try await Task.sleep(for: .seconds(1))
        let question = Task { try? await site.call("GET", site.api("/v1/logs/count?app=watched"), admin) }
        try await Task.sleep(for: .seconds(1))
        let ends = try await processes.end()
        question.cancel()
        try await trouble.end()
        try await processes.startAPI()
        try processes.startWorker()
        return ends
    }

    /// Waits until a line of each app is seen that was acknowledged from now on, or the last one if none is written any
    /// more.
    private func settle(_ when: String) async throws {
        for log in logs {
            let newest = log.newest
            try await Fleet.until("lines are acknowledged \(when)") { log.newest > newest || !log.isWriting }
        }
        for log in logs {
            let newest = log.newest
            let words = "line \(newest) is seen \(when)\n\(processes.words.suffix(3000))"
            try await Fleet.until(words, within: .seconds(400)) { log.seen >= newest }
        }
    }

    /// Ends everything, however it went.
    func stop() async {
        for log in logs {
            log.stopWriting()
            log.stopWatching()
        }
        _ = try? await processes.end()
        processes.kill()
        try? await trouble.stop()
        try? await files.stop()
    }
}
