import LogModel
import SystemAdapter

/// How processes of this machine find the embedded file store of a data folder, and nothing else.
///
/// A running store listens on a Unix domain socket in its own folder, which only its owner may enter, and leaves the
/// address of its other listener beside it. Whoever can make a socket there can read the store's key too, so the key is
/// sent to nobody who does not have it (`Docs/Decisions/0022-the-embedded-stores-key-stays-in-its-folder.md`).
struct EmbeddedStoreDoor: Sendable {
    /// The store's folder.
    let folder: String

    private var addressFile: String { folder + "/address" }

    /// Where the socket is, for people.
    var shownSocket: String { folder + "/socket" }

    /// The socket to listen on or to connect to.
    /// - Throws: ``FileTrouble`` when the folder is missing, or others could have put a socket there.
    func socket() throws(FileTrouble) -> SocketPath {
        guard try isThere() else { throw FileTrouble(words: "there is no folder \(folder)") }
        return try SocketPath("socket", in: folder)
    }

    /// Makes sure that the store can listen: nothing but the socket of an earlier process is in its place.
    /// - Throws: ``FileTrouble``, which names the path and says what to do.
    func demandPlace() throws(FileTrouble) {
        guard let obstacle = try SocketPath.obstacle(at: shownSocket) else { return }
        throw FileTrouble(
            words: "cannot listen on \(shownSocket): \(obstacle) is in the place of its socket: remove it, or move it "
                + "away")
    }

    /// Whether the store's folder is there.
    /// - Throws: ``FileTrouble`` when others could have put a socket there.
    func isThere() throws(FileTrouble) -> Bool {
        guard let facts = try PrivateFile.facts(folder, followsLinks: false) else { return false }
        if let complaint = FileTrust(user: ProcessUser.id).complaint(aboutStore: facts, at: folder) {
            throw FileTrouble(words: complaint)
        }
        return true
    }

    /// Leaves the address of the store's listener for other processes.
    /// - Throws: ``FileTrouble``.
    func announce(_ url: String) throws { try PrivateFile.replace(addressFile, Array((url + "\n").utf8)) }

    /// The address that the store listened on when it ran last; `nil` when it never ran.
    var announced: String? {
        guard let found = try? PrivateFile.read(addressFile, upTo: 512, followsLinks: false) else { return nil }
        let text = String(decoding: found.bytes, as: UTF8.self).prefix { !$0.isNewline }
        return text.hasPrefix("http://") ? String(text) : nil
    }
}

/// The socket of an embedded file store.
public struct StoreSocket: Sendable {
    private let path: SocketPath
    private let shown: String

    /// Names a socket.
    /// - Parameters:
    ///   - path: what to bind.
    ///   - shown: the path for people, who can do nothing with that of a descriptor.
    init(_ path: SocketPath, shown: String) {
        self.path = path
        self.shown = shown
    }

    /// What to bind, as long as the value lives.
    public var text: String { path.text }

    /// Lets nobody but the owner connect, once it is bound; until then its folder keeps others out.
    public func keepToOwner() { PrivateFile.close(path.text) }

    /// What an error of a listener that could not open on the socket is to those who started the process.
    public func listeningError(_ error: any Error) -> any Error {
        let words = String(describing: error)
        guard words.contains("bind(") || words.contains("UnixDomainSocketPathWrongType") else { return error }
        return SettingsError(
            "the embedded file store: cannot listen on \(shown) (\(words)): remove what is there, and check the rights "
                + "of its folder")
    }
}
