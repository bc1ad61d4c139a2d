import LogCursor
import LogModel

/// Compares the end of what an object shows with the stored lines that were taken from there.
///
/// What is cut off, and what is appended where something was cut off, changes the end of what is shown. So the end alone
/// tells the beginning of what was taken from another content, however large the object is.
struct ShownBytes {
    /// Where the compared bytes begin in the object: at its start, or where a stored line begins.
    let start: Int64
    /// The bytes up to the end that the object shows.
    let bytes: [UInt8]
    /// The stored lines that begin from `start` on and before the end.
    let stored: [TakenLine]
    /// Whether the store still holds every line that was taken, so that a line it does not hold was not taken.
    let isComplete: Bool

    /// How many bytes are compared, at least as many as the longest line has.
    static func window(maxLineBytes: Int) -> Int64 { Int64(maxLineBytes) + (256 << 10) }

    /// Finds out what the bytes are.
    /// - Parameters:
    ///   - maxLineBytes: the longest line.
    ///   - scanner: what judges lines.
    ///   - checksums: what the checks of batches are computed with.
    ///   - writerState: which batches of a writer were taken, of whatever object.
    /// - Returns: whether they are a beginning of what was taken.
    /// - Throws: what `writerState` throws.
    func judge(
        maxLineBytes: Int, scanner: any RecordScanner, checksums: any Checksums,
        writerState: (WriterID) async throws -> WriterState
    ) async throws -> ObjectDoubt.Shown {
        var assembler = ObjectAssembler(
            from: progress(at: start), overlap: [], maxLineBytes: maxLineBytes, scanner: scanner, checksums: checksums,
            settings: ScanSettings(), rewoundFrom: .max)
        var index = 0
        // Where retention has removed what would be compared with the last line, nothing tells a beginning.
        var lastIsKnown = isComplete || !stored.isEmpty
        let output = try await assembler.take(bytes, isEnd: false, at: .epoch, origin: origin, state: writerState)
        for row in 0..<output.records.count {
            let offset = output.records.offsets[row]
            if index < stored.count, stored[index].offset < offset { return .otherBytes }
            if index < stored.count, stored[index].offset == offset {
                guard output.records.bytes[output.records.range(row)].elementsEqual(stored[index].bytes) else {
                    return .otherBytes
                }
                index += 1
                lastIsKnown = true
            } else if isComplete {
                // Nothing was taken from where a line stands now.
                return .otherBytes
            } else {
                lastIsKnown = false
            }
        }
        guard endMatches(from: index, behind: assembler.progress.position) else { return .otherBytes }
        guard try await restIsKnown(to: &assembler, writerState) else { return .otherBytes }
        return lastIsKnown || index < stored.count ? .beginning : .otherBytes
    }

    /// Whether lines of a batch are stored at their places.
    ///
    /// Else it was taken from another file of its writer, or its lines were removed, or it was never taken: then its lines
    /// are those of another content, and the state of its writer tells.
    private func origin(of batch: BatchPlace) -> BatchOrigin? {
        stored.contains { batch.body.lower <= $0.offset && $0.offset < batch.body.upper } ? .here : nil
    }

    /// Whether no line that was not taken stands in what waits for its end.
    ///
    /// The end need not come. What was appended where a batch was cut off stands within that batch as long as its declared
    /// end is not reached, and its writer has gone on to another file.
    private func restIsKnown(
        to assembler: inout ObjectAssembler, _ writerState: (WriterID) async throws -> WriterState
    ) async throws -> Bool {
        guard isComplete, assembler.hasUnfinishedLine else { return true }
        let output = try await assembler.take([], isEnd: true, at: .epoch, origin: origin, state: writerState)
        var lines = stored[...]
        for row in 0..<output.records.count {
            let offset = output.records.offsets[row]
            lines = lines.drop { $0.offset < offset }
            guard let line = lines.first, line.offset == offset,
                line.bytes.starts(with: output.records.bytes[output.records.range(row)])
            else { return false }
        }
        return true
    }

    /// Whether the stored lines that are left begin with what is shown behind the last whole line.
    private func endMatches(from index: Int, behind position: Int64) -> Bool {
        stored[index...].allSatisfy { line in
            guard line.offset >= position else { return false }
            let shown = bytes[Int(line.offset - start)...]
            return line.bytes.starts(with: shown.prefix(line.bytes.count))
        }
    }

    private func progress(at position: Int64) -> CursorProgress {
        var progress = CursorProgress()
        progress.position = position
        return progress
    }
}
