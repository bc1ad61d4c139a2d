import LogIngestion
import LogModel

/// Makes pages of objects out of pages of a listing that is neither sorted nor stable.
///
/// It holds a fingerprint of each id and each name that it has seen, about 50 bytes for a file of one folder, and for one
/// listing only. Two of 100 000 files have the same fingerprint once in 10^9 listings; the second is then found by the
/// next listing, whose fingerprints are others.
struct FileCatalog {
    /// The folder that every entry must lie in.
    let folder: String
    private let salt: UInt64
    private var ids: Set<UInt64> = []
    private var names: Set<UInt64> = []

    /// `salt` is any number, another one for each listing.
    init(folder: String, salt: UInt64) {
        self.folder = folder
        self.salt = salt
    }

    /// How many entries have been seen so far.
    var count: Int { ids.count }

    /// Most bytes that a file can have: what JSON's numbers hold exactly (RFC 8259 section 6), and sums of many of them fit.
    private static let mostBytes: Int64 = 1 << 53

    /// The objects among the entries that have not been seen before.
    ///
    /// A listing of a folder that is no longer there shows the workspace's root instead, so one entry from elsewhere
    /// condemns the page.
    mutating func take(_ files: [FolderWire.File]) throws(FimidaraFailure) -> ObjectPage {
        var objects: [SourceObject] = []
        var foreign: [ForeignEntry] = []
        for file in files {
            guard file.parentId == folder else {
                throw FimidaraFailure(.unavailable, "listFolderContent shows another place: the folder has vanished")
            }
            // Version 0 is a file whose first upload is not complete; it has no bytes that count.
            guard ids.insert(fingerprint(file.resourceId)).inserted, file.version >= 1 else { continue }
            switch object(file) {
            case .success(let object): objects.append(object)
            case .failure(let refusal):
                foreign.append(ForeignEntry(name: file.fullName, size: max(0, file.size), reason: refusal.reason))
            }
        }
        return ObjectPage(objects: objects, foreign: foreign)
    }

    /// The object that a file is, or why it is none: its name is none of ours, or belongs to another file already.
    ///
    /// Two files of one name are a fault of the server's (two creations at one moment). Taking both would make each
    /// look like the other's next generation at every listing, so only the first counts.
    private mutating func object(_ file: FolderWire.File) -> Result<SourceObject, LogFileName.Refusal> {
        LogFileName.read(file.fullName).flatMap { name in
            guard SafeName.isResourceID(file.resourceId), (0...FileCatalog.mostBytes).contains(file.size) else {
                return .failure(LogFileName.Refusal(reason: .malformed))
            }
            guard names.insert(fingerprint(file.fullName)).inserted else {
                return .failure(LogFileName.Refusal(reason: .sameName))
            }
            return .success(
                SourceObject(
                    key: ObjectKey(file.fullName), identity: file.resourceId, size: file.size, day: name.day,
                    fileIndex: name.index, isFinal: name.isSegment,
                    version: file.lastUpdatedAt.map { "\(file.version)@\($0)" } ?? "\(file.version)",
                    changedAt: file.lastUpdatedAt.map(Timestamp.init(milliseconds:))))
        }
    }

    /// Of the text's bytes: a string would have one fingerprint for a composed letter and for the same one with its accent
    /// behind it, and of two files so named one would never be taken.
    private func fingerprint(_ text: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(salt)
        for byte in text.utf8 { hasher.combine(byte) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
