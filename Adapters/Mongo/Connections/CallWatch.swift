import BlockingExecutor
import HostLookup
import StoreSupport

/// Sees to it that the callers of a store are answered even when a thread does not come back from the client library.
///
/// libmongoc cannot be interrupted, but its connections can be ended: then it goes on with another server, if there is
/// one in time, see ``ServerSigns``. A thread that does not come back all the same is given up with its connection, and
/// counted. When there are as many as there may be, nothing is begun that could add another one.
final class CallWatch: Sendable {
    let limits: MongoLimits
    let lookup: HostLookup
    let observe: @Sendable (StoreEvent) -> Void
    private let keeper = CallKeeper(interval: .milliseconds(250))

    /// - Parameters:
    ///   - limits: how long what may take.
    ///   - lookup: finds the addresses of hosts.
    ///   - observe: is told of what was given up.
    init(
        limits: MongoLimits = MongoLimits(), lookup: HostLookup = .system,
        observe: @escaping @Sendable (StoreEvent) -> Void = { _ in }
    ) {
        self.limits = limits
        self.lookup = lookup
        self.observe = observe
    }

    /// How many threads are inside of the client library although their calls were given up.
    var held: Int { keeper.held }

    /// Makes sure that another thread may go into the client library.
    /// - Throws: ``MongoError``.
    func admit() throws(MongoError) {
        let held = held
        guard held < limits.heldThreads else {
            throw MongoError(
                .busy,
                "\(held) threads have not come back from the client library: no connection is made until one has")
        }
    }

    /// Waits for a call as long as there are signs that it will be answered.
    /// - Parameters:
    ///   - call: the call.
    ///   - wires: the connections that its thread uses.
    ///   - signs: what is known of the servers.
    ///   - late: what is done when the thread comes back after the call was given up.
    ///   - body: hands the work to the thread, and returns when it is done.
    /// - Returns: what `body` returns.
    /// - Throws: what `body` throws, ``MongoError``, or `CancellationError`.
    func follow<Value: Sendable>(
        _ call: MongoCall, _ wires: Wires, _ signs: ServerSigns, late: @escaping @Sendable () async -> Void,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withTaskCancellationHandler {
            try await keeper.follow(judge: { self.judge(call, wires, signs) }, late: late, body)
        } onCancel: {
            call.cancel()
        }
    }

    /// Waits until a connection is closed, but not for long.
    func close(_ wires: Wires, _ body: @escaping @Sendable () async -> Void) async {
        let end = ContinuousClock.now + limits.stuck
        let judge = { @Sendable () -> CallKeeper.GivingUp? in
            guard ContinuousClock.now > end else { return nil }
            return { _ in
                wires.end()
                return CancellationError()
            }
        }
        try? await keeper.follow(judge: judge, late: {}, body)
    }

    /// Looks at the server that a call waits for, and gives the call up when its time is over.
    private func judge(_ call: MongoCall, _ wires: Wires, _ signs: ServerSigns) -> CallKeeper.GivingUp? {
        let sight = wires.sight
        if let heard = sight.heard { call.hear(at: heard) }
        if let server = sight.server, sight.silence >= limits.silence {
            signs.look(at: server)
            if let sign = signs.sign(of: server) { call.hear(at: sign) }
        }
        if sight.server == nil { signs.lookAgain() }
        // A server bounds its work on a commit itself; one whose answers do not arrive says nothing of that.
        let limit = call.sight.isCommitting ? limits.commit + limits.silence : wires.answerLimit ?? limits.answer
        let isSlow = sight.server != nil && sight.asked > limit
        guard let (verdict, what) = call.giveUp(limits, isSlow: isSlow, isWatched: wires.isWatched) else { return nil }
        let isWaiting = sight.server != nil
        return { [self] held in
            wires.end()
            return error(verdict, what, isWaiting: isWaiting, held: held)
        }
    }

    /// What the caller is told; a thread that waits for no server looks for one, or is stuck elsewhere.
    private func error(
        _ verdict: MongoCall.Verdict, _ sight: MongoCall.Sight, isWaiting: Bool, held: Int
    ) -> any Error {
        let time = (ContinuousClock.now - sight.since).inSeconds
        let (reason, words): (GivenUpCall.Reason, String) =
            switch verdict {
            case .unheard(let duration):
                (isWaiting ? .silent : .stuck, "no primary has given a sign for \(duration.inSeconds)")
            case .slow: (.slow, "the server did not answer in time: \(time)")
            case .cancelled: (.stuck, "cancelled, and the thread has not come back from the client library")
            }
        // That somebody went away is nobody's failure, and no trouble of the server's.
        if !sight.isCommitting, case .cancelled = verdict { return CancellationError() }
        report(sight.isCommitting ? .commit : reason, sight, held: held)
        return MongoError(.network, "\(words): \(sight.what)", isOutcomeUnknown: sight.isCommitting)
    }

    /// Says that a call was given up, or the connection that it waited on.
    func report(_ reason: GivenUpCall.Reason, _ sight: MongoCall.Sight, held: Int? = nil) {
        observe(
            .callGivenUp(
                GivenUpCall(
                    reason: reason, waitedFor: sight.what, duration: .now - sight.since,
                    threadsHeld: held ?? self.held)))
    }
}
