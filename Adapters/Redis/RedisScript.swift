/// What a server does about a lock, each as one step that nothing comes between.
///
/// `digest` is the SHA-1 by which a server knows a script that it has run before; a test asks a server for it.
struct RedisScript: Sendable {
    /// What it does, in a word.
    let name: String
    let text: String
    let digest: String

    /// Sets a free lock and counts its fence: the keys of lock and fence; the value, the term in milliseconds.
    static let acquire = RedisScript(
        name: "acquire",
        text: """
            local held = redis.call('GET', KEYS[1])
            if held then return {0, held, redis.call('PTTL', KEYS[1])} end
            local fence = redis.call('INCR', KEYS[2])
            redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            return {1, fence}
            """,
        digest: "68cf6161c6d271e17d263c78d5f06b224af68d01")

    /// Raises the fence of a lock that is held: the keys of lock and fence; the value, the fence.
    static let raise = RedisScript(
        name: "raise",
        text: """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            if tonumber(redis.call('GET', KEYS[2]) or '0') < tonumber(ARGV[2]) then
                redis.call('SET', KEYS[2], ARGV[2])
            end
            return 1
            """,
        digest: "24eda5113fbf8f542a5604279a35e8ec635e4a27")

    /// Prolongs a lock that is held: its key; the value, the term in milliseconds.
    static let extend = RedisScript(
        name: "extend",
        text: """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('PEXPIRE', KEYS[1], ARGV[2])
            """,
        digest: "2deae1ef2395a47a688aa388ceff88bd1c320ba4")

    /// Deletes a lock that is held: its key; the value.
    static let release = RedisScript(
        name: "release",
        text: """
            if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
            return redis.call('DEL', KEYS[1])
            """,
        digest: "708b61c8defb6a8962235c40975ef70c7ff1a0e0")

    /// Tells the value of a lock: its key.
    static let look = RedisScript(
        name: "look", text: "return redis.call('GET', KEYS[1])",
        digest: "d3c21d0c2b9ca22f82737626a27bcaf5d288f99f")

    static let all = [acquire, raise, extend, release, look]
}
