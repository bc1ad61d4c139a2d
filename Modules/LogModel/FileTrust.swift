/// The facts about a file or a folder that trust depends on.
public struct FileFacts: Sendable, Hashable {
    /// The kind of the entry.
    public enum Kind: Sendable, Hashable {
        /// A regular file.
        case file
        /// A folder.
        case folder
        /// A device, a pipe, a socket or a link.
        case other
    }

    /// The kind of the entry.
    public let kind: Kind
    /// The user id of its owner.
    public let owner: UInt32
    /// The permission bits: `0o600` and the like.
    public let mode: UInt32
    /// Whether its file system is mounted read-only, as Docker, Kubernetes and systemd mount secrets.
    public let isReadOnly: Bool

    /// Makes facts.
    public init(kind: Kind, owner: UInt32, mode: UInt32, isReadOnly: Bool = false) {
        self.kind = kind
        self.owner = owner
        self.mode = mode
        self.isReadOnly = isReadOnly
    }
}

/// Decides whether a file that holds a secret can be trusted, by rules like those of ssh for private keys.
public struct FileTrust: Sendable {
    /// The user id of this process.
    private let user: UInt32
    /// The owner of the folder that the process was told to use; `nil` for a file that a setting names.
    private let folderOwner: UInt32?

    /// Makes the rules for a user.
    /// - Parameters:
    ///   - user: the user id of this process.
    ///   - folderOwner: the owner of the folder that the file lies in, if that is the data folder. A superuser that
    ///     reads another user's data folder trusts that user.
    public init(user: UInt32, folderOwner: UInt32? = nil) {
        self.user = user
        self.folderOwner = folderOwner
    }

    /// Returns why a file that holds a secret cannot be trusted; `nil` when it can be.
    ///
    /// The owner must be this user or the superuser. No other user may write the file. No other user may read it if
    /// this user owns it. Another owner decides which groups may read the file. A file of a read-only mount cannot be
    /// changed here.
    public func complaint(about facts: FileFacts, at path: String) -> String? {
        guard facts.kind == .file else { return "\(path) is no regular file" }
        guard isTrusted(facts.owner) else {
            return "\(path) belongs to another user (id \(facts.owner)), who could choose the key: run "
                + "\"chown \(user) \(quoted(path))\" if it is yours, or remove it"
        }
        if facts.mode & 0o022 != 0, !facts.isReadOnly {
            return "\(path) can be written by other users (mode \(octal(facts.mode))), who could have chosen the key: "
                + "make a new key, and run \"chmod 600 \(quoted(path))\""
        }
        if facts.mode & 0o044 != 0, facts.owner == user || facts.owner == folderOwner, !facts.isReadOnly {
            return "\(path) can be read by other users (mode \(octal(facts.mode))): run \"chmod 600 \(quoted(path))\", "
                + "and make a new key if others use this machine"
        }
        return nil
    }

    /// Returns why a file of a database cannot be trusted; `nil` when it can be.
    ///
    /// The rule is that of a file that holds a secret, except for this user's own files: a process that starts removes
    /// the rights of others to them.
    public func complaint(aboutDatabase facts: FileFacts, at path: String) -> String? {
        guard facts.kind == .file else { return "\(path) is no regular file" }
        guard isTrusted(facts.owner) else {
            return "\(path) belongs to another user (id \(facts.owner)), who could have written what it holds: run "
                + "\"chown \(user) \(quoted(path))\" if it is yours, or move it away"
        }
        guard facts.owner != user, facts.mode & 0o022 != 0, !facts.isReadOnly else { return nil }
        return "\(path) can be written by other users (mode \(octal(facts.mode))), who could have written what it "
            + "holds: run \"chmod 600 \(quoted(path))\" if you trust it"
    }

    /// Returns why a folder that holds secrets and stores cannot be trusted; `nil` when it can be.
    ///
    /// A user with the right to write to a folder can replace its files.
    public func concern(about facts: FileFacts, at path: String) -> String? {
        // The superuser too: what it finds there and takes for its own may be that user's.
        if facts.owner != user, facts.owner != 0 {
            return "the folder \(path) belongs to another user (id \(facts.owner)), who can replace what is in it"
        }
        // The sticky bit keeps others from replacing files, but not from making files that are not there yet.
        guard facts.mode & 0o022 != 0 else { return nil }
        return
            "the folder \(path) can be written by other users (mode \(octal(facts.mode))), who can put files of their own "
            + "there: run \"chmod go-w \(quoted(path))\""
    }

    /// Returns why the folder of a store's socket cannot be trusted; `nil` when it can be.
    ///
    /// A process that could create a socket there would receive the store's key.
    public func complaint(aboutStore facts: FileFacts, at path: String) -> String? {
        guard facts.kind == .folder else { return "\(path) is no folder" }
        guard facts.owner == user || facts.owner == 0 || user == 0 else {
            return "the folder \(path) belongs to another user (id \(facts.owner)): run this as that user"
        }
        guard facts.mode & 0o022 == 0 else {
            return "the folder \(path) can be written by other users (mode \(octal(facts.mode))): run "
                + "\"chmod 700 \(quoted(path))\""
        }
        return nil
    }

    private func isTrusted(_ owner: UInt32) -> Bool {
        owner == user || owner == 0 || (user == 0 && owner == folderOwner)
    }

    private func octal(_ mode: UInt32) -> String { String(mode & 0o7777, radix: 8) }

    /// Quotes a path for a shell.
    private func quoted(_ path: String) -> String {
        let plain = path.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return plain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
    }
}
