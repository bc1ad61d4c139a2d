import BlockingExecutor
internal import CMongo
internal import Glibc
internal import LogModel
import StoreSupport

/// What is known of the servers of a set by those who wait for them, beside what their own connections tell.
///
/// The system acknowledges for a frozen server, and a server that is well may take long for a statement. So a server that
/// has been silent is asked what it is, on another connection and by another thread: each server by one at a time, and at
/// most once in ``MongoLimits/silence``. All connections to a server that does not answer are ended, and none is made until
/// it does.
final class ServerSigns: Sendable {
    /// What a server that is asked what it is may say.
    enum Answer: Sendable {
        /// It takes writes.
        case primary
        /// It takes none, at least now.
        case other
        /// It took no connection or ended it, but its machine is there.
        case refused
        /// It could not be asked: its name is not known, or this process has no descriptor or thread left.
        case unasked
        case nothing
    }

    /// Asks a server; it may take a little longer than its limit.
    typealias Ask = @Sendable (_ server: String, _ limit: Duration) -> Answer

    private struct State {
        var lastNumber = 0
        var wires: [Int: Weak] = [:]
        /// The servers that are asked at this moment; a set has at most fifty.
        var asked: Set<String> = []
        /// When the latest look at each server was begun.
        var looks: [String: ContinuousClock.Instant] = [:]
        /// When each server was last seen to do its work.
        var signs: [String: ContinuousClock.Instant] = [:]
        var silences: [String: Silence] = [:]

        /// Forgets what was seen of servers before a moment: they may have left the set.
        mutating func forget(before moment: ContinuousClock.Instant) {
            looks = looks.filter { $0.value > moment }
            signs = signs.filter { $0.value > moment }
            silences = silences.filter { $0.value.confirmed > moment }
        }
    }

    /// A server that answers nothing, new connections included.
    private struct Silence {
        let since: ContinuousClock.Instant
        /// When that was last seen.
        var confirmed = ContinuousClock.now
    }

    private struct Weak: Sendable { weak var wires: Wires? }

    private let limits: MongoLimits
    private let ask: Ask
    private let dialler: ServerDialler
    private let lost: @Sendable (GivenUpCall.Reason, MongoCall.Sight) -> Void
    private let state = Locked(State())

    /// - Parameters:
    ///   - limits: how long what may take.
    ///   - dialler: makes connections.
    ///   - ask: asks a server.
    ///   - lost: is told of calls whose connection is ended.
    init(
        limits: MongoLimits, dialler: ServerDialler, ask: @escaping Ask,
        lost: @escaping @Sendable (GivenUpCall.Reason, MongoCall.Sight) -> Void
    ) {
        self.limits = limits
        self.dialler = dialler
        self.ask = ask
        self.lost = lost
    }

    /// Connections for a client, none of which is made to a server that is silent.
    func newWires() -> Wires {
        let wires = Wires(
            dial: { [self] server in
                if let reason = refusal(of: server.shown) { return .failure(DialFailure(reason: reason)) }
                return Result { () throws(DialFailure) in try dialler.dial(server) }
            },
            failed: { [self] server, duration in
                // So long it has said nothing on a connection that it took.
                if duration >= limits.signOfLife { fellSilent(server, since: .now - duration) }
            })
        state.withLock { state in
            state.wires = state.wires.filter { $0.value.wires != nil }
            state.lastNumber += 1
            state.wires[state.lastNumber] = Weak(wires: wires)
        }
        return wires
    }

    /// When a server was last seen to do its work, by a look at it.
    func sign(of server: String) -> ContinuousClock.Instant? { state.withLock { $0.signs[server] } }

    /// Why no connection is made to a server; `nil` when one may be tried.
    private func refusal(of server: String) -> String? {
        guard let silence = state.withLock({ $0.silences[server] }) else { return nil }
        // What was seen long ago is not known any more: nobody looks while nothing is asked for.
        guard .now - silence.confirmed < limits.avoidance else { return nil }
        look(at: server)
        return "it has been silent for \((ContinuousClock.now - silence.since).inSeconds), to new connections too"
    }

    /// Looks whether servers that are silent are there again; for those who wait while there is no primary.
    func lookAgain() {
        let silent = state.withLock { state in
            // A server that nobody has looked at for long may have left the set.
            state.forget(before: .now - limits.avoidance * 10)
            return Array(state.silences.keys)
        }
        for server in silent { look(at: server) }
    }

