import BlockingExecutor
import CRedis
import DistributedLock
import LogModel

/// One connection to one server, on a thread of its own, made anew when it is lost.
@safe actor RedisConnection {
    /// How long connecting may take.
    ///
    /// Callers wait no longer than for any other call; a later one finds it done.
    private static let connectLimit: Duration = .seconds(2)

    nonisolated let address: RedisAddress
    private let entropy: any Entropy
    private let thread: DedicatedThread
    private var context: RedisContext?
    private var backoff = Backoff()
    private var lastFailure: RedisFailure?
    /// Whether a command was sent whose answer never came: it may have been carried out.
    private var isUncertain = false
    private var isThreadReady = false

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

    init(to address: RedisAddress, entropy: any Entropy) {
        self.address = address
        self.entropy = entropy
        thread = DedicatedThread(name: "redis-\(address.port)")
    }

    /// How urgent a call is.
    enum Urgency {
        /// It is of no use after this moment, and not begun then.
        case until(ContinuousClock.Instant)
        /// It is of use whenever it comes to it, and takes this long then. Back-off does not hold it up when it undoes
        /// what an earlier call may have done.
        case always(Duration)
    }

    /// Runs a script.
    ///
    /// It is synchronous from its first C call to its last, so that no two commands mix.
    func run(
        _ script: RedisScript, keys: [String], _ arguments: [String], _ urgency: Urgency
    ) throws(RedisFailure) -> RedisReply {
        try attempt(urgency) { context, deadline throws(RedisFailure) in
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
    func info(_ section: String, _ urgency: Urgency) throws(RedisFailure) -> String {
        try attempt(urgency) { context, deadline throws(RedisFailure) in
            switch try context.exchange(["INFO", section], until: deadline) {
            case .text(let text): return text
            case .failure(let text): throw RedisFailure(answer: text, to: .inform)
            default: throw RedisFailure(.broken, "gave an answer of an unknown form")
            }
        }
    }

    private func attempt<Value>(
        _ urgency: Urgency, _ body: (RedisContext, ContinuousClock.Instant) throws(RedisFailure) -> Value
    ) throws(RedisFailure) -> Value {
        if case .until(let end) = urgency, ContinuousClock.now >= end { throw RedisConnection.late }
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
            isUncertain = false
            return value
        } catch {
            isUncertain = true
            // Also after a plain refusal: a password that was changed, or a server that became a replica, is met anew.
            drop(error)
            throw error
        }
    }

    private func connected(_ urgency: Urgency) throws(RedisFailure) -> RedisContext {
        if let context, context.isQuiet { return context }
        context = nil
        let isUndoing = if case .always = urgency { isUncertain } else { false }
        if !isUndoing, let notBefore = backoff.notBefore, ContinuousClock.now < notBefore {
            throw lastFailure ?? RedisConnection.late
        }
        if !isThreadReady {
            logferry_block_sigpipe()
            isThreadReady = true
        }
        do throws(RedisFailure) {
            let fresh = try RedisContext(to: address, within: RedisConnection.connectLimit)
            try prepare(fresh, until: .now + RedisConnection.connectLimit)
            context = fresh
            return fresh
        } catch {
            drop(error)
            throw error
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

    private func drop(_ failure: RedisFailure) {
        context = nil
        lastFailure = failure
        backoff.fail(at: .now, entropy)
    }

    private static let late = RedisFailure(.unavailable, "did not answer in time")
}
