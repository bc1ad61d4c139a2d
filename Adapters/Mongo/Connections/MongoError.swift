internal import CMongo

/// What libmongoc or a server said when something did not work.
struct MongoError: Error, Sendable {
    /// Whose fault it was.
    enum Fault: Sendable, Hashable {
        /// A call that this program should not have made.
        case call
        /// The server refused, with a code of its own.
        case server(code: Int)
        /// The connection broke, or no server could be reached in time.
        case network
        /// The server does not know the user or the password.
        case authentication
        /// The URL is no good.
        case url
        /// All connections were taken for too long, or too many callers wait for one.
        case busy
        /// The database was closed.
        case closed
    }

    let fault: Fault
    /// Nothing of the transaction was applied, and the whole of it may be tried again.
    let isTransient: Bool
    /// Whether the transaction was applied is unknown.
    let isOutcomeUnknown: Bool
    let message: String

    init(_ fault: Fault, _ message: String, isTransient: Bool = false, isOutcomeUnknown: Bool = false) {
        self.fault = fault
        self.isTransient = isTransient
        self.isOutcomeUnknown = isOutcomeUnknown
        self.message = message
    }

    /// What a server says of one write, in an answer that is none of an error: `{code, errmsg, …}`.
    init(of answer: BSONDocument) throws(MalformedDocument) {
        let code = Int(try answer.number("code"))
        let said = (try? answer.text("errmsg")) ?? ""
        self.init(.server(code: code), code == ServerCode.duplicateKey ? MongoError.takenKey : said)
    }

    init(_ error: logferry_mongo_error) {
        fault =
            switch error.fault {
            case LOGFERRY_MONGO_SERVER: .server(code: Int(error.code))
            case LOGFERRY_MONGO_NETWORK: .network
            case LOGFERRY_MONGO_AUTHENTICATION: .authentication
            case LOGFERRY_MONGO_URL: .url
            default: .call
            }
        isTransient = error.is_transient
        isOutcomeUnknown = error.is_unknown_commit
        message = MongoError.text(error)
    }

    /// The same with more words.
    func adding(_ words: String) -> MongoError {
        MongoError(
            fault, "\(message) (\(words))", isTransient: isTransient, isOutcomeUnknown: isOutcomeUnknown)
    }

    private static let takenKey = "a key is taken already"

    /// What a server says of a key that is taken holds the key, and of a bad URL the library says parts of it.
    private static func text(_ error: logferry_mongo_error) -> String {
        if error.fault == LOGFERRY_MONGO_URL { return "the URL cannot be read" }
        if error.fault == LOGFERRY_MONGO_SERVER, Int(error.code) == ServerCode.duplicateKey {
            return takenKey
        }
        return unsafe withUnsafeBytes(of: error.message) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// Whether a transaction met another write of what it writes, or found that what it builds on has changed.
    var isConflict: Bool { isTransient && (fault == .server(code: ServerCode.writeConflict) || fault == .call) }

    /// Whether a document was refused since its key is taken.
    var isDuplicateKey: Bool { fault == .server(code: ServerCode.duplicateKey) }
}

/// Codes of errors as servers give them.
enum ServerCode {
    static let unauthorized = 13
    static let duplicateKey = 11_000
    static let illegalOperation = 20
    static let writeConflict = 112
    static let diskFull = 14_031

    /// What passes by itself: elections and restarts, time limits, a full disk, a transaction that met another.
    static let passing: Set<Int> = [
        6, 7, 24, 43, 46, 50, 64, 89, 91, 112, 134, 189, 202, 225, 239, 244, 251, 262, 317, 9001, 10_107, 11_600,
        11_601, 11_602, 13_388, 13_435, 13_436, diskFull,
    ]
}
