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

    /// The objects among the entries that have not been seen before.
    ///
    /// A listing of a folder that is no longer there shows the workspace's root instead, so one entry from elsewhere
    /// condemns the page.
    mutating func take(_ files: [FolderWire.File]) throws(FimidaraFailure) -> ObjectPage {
        var objects: [SourceObject] = []
        var foreign = 0
        for file in files {
            guard file.parentId == folder else {
                throw FimidaraFailure(.unavailable, "listFolderContent shows another place: the folder has vanished")
            }
            // Version 0 is a file whose first upload is not complete; it has no bytes that count.
            guard ids.insert(fingerprint(file.resourceId)).inserted, file.version >= 1 else { continue }
            if let object = object(file) { objects.append(object) } else { foreign += 1 }
        }
        return ObjectPage(objects: objects, foreign: foreign)
    }

    /// The object that a file is, or `nil` when its name is none of ours or belongs to another file already.
    ///
    /// Two files of one name are a fault of the server's (two creations at one moment). Taking both would make each
    /// look like the other's next generation at every listing, so only the first counts.
    private mutating func object(_ file: FolderWire.File) -> SourceObject? {
        guard let name = LogFileName(file.fullName), SafeName.isResourceID(file.resourceId), file.size >= 0,
            names.insert(fingerprint(file.fullName)).inserted
        else { return nil }
        return SourceObject(
            key: ObjectKey(file.fullName), identity: file.resourceId, size: file.size, day: name.day,
            fileIndex: name.index, isFinal: name.isSegment)
    }

    private func fingerprint(_ text: String) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(salt)
        hasher.combine(text)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
