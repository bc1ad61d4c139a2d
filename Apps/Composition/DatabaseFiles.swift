import LogModel
import SystemAdapter

/// The files of a SQLite database, judged before they are opened.
///
/// Who can write them can make tokens, records and cursors that this process takes for its own.
struct DatabaseFiles: Sendable {
    private let path: String

    /// Names the files of a database; they need not be there.
    init(_ path: String) { self.path = path }

    /// The folder that they lie in.
    var folder: String { PrivateFolder.parent(of: path) }

    /// Makes sure that nobody else could have written them.
    /// - Returns: whether there is a database.
    /// - Throws: ``FileTrouble``, which names the file and what to run.
    @discardableResult
    func demandTrust() throws(FileTrouble) -> Bool {
        let trust = FileTrust(user: ProcessUser.id, folderOwner: try PrivateFile.facts(folder)?.owner)
        for file in PrivateFile.databaseFiles(path) {
            guard let facts = try PrivateFile.facts(file) else {
                // SQLite would make the file that the link names, wherever that is, and open to others.
                guard !PrivateFile.isDanglingLink(file) else {
                    throw FileTrouble(
                        words: "\(file) is a symbolic link to nothing: remove it, or make the file that it names")
                }
                continue
            }
            if let complaint = trust.complaint(aboutDatabase: facts, at: file) { throw FileTrouble(words: complaint) }
        }
        return try PrivateFile.facts(path) != nil
    }

    /// Makes sure that a database is there that can be written, or can be made.
    /// - Throws: ``FileTrouble``.
    func demandWritable() throws(FileTrouble) {
        if try demandTrust() {
            guard PrivateFile.isWritable(path) else {
                throw FileTrouble(words: "\(path) cannot be written by this user")
            }
        } else {
            guard let facts = try PrivateFile.facts(folder) else {
                throw FileTrouble(words: "\(path) cannot be made: there is no folder \(folder)")
            }
            guard facts.kind == .folder else {
                throw FileTrouble(words: "\(path) cannot be made: \(folder) is no folder")
            }
        }
        guard PrivateFolder.isWritable(folder) else {
            throw FileTrouble(words: "\(path) cannot be used: its folder \(folder) is not writable")
        }
    }
}
