import LogModel
public import Logferry
package import LogferryPlatform

/// A disk buffer for the SDK: batches in append-only files, until they are delivered.
///
/// A batch counts as kept when `fsync` has returned. The files of a folder belong to one process, which holds a lock on
/// them. A file is removed when it and all older ones hold nothing unsettled.
public actor SpoolJournal: BatchJournal {
    private struct Place {
        let file: Int
        let offset: Int
        let length: Int
    }

    private let folder: String
    private let byteLimit: Int
    private let fileBytes: Int
    private let calls: DiskCalls
    private let executor = QueueExecutor(label: "logferry.sdk.spool")
    private var lock: OpenFile?
    private var files: [JournalFile] = []
    private var places: [BatchID: Place] = [:]
    private var writer = ""
    private var nextSeq: UInt64 = 1
    private var isBroken = false

    /// The queue on which the journal's blocking calls run.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// A journal in a folder, which is made when it is not there; its parent must be.
    ///
    /// - Parameters:
    ///   - folder: where; no other process may use it.
    ///   - byteLimit: how many bytes the files may have together, by default 256 MiB.
    public init(folder: String, byteLimit: Int = 256 << 20) {
        self.init(folder: folder, byteLimit: byteLimit, calls: .system)
    }

    package init(folder: String, byteLimit: Int = 256 << 20, calls: DiskCalls) {
        self.folder = folder
        self.calls = calls
        self.byteLimit = max(byteLimit, 4096)
        fileBytes = max(self.byteLimit / 8, 1024)
    }

    /// Opens the files, cuts a torn end, and tells what is unsettled.
    public func open(writer newWriter: String) throws(JournalError) -> JournalContents {
        do {
            try makeFolder()
            let lock = try OpenFile(path: folder + "/lock")
            try lock.lock()
            self.lock = lock
            return try load(newWriter)
        } catch {
            throw JournalError(error.isLocked ? "another process has this journal" : error.description)
        }
    }

    /// Appends a batch and waits for the disk.
    public func keep(_ batch: Batch) throws(JournalError) -> Bool {
        guard lock != nil else { throw JournalError("the journal is closed") }
        let frame = JournalFrame.batch(batch).bytes
        guard frame.count + 512 <= byteLimit else { throw JournalError("the batch is larger than the journal may be") }
        do {
            try rollIfNeeded(for: frame.count)
            try removeSettledFiles()
            guard totalBytes + frame.count <= byteLimit else { return false }
            let last = files.count - 1
            let offset = files[last].size
            try append(frame, isSynchronous: true)
            files[last].unsettled += 1
            places[batch.ticket.id] = Place(
                file: files[last].number, offset: offset, length: frame.count - JournalFrame.prefixBytes)
            nextSeq = max(nextSeq, batch.ticket.id.seq + 1)
            return true
        } catch {
            throw JournalError(error.description)
        }
    }

    /// Reads a batch's lines back and compares their checksum.
    public func lines(of batch: BatchID) throws(JournalError) -> [UInt8] {
        guard let place = places[batch], let file = files.first(where: { $0.number == place.file }) else {
            throw JournalError("the journal has no batch \(batch)")
        }
        do {
            let bytes = try file.file.read(JournalFrame.prefixBytes + place.length, at: place.offset)
            let payload = Array(bytes.dropFirst(JournalFrame.prefixBytes))
            guard let prefix = JournalFrame.prefix(Array(bytes.prefix(JournalFrame.prefixBytes))),
                prefix.checksum == CRC32C.checksum(payload), case .batch(let kept)? = JournalFrame(payload: payload),
                kept.ticket.id == batch
            else { throw JournalError("batch \(batch) is damaged on disk") }
            return kept.body
        } catch let failure as FileFailure {
            throw JournalError(failure.description)
        } catch let error as JournalError {
            throw error
        } catch {
            throw JournalError("batch \(batch) cannot be read")
        }
    }

    /// Notes that a batch is done with; the disk need not have that at once.
    public func settle(_ batch: BatchID) throws(JournalError) {
        guard let place = places.removeValue(forKey: batch) else { return }
        if let index = files.firstIndex(where: { $0.number == place.file }) { files[index].unsettled -= 1 }
        do {
            try append(JournalFrame.settled(batch).bytes, isSynchronous: false)
            try removeSettledFiles()
        } catch {
            throw JournalError(error.description)
        }
    }

    /// Lets go of the files and of the lock.
    public func close() {
        files = []
        places = [:]
        lock = nil
    }

    // MARK: - Parts

    private func makeFolder() throws(FileFailure) {
        try Folder.make(folder)
        do {
            try Folder.synchronize(folder + "/..", calls: calls)
        } catch  where error.isForbidden {
            // Somebody else made the folder, and a parent that we may not even open is theirs to look after.
        }
    }

    private var totalBytes: Int { files.reduce(0) { $0 + $1.size } }

    private func load(_ newWriter: String) throws(FileFailure) -> JournalContents {
        writer = newWriter
        nextSeq = 1
        isBroken = false
        var unsent: [BatchID: BatchTicket] = [:]
        var order: [BatchID] = []
        var damaged = 0
        let numbers = try Folder.names(folder).compactMap(JournalFile.number).sorted()
        for number in numbers {
            var file = try JournalFile(number: number, folder: folder, calls: calls)
            let isTorn = try file.readEntries { frame, offset, length in
                switch frame {
                case .header(let id):
                    writer = id.writer
                    nextSeq = max(nextSeq, id.seq)
                case .batch(let batch):
                    let id = batch.ticket.id
                    unsent[id] = batch.ticket
                    order.append(id)
                    places[id] = Place(file: number, offset: offset, length: length)
                    if id.writer == writer { nextSeq = max(nextSeq, id.seq + 1) }
                case .settled(let id):
                    unsent[id] = nil
                    places[id] = nil
                }
            }
            if isTorn {
                damaged += 1
                if number == numbers.last { try file.cutTail() }
            }
            // What a killed process left here the disk need not have; a number that is gone with it would come again.
            if number == numbers.last { try file.synchronize() }
            files.append(file)
        }
        for index in files.indices {
            files[index].unsettled = places.values.count { $0.file == files[index].number }
        }
        try Folder.synchronize(folder, calls: calls)
        // A file whose header was cut has no entry at all; it is replaced by one that has.
        if files.last.map({ $0.size == 0 }) != false { try beginFile() }
        try removeSettledFiles()
        return JournalContents(
            writer: writer, nextSeq: nextSeq, unsent: order.compactMap { unsent[$0] }, damaged: damaged)
    }

    private func rollIfNeeded(for count: Int) throws(FileFailure) {
        guard let last = files.last else { return try beginFile() }
        let isFull = last.size + count > fileBytes && last.size > 64
        // A file that holds nothing any more makes room when the next one is begun.
        let isSpent = last.unsettled == 0 && totalBytes + count > byteLimit
        // Behind bytes that may never have reached the disk nothing would be found again.
        if isFull || isSpent || last.isDoubtful { try beginFile() }
    }

    private func beginFile() throws(FileFailure) {
        var file = try JournalFile(number: (files.last?.number ?? 0) + 1, folder: folder, calls: calls)
        try file.file.truncate(to: 0)
        try file.append(JournalFrame.header(BatchID(writer: writer, seq: nextSeq)).bytes, isSynchronous: true)
        try Folder.synchronize(folder, calls: calls)
        files.append(file)
    }

    /// Removes files from the oldest on, so that a note that a batch is settled outlives the batch.
    private func removeSettledFiles() throws(FileFailure) {
        while files.count > 1, files[0].unsettled == 0 {
            try Folder.remove(files[0].path)
            files.removeFirst()
        }
    }

    private func append(_ bytes: [UInt8], isSynchronous: Bool) throws(FileFailure) {
        guard !isBroken, !files.isEmpty else { throw FileFailure(closed: folder) }
        do {
            try files[files.count - 1].append(bytes, isSynchronous: isSynchronous)
        } catch {
            // When the torn entry cannot even be cut off, nothing may follow it.
            isBroken = (try? files[files.count - 1].cutTail()) == nil
            throw error
        }
    }
}