    /// Begins to ask a server what it is, unless that was done lately, or is being done.
    func look(at server: String) {
        let start = ContinuousClock.now
        let begins = state.withLock { state in
            if let last = state.looks[server], start - last < limits.silence { return false }
            guard state.asked.insert(server).inserted else { return false }
            state.looks[server] = start
            return true
        }
        guard begins else { return }
        let isDecided = Locked(false)
        let isStarted = HostThread.startIfPossible(name: "mongo-look") { [self] in
            let answer = ask(server, limits.signOfLife)
            state.withLock { _ = $0.asked.remove(server) }
            let isLate = isDecided.withLock { isDecided in
                defer { isDecided = true }
                return isDecided
            }
            // Better late than never: the server is used again.
            if !isLate || answer != .nothing { take(answer, from: server, since: start) }
        }
        guard isStarted else { return state.withLock { _ = $0.asked.remove(server) } }
        Task { [self] in
            try? await Task.sleep(for: limits.signOfLife)
            let isLate = isDecided.withLock { isDecided in
                defer { isDecided = true }
                return !isDecided
            }
            if isLate { take(.nothing, from: server, since: start) }
        }
    }

    private func take(_ answer: Answer, from server: String, since start: ContinuousClock.Instant) {
        switch answer {
        case .primary, .refused:
            state.withLock { state in
                state.signs[server] = .now
                state.silences[server] = nil
            }
        case .other:
            state.withLock { $0.silences[server] = nil }
            // What it was asked as a primary it may never answer.
            for wires in allWires where wires.isWaiting(for: server, longerThan: limits.silence) {
                end(wires, to: server, since: .demoted)
            }
        case .unasked: break
        case .nothing: fellSilent(server, since: start)
        }
    }

    private func fellSilent(_ server: String, since start: ContinuousClock.Instant) {
        let all = allWires
        // Another connection may have heard of it meanwhile.
        let silence = ContinuousClock.now - start
        if all.contains(where: { $0.silence(of: server).map { $0 < silence } ?? false }) { return }
        state.withLock { state in
            state.silences[server, default: Silence(since: start)].confirmed = .now
        }
        for wires in all { end(wires, to: server, since: .silent) }
    }

    private func end(_ wires: Wires, to server: String, since reason: GivenUpCall.Reason) {
        if wires.isWaiting(for: server), let call = wires.currentCall { lost(reason, call.sight) }
        wires.cut(server)
    }

    private var allWires: [Wires] { state.withLock { $0.wires.values.compactMap(\.wires) } }
}

extension ServerSigns {
    /// Asks servers of a set by connections of their own.
    static func asking(_ url: Secret, _ dialler: ServerDialler) -> Ask {
        { server, limit in
            let dialled = Locked<Result<Int32, DialFailure>?>(nil)
            let wires = Wires(dial: { target in
                let outcome = Result { () throws(DialFailure) in try dialler.dial(target) }
                dialled.withLock { $0 = outcome }
                return outcome
            })
            let start = ContinuousClock.now
            // A path must not pass for the end of the hosts.
            let name = server.replacing("/", with: "%2F")
            switch url.reveal({ unsafe wires.ask(name, of: $0, within: limit) }) {
            case LOGFERRY_MONGO_PRIMARY: return .primary
            case LOGFERRY_MONGO_OTHER: return .other
            default: break
            }
            switch dialled.withLock({ $0 }) {
            case .success: return ContinuousClock.now - start >= limit * 0.9 ? .nothing : .refused
            case .failure(let failure): return answer(failure.code)
            case nil: return .unasked
            }
        }
    }
}

/// What a server says by not taking a connection; 0 when its name was not found.
private func answer(_ code: Int32) -> ServerSigns.Answer {
    switch code {
    case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ETIMEDOUT: .nothing
    case ECONNREFUSED, ECONNRESET: .refused
    default: .unasked
    }
}

extension Wires {
    /// Whether a call waits for a server, which has been silent for at least so long.
    fileprivate func isWaiting(for server: String, longerThan silence: Duration = .zero) -> Bool {
        let sight = sight
        return sight.server == server && sight.silence >= silence
    }
}
