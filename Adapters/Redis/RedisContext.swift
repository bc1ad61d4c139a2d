import CRedis
import DistributedLock

/// One connected hiredis context; used by one thread at a time.
@safe final class RedisContext {
    /// The address that it is connected to.
    let host: String
    private let raw: UnsafeMutablePointer<redisContext>
    private let limits: RedisLimits

    /// Connects.
    /// - Parameters:
    ///   - host: an address; a name would be looked up without a limit.
    ///   - port: the port.
    ///   - limit: how long it may take.
    ///   - limits: how long an answer may be.
    /// - Throws: ``RedisFailure``.
    init(
        to host: String, _ port: Int32, within limit: Duration, _ limits: RedisLimits = RedisLimits()
    ) throws(RedisFailure) {
        self.limits = limits
        self.host = host
        let time = timeval(limit)
        guard let fresh = unsafe redisConnectWithTimeout(host, port, time) else {
            throw RedisFailure(.unavailable, "cannot be connected to: there is no memory")
        }
        guard unsafe fresh.pointee.err == 0 else {
            defer { unsafe redisFree(fresh) }
            throw unsafe RedisFailure(
                .unavailable,
                "cannot be connected to: \(RedisContext.error(of: fresh)): check its address in redis.urls, and that the "
                    + "server runs")
        }
        // Writes of a few hundred bytes wait only when the server has not read for long.
        unsafe redisSetTimeout(fresh, time)
        unsafe redisEnableKeepAlive(fresh)
        unsafe logferry_redis_bound_arrays(fresh)
        unsafe raw = fresh
    }

    deinit { unsafe redisFree(raw) }

    /// Whether nothing has come from the server since its last answer; what would come is the connection's end.
    var isQuiet: Bool { unsafe logferry_redis_wait(raw, 0) == 0 }

    /// Sends one command and waits for its answer.
    ///
    /// After an error the context is of no use: the answer may still come.
    func exchange(_ command: [String], until deadline: ContinuousClock.Instant) throws(RedisFailure) -> RedisReply {
        try send(command)
        while true {
            if let reply = try received() { return reply }
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { throw RedisFailure(.unavailable, "did not answer in time") }
            let state = unsafe logferry_redis_wait(raw, Int32(clamping: left.milliseconds))
            guard state != 0 else { continue }
            guard state > 0, unsafe redisBufferRead(raw) == REDIS_OK else { throw lost() }
            guard unsafe raw.pointee.reader.pointee.len <= limits.answerBytes else {
                throw RedisContext.tooLong
            }
        }
    }

    private static let tooLong = RedisFailure(.broken, "gave an answer that is far too long")

    private func send(_ command: [String]) throws(RedisFailure) {
        let queued = unsafe withArguments(command) { pointers, lengths in
            unsafe redisAppendCommandArgv(raw, Int32(command.count), pointers, lengths)
        }
        guard queued == REDIS_OK else { throw lost() }
        var isDone: Int32 = 0
        while isDone == 0 {
            guard unsafe redisBufferWrite(raw, &isDone) == REDIS_OK else { throw lost() }
        }
    }

    /// An answer that has come as a whole, if there is one.
    private func received() throws(RedisFailure) -> RedisReply? {
        var reply: UnsafeMutableRawPointer?
        guard unsafe redisGetReplyFromReader(raw, &reply) == REDIS_OK else { throw lost() }
        guard let reply = unsafe reply else { return nil }
        defer { unsafe freeReplyObject(reply) }
        return unsafe RedisReply(UnsafePointer(reply.assumingMemoryBound(to: redisReply.self)))
    }

    private func lost() -> RedisFailure {
        switch unsafe raw.pointee.err {
        case REDIS_ERR_EOF: RedisFailure(.unavailable, "closed the connection")
        case REDIS_ERR_PROTOCOL: RedisFailure(.broken, "does not speak Redis' protocol")
        case REDIS_ERR_OOM: RedisContext.tooLong
        default: unsafe RedisFailure(.unavailable, "lost the connection: \(RedisContext.error(of: raw))")
        }
    }

    private static func error(of context: UnsafeMutablePointer<redisContext>) -> String {
        unsafe String(cString: logferry_redis_error(context))
    }
}

/// Lends C arrays of pointers and lengths for the span of one call.
private func withArguments<Result>(
    _ texts: [String],
    _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int>?) -> Result
) -> Result {
    let bytes = texts.flatMap { Array($0.utf8) }.map { CChar(bitPattern: $0) } + [0]
    let lengths = texts.map(\.utf8.count)
    return unsafe bytes.withUnsafeBufferPointer { bytes in
        var offset = 0
        var pointers = unsafe lengths.map { length in
            defer { offset += length }
            return unsafe bytes.baseAddress.map { unsafe $0 + offset }
        }
        return unsafe pointers.withUnsafeMutableBufferPointer { table in
            unsafe lengths.withUnsafeBufferPointer { counts in unsafe body(table.baseAddress, counts.baseAddress) }
        }
    }
}

extension timeval {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

extension Duration {
    /// Whole milliseconds, rounded up: a lock must not end on a server before it ends for its holder.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return overflow ? .max : product + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
