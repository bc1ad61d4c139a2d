import LogModel
public import Logferry

/// One batch as a reader of the files finds it.
public struct FoundBatch: Sendable, Hashable {
    /// The file that it stands in.
    public let file: String
    /// Its name.
    public let id: BatchID
    /// Its lines without their newlines.
    public let lines: [String]
}

/// Reads batches out of what a store holds, checking counts, sizes and checksums as the format says.
public struct ReadBack: Sendable {
    /// Every batch, repeated ones too.
    public private(set) var batches: [FoundBatch] = []
    /// Batches whose control line does not fit what follows.
    public private(set) var faults: [String] = []

    /// Reads everything that was stored.
    public init(_ stored: [(file: String, content: [UInt8])]) {
        for (file, content) in stored { read(file, content) }
    }

    /// The lines of each batch once, in the order in which they arrived.
    public var lines: [String] {
        var seen: Set<BatchID> = []
        return batches.flatMap { seen.insert($0.id).inserted ? $0.lines : [] }
    }

    /// Whether any batch came with two contents.
    public var hasTwoContents: Bool {
        var contents: [BatchID: [String]] = [:]
        return batches.contains { batch in
            defer { contents[batch.id] = batch.lines }
            return contents[batch.id].map { $0 != batch.lines } ?? false
        }
    }

    /// Whether each writer's numbers rise when repeated ones are left out.
    public var isInOrder: Bool {
        var last: [String: UInt64] = [:]
        var seen: Set<BatchID> = []
        return batches.allSatisfy { batch in
            guard seen.insert(batch.id).inserted else { return true }
            defer { last[batch.id.writer] = batch.id.seq }
            return last[batch.id.writer].map { $0 < batch.id.seq } ?? true
        }
    }

    private mutating func read(_ file: String, _ content: [UInt8]) {
        var rest = content[...]
        while let newline = rest.firstIndex(of: 0x0A) {
            let control = String(decoding: rest[..<newline], as: UTF8.self)
            let values = control.split(whereSeparator: { ":,{}\"".contains($0) }).map(String.init)
            // $logferry v 1 writer W seq N lines L bytes B crc32c C
            guard values.count == 13, values[0] == "$logferry", let seq = UInt64(values[6]), let count = Int(values[8]),
                let size = Int(values[10]), rest.endIndex - newline > size
            else {
                faults.append("\(file): \(control.prefix(80))")
                return
            }
            let body = Array(rest[(newline + 1)...].prefix(size))
            let lines = body.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            if lines.count != count || UInt32(values[12]) != CRC32C.checksum(body) || body.last != 0x0A {
                faults.append("\(file): \(control)")
            }
            batches.append(
                FoundBatch(
                    file: file, id: BatchID(writer: values[4], seq: seq),
                    lines: lines.map { String(decoding: $0, as: UTF8.self) }))
            rest = rest[(newline + 1 + size)...]
        }
        if !rest.isEmpty { faults.append("\(file): something stands behind the last batch") }
    }
}
