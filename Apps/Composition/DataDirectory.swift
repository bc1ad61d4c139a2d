public import LogModel
import Logging
import SystemAdapter

/// The folder in which a machine keeps what is its own: the embedded store, local files, keys and its node id.
public struct DataDirectory: Sendable {
    /// Where it is.
    public let path: String
    /// What operators should know about it: others who own it or may write it.
    public let concern: String?
    private let trust: FileTrust

    /// Opens the folder.
    /// - Parameters:
    ///   - path: where it is.
    ///   - makes: whether it is made, for its owner only, when it is missing, and must be writable.
    /// - Throws: ``SettingsError`` when it cannot be made, looked at or written.
    public init(_ path: String, makes: Bool = true) throws {
        self.path = path
        do throws(FileTrouble) {
            if makes, try PrivateFolder.make(path) { PrivateFolder.synchronize(path + "/..") }
            let facts = try PrivateFile.facts(path)
            if makes, !PrivateFolder.isWritable(path) { throw FileTrouble(words: "\(path) is not writable") }
            trust = FileTrust(user: ProcessUser.id, folderOwner: facts?.owner)
            concern = facts.flatMap { FileTrust(user: ProcessUser.id).concern(about: $0, at: path) }
        } catch {
            throw SettingsError("the data folder: \(error): name another one with data.dir, or change its rights")
        }
    }

    /// Logs what operators should know about the folder and about the machine's clock.
    func logConcerns(at now: Timestamp, to logger: Logger) {
        for concern in [concern, now.clockConcern] {
            if let concern { logger.warning("\(concern)") }
        }
    }

    /// The folder of the embedded file store.
    public var localFimidara: String { path + "/local-fimidara" }

    /// This machine's id, made at first use.
    /// - Throws: ``SettingsError``.
    public func nodeID(at now: Timestamp, from entropy: any Entropy) throws -> String {
        if let known = try existingNodeID() { return known }
        let made = ULID.mint(at: now, from: entropy)
        return try appear("node-id", made) ? made : try existingNodeID() ?? made
    }

    /// This machine's id, if it was made before.
    /// - Throws: ``SettingsError``.
    public func existingNodeID() throws -> String? {
        guard let contents = try contents(of: "node-id") else { return nil }
        let text = String(decoding: contents.bytes, as: UTF8.self)
        guard let id = text.split(whereSeparator: \.isWhitespace).first else {
            throw SettingsError(
                "\(path)/node-id is empty: restore it from a backup, or remove it to be another machine")
        }
        return String(id)
    }

    /// A key of this machine, made at first use: 64 hexadecimal digits.
    /// - Throws: ``SettingsError`` when there is one that cannot be trusted or is none.
    public func secret(_ name: String, from entropy: any Entropy) throws -> Secret {
        if let known = try existingSecret(name) { return known }
        let text = base16(entropy.bytes(32))
        return try appear(name, text) ? Secret(text) : try existingSecret(name) ?? Secret(text)
    }

    /// A key of this machine, if it was made before.
    /// - Throws: ``SettingsError`` when there is one that cannot be trusted or is none.
    public func existingSecret(_ name: String) throws -> Secret? {
        guard let contents = try contents(of: name) else { return nil }
        let file = path + "/" + name
        if let complaint = trust.complaint(about: contents.facts, at: file) { throw SettingsError(complaint) }
        do throws(KeyFault) {
            return try KeyRule.key(String(decoding: contents.bytes, as: UTF8.self))
        } catch {
            throw SettingsError(
                "the key file \(file) \(error); remove the file to have a new key made, or write one into it")
        }
    }

    /// Keeps a secret of this machine in place of an earlier one.
    /// - Throws: ``SettingsError``.
    public func replace(_ name: String, with secret: Secret) throws {
        do throws(FileTrouble) {
            try PrivateFile.replace(path + "/" + name, secret.reveal { Array(($0 + "\n").utf8) })
        } catch {
            throw DataDirectory.notWritten(error)
        }
    }

    private func contents(of name: String) throws -> PrivateFile.Contents? {
        do throws(FileTrouble) {
            return try PrivateFile.read(path + "/" + name, upTo: 64 << 10, followsLinks: false)
        } catch {
            throw SettingsError("\(error): check the rights of the data folder, or remove what is there")
        }
    }

    /// Makes a file so that of two processes that make it at once both get the same text.
    ///
    /// It is on the disk when this returns: a node id that was lost would make another node of this machine, and its
    /// files would be taken again.
    /// - Returns: `false` when another process has made it meanwhile.
    private func appear(_ name: String, _ text: String) throws -> Bool {
        do throws(FileTrouble) {
            return try PrivateFile.appear(path + "/" + name, Array((text + "\n").utf8))
        } catch {
            throw DataDirectory.notWritten(error)
        }
    }

    private static func notWritten(_ trouble: FileTrouble) -> SettingsError {
        SettingsError("\(trouble): make room, or check the rights of the data folder")
    }
}
