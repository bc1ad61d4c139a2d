import LogModel
import Logferry
import LogferryPlatform

/// One file of a journal, open for appending.
struct JournalFile {
    let number: Int
    let path: String
    let file: OpenFile
    /// Where the next entry goes.
    private(set) var size: Int
    /// Batches in it that are not settled.
    var unsettled = 0
    /// Whether the disk has failed to take what was written, so that nobody knows what of it is there.
    private(set) var isDoubtful = false

    init(number: Int, folder: String, calls: DiskCalls) throws(FileFailure) {
        self.number = number
        path = folder + "/" + JournalFile.name(number)
        file = try OpenFile(path: path, calls: calls)
        size = 0
    }

    /// The name of a file: `batches-<8 digits>.journal`.
    static func name(_ number: Int) -> String {
        let digits = String(number)
        return "batches-" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits + ".journal"
    }

    /// The number in a name, or `nil` when it is none of a journal's.
    static func number(_ name: String) -> Int? {
        guard name.hasPrefix("batches-"), name.hasSuffix(".journal") else { return nil }
        return Int(name.dropFirst(8).dropLast(8))
    }

    /// Reads entries up to the end or to the first that is not whole; tells whether anything stands behind that.
    mutating func readEntries(_ visit: (JournalFrame, _ offset: Int, _ length: Int) -> Void) throws(FileFailure) -> Bool
    {
        let end = try file.size()
        while size < end {
            let head = try file.read(JournalFrame.prefixBytes, at: size)
            guard let prefix = JournalFrame.prefix(head) else { return true }
            let payload = try file.read(prefix.length, at: size + JournalFrame.prefixBytes)
            guard payload.count == prefix.length, CRC32C.checksum(payload) == prefix.checksum,
                let frame = JournalFrame(payload: payload)
            else { return true }
            visit(frame, size, prefix.length)
            size += JournalFrame.prefixBytes + prefix.length
        }
        return false
    }

    /// Cuts what stands behind the last whole entry.
    func cutTail() throws(FileFailure) {
        try file.truncate(to: size)
        try file.synchronize()
    }

    /// Appends an entry and, if asked to, waits until the disk has it; leaves nothing of it when that fails.
    mutating func append(_ bytes: [UInt8], isSynchronous: Bool) throws(FileFailure) {
        do {
            try file.write(bytes, at: size)
            if isSynchronous { try synchronize() }
        } catch {
            try cutTail()
            throw error
        }
        size += bytes.count
    }

    /// Returns when the disk has the file.
    mutating func synchronize() throws(FileFailure) {
        do {
            try file.synchronize()
        } catch {
            isDoubtful = true
            throw error
        }
    }
}
