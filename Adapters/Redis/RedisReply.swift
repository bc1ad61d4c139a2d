import CRedis

/// What a server answered, copied out of hiredis' memory.
enum RedisReply: Sendable, Equatable {
    case integer(Int64)
    case text(String)
    case null
    case failure(String)
    case list([RedisReply])

    /// Copies a reply; nested ones are at most seven deep, since hiredis reads no more.
    init(_ raw: UnsafePointer<redisReply>) {
        switch unsafe raw.pointee.type {
        case REDIS_REPLY_INTEGER: self = unsafe .integer(raw.pointee.integer)
        case REDIS_REPLY_STRING, REDIS_REPLY_STATUS: self = unsafe .text(RedisReply.text(of: raw))
        case REDIS_REPLY_ERROR: self = unsafe .failure(RedisReply.text(of: raw))
        case REDIS_REPLY_ARRAY:
            var items: [RedisReply] = []
            for index in unsafe 0..<Int(raw.pointee.elements) {
                if let item = unsafe raw.pointee.element[index] { unsafe items.append(RedisReply(item)) }
            }
            self = .list(items)
        default: self = .null
        }
    }

    private static func text(of raw: UnsafePointer<redisReply>) -> String {
        guard let bytes = unsafe raw.pointee.str else { return "" }
        let buffer = unsafe UnsafeRawBufferPointer(start: bytes, count: Int(raw.pointee.len))
        return unsafe String(decoding: buffer, as: UTF8.self)
    }
}
