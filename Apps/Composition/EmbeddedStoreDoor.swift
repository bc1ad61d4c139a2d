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

    /// The socket to listen on or to connect to.
    /// - Throws: ``FileTrouble`` when the folder is missing, or others could have put a socket there.
    func socket() throws(FileTrouble) -> SocketPath {
        guard try isThere() else { throw FileTrouble(words: "there is no folder \(folder)") }
        return try SocketPath("socket", in: folder)
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

    init(_ path: SocketPath) { self.path = path }

    /// What to bind, as long as the value lives.
    public var text: String { path.text }

    /// Lets nobody but the owner connect, once it is bound; until then its folder keeps others out.
    public func keepToOwner() { PrivateFile.close(path.text) }
}
