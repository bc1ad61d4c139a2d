import DistributedLock

/// Why a command did not bring an answer that can be used.
///
/// What a server says can repeat the command, password and all: only the code that it begins with is ever shown.
struct RedisFailure: Error {
    let reason: LockStoreError.Reason
    /// What went wrong, as the rest of a sentence that begins with the server's address.
    let detail: String

    init(_ reason: LockStoreError.Reason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    var asStoreError: LockStoreError { LockStoreError(reason, detail: detail) }
}

extension RedisFailure {
    /// What an error that the server answered means.
    /// - Parameters:
    ///   - text: the answer.
    ///   - step: what it was asked for.
    init(answer text: String, to step: RedisStep) {
        // Errors inside a script are wrapped differently from version to version.
        let code = RedisFailure.known.first { text.hasPrefix($0.0 + " ") || text == $0.0 || text.contains("-\($0.0) ") }
        if let (_, reason, meaning) = code {
            self.init(reason, meaning)
        } else if RedisFailure.isUnknownCommand(text), step == .script {
            self.init(
                .broken, "has neither EVALSHA nor EVAL: scripts are disabled or renamed, and a lock cannot do without")
        } else if text.hasPrefix("ERR max number of clients") {
            self.init(.unavailable, "has as many clients as it may have")
        } else {
            self.init(.broken, "refused \(step.rawValue)\(RedisFailure.shownCode(of: text))")
        }
    }

    static func isUnknownCommand(_ text: String) -> Bool { text.hasPrefix("ERR unknown command") }

    private static func shownCode(of text: String) -> String {
        let code = text.prefix { $0.isASCII && $0.isLetter && $0.isUppercase }
        return code.isEmpty || code.utf8.count > 20 ? "" : " with the code \(code)"
    }

    private static let known: [(String, LockStoreError.Reason, String)] = [
        ("NOAUTH", .broken, "asks for a password, and its URL has none"),
        ("WRONGPASS", .broken, "refuses the user or the password of its URL"),
        ("NOPERM", .broken, "does not let this user do what a lock needs: EVALSHA, EVAL and the keys logferry:*"),
        ("DENIED", .broken, "is in protected mode and takes no connections from here"),
        ("READONLY", .broken, "is a replica: name the master"),
        ("MOVED", .broken, "is part of a cluster; a lock needs independent masters"),
        ("CROSSSLOT", .broken, "is part of a cluster; a lock needs independent masters"),
        ("CLUSTERDOWN", .broken, "is part of a cluster; a lock needs independent masters"),
        ("WRONGTYPE", .broken, "has something else under the lock's keys, logferry:lock: and logferry:fence:"),
        ("LOADING", .unavailable, "is still loading its data"),
        ("BUSY", .unavailable, "is busy with another script"),
        ("OOM", .unavailable, "has no memory left for a lock"),
        ("MISCONF", .unavailable, "takes no writes, since it cannot save its data"),
        ("NOREPLICAS", .unavailable, "takes no writes, since it has too few replicas"),
        ("MASTERDOWN", .unavailable, "is a replica that has lost its master"),
    ]
}

/// What a command is for.
enum RedisStep: String {
    case signIn = "the user or the password of its URL"
    case chooseDatabase = "the number of the database in its URL"
    case script = "the script of a lock"
    case inform = "to tell about itself"
}
