import LogIngestion
import LogModel

/// Makes pages of objects out of pages of a listing that is neither sorted nor stable.
///
/// It holds the ids and names that it has seen, about 200 bytes for each file of one folder, and for one listing only.
struct FileCatalog {
    /// The folder that every entry must lie in.
    let folder: String
    private var ids: Set<String> = []
    private var names: Set<String> = []

    init(folder: String) { self.folder = folder }

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
            guard ids.insert(file.resourceId).inserted, file.version >= 1 else { continue }
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
            names.insert(file.fullName).inserted
        else { return nil }
        return SourceObject(
            key: ObjectKey(file.fullName), identity: file.resourceId, size: file.size, day: name.day,
            fileIndex: name.index, isFinal: name.isSegment)
    }
}
