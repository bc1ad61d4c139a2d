import BlockingExecutor
import CRedis
import DistributedLock
import Glibc
import HostLookup
import LogModel

/// One connection to one server, on a thread of its own, made anew when it is lost.
@safe actor RedisConnection {
    nonisolated let address: RedisAddress
    private let entropy: any Entropy
    private let limits: RedisLimits
    private let lookup: HostLookup
    private let thread: DedicatedThread
    private var context: RedisContext?
    private var backoff: Backoff
    private var lastFailure: RedisFailure?
    /// Whether a command was sent whose answer never came: it may have been carried out.
    private var isUncertain = false
    /// Whether to undo that was not tried yet; only once it may come before the end of a pause.
    private var mayUndoAtOnce = false
    private var isThreadReady = false
    /// The addresses of the host that failed last, the latest at the end.
    private var failed: [String] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    init(
        to address: RedisAddress, entropy: any Entropy, limits: RedisLimits = RedisLimits(),
        lookup: HostLookup = .system
    ) {
        self.address = address
        self.entropy = entropy
        self.limits = limits
        self.lookup = lookup
        backoff = Backoff(limits)
        thread = DedicatedThread(name: "redis-\(address.port)")
    }

    /// How urgent a call is.
    enum Urgency {
        /// It is of no use after this moment, and not begun then.
        case until(ContinuousClock.Instant)
        /// It is of use for some seconds, and takes this long when it comes to it. Back-off does not hold it up when it is
        /// the first that undoes what an earlier call may have done.
        case always(Duration)
    }

    /// Runs a script.
    ///
    /// It is synchronous from its first C call to its last, so that no two commands mix.
    func run(
        _ script: RedisScript, keys: [String], _ arguments: [String], _ urgency: Urgency,
        since asked: ContinuousClock.Instant = .now
    ) throws(RedisFailure) -> RedisReply {
        try attempt(urgency, asked) { context, deadline throws(RedisFailure) in
            let rest = [String(keys.count)] + keys + arguments
            var reply = try context.exchange(["EVALSHA", script.digest] + rest, until: deadline)
            if case .failure(let text) = reply, text.hasPrefix("NOSCRIPT") || RedisFailure.isUnknownCommand(text) {
                reply = try context.exchange(["EVAL", script.text] + rest, until: deadline)
            }
            if case .failure(let text) = reply { throw RedisFailure(answer: text, to: .script) }
            return reply
        }
    }

    /// What the server says about itself.
    func info(
        _ section: String, _ urgency: Urgency, since asked: ContinuousClock.Instant = .now
    ) throws(RedisFailure) -> String {
        try attempt(urgency, asked) { context, deadline throws(RedisFailure) in
            switch try context.exchange(["INFO", section], until: deadline) {
            case .text(let text): return text
            case .failure(let text): throw RedisFailure(answer: text, to: .inform)
            default: throw RedisFailure(.broken, "gave an answer of an unknown form")
            }
        }
    }

    private func attempt<Value>(
        _ urgency: Urgency, _ asked: ContinuousClock.Instant,
        _ body: (RedisContext, ContinuousClock.Instant) throws(RedisFailure) -> Value
    ) throws(RedisFailure) -> Value {
        switch urgency {
        case .until(let end): guard ContinuousClock.now < end else { throw RedisConnection.late }
        case .always: guard .now - asked < limits.release else { throw RedisConnection.late }
        }
        let context = try connected(urgency)
        let deadline: ContinuousClock.Instant
        switch urgency {
        case .until(let end): deadline = end
        case .always(let limit): deadline = .now + limit
        }
        guard ContinuousClock.now < deadline else { throw RedisConnection.late }
        do throws(RedisFailure) {
            let value = try body(context, deadline)
            backoff.succeed()
            failed.removeAll { $0 == context.host }
            isUncertain = false
            return value
        } catch {
            isUncertain = true
            // It may take connections and say nothing: another one has its turn.
            note(failureOf: context.host)
            if case .until = urgency { mayUndoAtOnce = true }
            // Also after a plain refusal: a password that was changed, or a server that became a replica, is met anew.
            drop(error)
            throw error
        }
    }

    private func connected(_ urgency: Urgency) throws(RedisFailure) -> RedisContext {
        if let context, context.isQuiet { return context }
        context = nil
        let isUndoing = if case .always = urgency { isUncertain && mayUndoAtOnce } else { false }
        if isUndoing { mayUndoAtOnce = false }
        if !isUndoing, let notBefore = backoff.notBefore, ContinuousClock.now < notBefore {
            throw lastFailure ?? RedisConnection.late
        }
        if !isThreadReady {
            logferry_block_sigpipe()
            isThreadReady = true
        }
        do throws(RedisFailure) {
            let fresh = try opened()
            context = fresh
            return fresh
        } catch {
            drop(error)
            throw error
        }
    }

    /// Connects to the first of the host's addresses that answers.
    ///
    /// Callers wait no longer than for any other call; a later one finds it done.
    private func opened() throws(RedisFailure) -> RedisContext {
        let end = ContinuousClock.now + limits.connect
        let found = try hosts(until: end)
        failed.removeAll { !found.contains($0) }
        let hosts = found.filter { !failed.contains($0) } + failed
        var failure = RedisFailure(.unavailable, "cannot be connected to: its name has no address")
        for (index, host) in hosts.enumerated() {
            let left = end - .now
            guard left > .zero else { break }
            do throws(RedisFailure) {
                // Each address that is left has its turn.
                let patience = index == hosts.count - 1 ? left : min(left / (hosts.count - index), limits.address)
                let due = ContinuousClock.now + patience
                let fresh = try RedisContext(to: host, address.port, within: patience, limits)
                try prepare(fresh, until: due)
                return fresh
            } catch {
                // What a server says about us others would say as well.
                if error.reason == .broken { throw error }
                note(failureOf: host)
                failure = error
            }
        }
        throw failure
    }

    /// The addresses of the host, looked up on another thread when it is a name.
    private func hosts(until end: ContinuousClock.Instant) throws(RedisFailure) -> [String] {
        var numbers = in6_addr()
        let isNumber = [AF_INET, AF_INET6].contains { unsafe inet_pton($0, address.host, &numbers) == 1 }
        guard !isNumber else { return [address.host] }
        do {
            return try lookup.addresses(of: address.host, until: end, limit: limits.lookups)
        } catch {
            throw RedisFailure(.unavailable, "cannot be connected to: \(error.description)")
        }
    }

    private func prepare(_ context: RedisContext, until deadline: ContinuousClock.Instant) throws(RedisFailure) {
        if let password = address.password?.reveal({ $0 }) {
            let command = ["AUTH"] + (address.user.map { [$0] } ?? []) + [password]
            if case .failure(let text) = try context.exchange(command, until: deadline) {
                throw RedisFailure(answer: text, to: .signIn)
            }
        }
        if address.database != 0 {
            let command = ["SELECT", String(address.database)]
            if case .failure(let text) = try context.exchange(command, until: deadline) {
                throw RedisFailure(answer: text, to: .chooseDatabase)
            }
        }
    }

    private func note(failureOf host: String) {
        failed.removeAll { $0 == host }
        failed.append(host)
    }

    private func drop(_ failure: RedisFailure) {
        context = nil
        lastFailure = failure
        backoff.fail(at: .now, entropy)
    }

    private static let late = RedisFailure(.unavailable, "did not answer in time")
}
