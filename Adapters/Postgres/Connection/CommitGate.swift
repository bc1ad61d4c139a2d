import BlockingExecutor
import StoreSupport

/// Keeps commits from piling up on a server where they wait, as for a synchronous standby that is away.
///
/// A server goes on to wait for its standby after the client has left, in a session for each commit. Once COMMIT was not
/// answered in time no transaction begins until a look at the server, one at a time, finds none of those sessions
/// waiting.
final class CommitGate: Sendable {
    private typealias Look = Task<Result<Int, PostgresError>, Never>

    private struct State {
        /// Sessions whose COMMIT was not answered, each with its server, and since when that of the first has waited.
        var sessions: [Int64: String] = [:]
        var since: ContinuousClock.Instant = .now
        var look: Look?
        /// How many of them waited when the server was looked at last, and when that was.
        var latest: (waiting: Int, at: ContinuousClock.Instant)?
    }

    private let state = Locked(State())
    private let watch: CallWatch

    init(_ watch: CallWatch) { self.watch = watch }

    /// Does a transaction's work on a session's thread, unless commits wait.
    ///
    /// It is judged here as well as by ``pass(_:)``: callers that waited for a connection come when others have failed.
    func transaction<Value>(_ session: PostgresSession, _ work: (PostgresSession) throws -> Value) throws -> Value {
        let sessions = state.withLock { $0.sessions.count }
        guard sessions == 0 else { throw refusal(sessions) }
        do {
            return try session.transaction(work)
        } catch let error as PostgresError where error.loss?.reason == .commit {
            if let number = error.session { close(for: number, at: session.link.place.shown, error.loss?.since) }
            throw error
        }
    }

    private func close(for session: Int64, at server: String, _ since: ContinuousClock.Instant?) {
        state.withLock { state in
            let since = since ?? .now
            if state.sessions.isEmpty { (state.since, state.latest) = (since, nil) }
            state.since = min(state.since, since)
            state.sessions[session] = server
        }
    }

    /// Lets a transaction begin.
    /// - Parameter count: asks the server how many of the sessions wait for a standby.
    /// - Throws: ``PostgresError`` when there are some, or the server does not say.
    func pass(_ count: @escaping @Sendable ([Int64]) async throws -> Int) async throws(PostgresError) {
        let pause = watch.limits.commitLook
        let (look, known) = state.withLock { state -> (Look?, Int) in
            guard !state.sessions.isEmpty else { return (nil, 0) }
            if let latest = state.latest, .now - latest.at < pause { return (nil, latest.waiting) }
            let look = state.look ?? begin(Array(state.sessions.keys), count)
            state.look = look
            return (look, 0)
        }
        let waiting = try await look?.value.get() ?? known
        guard waiting == 0 else { throw refusal(waiting) }
    }

    private func begin(_ sessions: [Int64], _ count: @escaping @Sendable ([Int64]) async throws -> Int) -> Look {
        // All who want to commit share it, so that it inherits no purpose.
        Task.detached { [self] in
            do {
                let waiting = try await count(sessions)
                looked(at: sessions, waiting)
                return .success(waiting)
            } catch {
                state.withLock { $0.look = nil }
                return .failure(error as? PostgresError ?? PostgresError(.cancelled, "\(error)"))
            }
        }
    }

    private func looked(at sessions: [Int64], _ waiting: Int) {
        let event = state.withLock { state -> StoreEvent? in
            state.look = nil
            let isFirst = state.latest == nil
            guard waiting == 0 else {
                state.latest = (waiting, .now)
                return isFirst ? .commitsWait(detail: CommitGate.words(waiting, state)) : nil
            }
            for session in sessions { state.sessions[session] = nil }
            guard state.sessions.isEmpty else { return nil }
            state.latest = nil
            return isFirst ? nil : .commitsGoOn(after: .now - state.since)
        }
        if let event { watch.observe(event) }
    }

    private func refusal(_ waiting: Int) -> PostgresError {
        var error = PostgresError(.timedOut, state.withLock { CommitGate.words(waiting, $0) })
        error.commitsWait = true
        return error
    }

    private static func words(_ waiting: Int, _ state: State) -> String {
        let servers = Set(state.sessions.values).sorted().joined(separator: " and ")
        return "\(servers) waits for a synchronous standby in \(waiting) sessions, whose COMMIT it has not answered "
            + "for \((.now - state.since).inSeconds): no transaction is begun until it has"
    }
}
