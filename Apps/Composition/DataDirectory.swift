import Foundation
public import LogModel

/// The folder in which a machine keeps what is its own: the embedded store, local files, keys and its node id.
public struct DataDirectory: Sendable {
    /// Where it is.
    public let path: String

    /// Opens the folder, and makes it when it is missing, for its owner only.
    /// - Throws: ``SettingsError`` when it cannot be made or written.
    public init(_ path: String) throws {
        self.path = path
        let isNew = !FileManager.default.fileExists(atPath: path)
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw SettingsError("the data folder \(path) cannot be made: check data.dir and its rights")
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            throw SettingsError("the data folder \(path) is not writable: check data.dir and its rights")
        }
        if isNew { DataDirectory.synchronizeIfPossible(path + "/..") }
    }

    /// The folder of the embedded file store.
    public var localFimidara: String { path + "/local-fimidara" }

    /// This machine's id, made at first use.
    public func nodeID(at now: Timestamp, from entropy: any Entropy) throws -> String {
        try text("node-id") { ULID.mint(at: now, from: entropy) }
    }

    /// A secret of this machine, made at first use: 64 hexadecimal digits.
    public func secret(_ name: String, from entropy: any Entropy) throws -> Secret {
        Secret(
            try text(name) {
                entropy.bytes(32).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            })
    }

    /// A secret of this machine, if it was made before.
    public func existingSecret(_ name: String) -> Secret? {
        (try? String(contentsOfFile: path + "/" + name, encoding: .utf8))
            .map { Secret($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Keeps a secret of this machine in place of an earlier one.
    public func replace(_ name: String, with secret: Secret) throws {
        let draft = path + "/" + name + "." + String(ProcessInfo.processInfo.processIdentifier)
        let contents = secret.reveal { Data(($0 + "\n").utf8) }
        guard
            DataDirectory.write(contents, to: draft), rename(draft, path + "/" + name) == 0
        else { throw SettingsError("\(draft) cannot be written: check the rights of the data folder") }
        DataDirectory.synchronizeIfPossible(path)
    }

    /// Reads a small file, or makes it so that of two processes that make it at once both get the same text.
    private func text(_ name: String, orMake make: () -> String) throws -> String {
        let file = path + "/" + name
        if let text = try? String(contentsOfFile: file, encoding: .utf8), !text.isEmpty {
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let text = make()
        let draft = file + "." + String(ProcessInfo.processInfo.processIdentifier)
        defer { try? FileManager.default.removeItem(atPath: draft) }
        guard
            DataDirectory.write(Data((text + "\n").utf8), to: draft)
        else { throw SettingsError("\(draft) cannot be written: check the rights of the data folder") }
        // A link does not replace a file that another process has made meanwhile.
        let isOurs = (try? FileManager.default.linkItem(atPath: draft, toPath: file)) != nil
        DataDirectory.synchronizeIfPossible(path)
        if isOurs { return text }
        let other = try String(contentsOfFile: file, encoding: .utf8)
        return other.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Writes a file for its owner only, and returns when the disk has it.
    ///
    /// A node id that was lost would make another node of this machine, and its files would be taken again.
    private static func write(_ contents: Data, to path: String) -> Bool {
        guard
            FileManager.default.createFile(
                atPath: path, contents: contents, attributes: [.posixPermissions: 0o600])
        else { return false }
        return (try? FileHandle(forUpdating: URL(fileURLWithPath: path)).synchronize()) != nil
    }

    /// Returns when the disk has the names in a folder.
    ///
    /// Not every file system can be asked for that, and a parent folder need not be ours to open.
    private static func synchronizeIfPossible(_ folder: String) {
        try? FileHandle(forReadingFrom: URL(fileURLWithPath: folder)).synchronize()
    }
}
