public import LogCursor
public import LogIngestion
public import LogModel

/// Verifies a cursor by reading its source again from the first byte.
///
/// Its limit: it compares with the bytes that were read at that time. Damage in the source from before that time is not
/// found.
public struct Verifier: Sendable {
    private let scanner: any RecordScanner
    private let checksums: any Checksums
    private let settings: IngestionSettings

    /// Makes a verifier; `settings.maxLineBytes` must be the value under which the lines were committed.
    public init(
        scanner: any RecordScanner, checksums: any Checksums = PortableChecksums(), settings: IngestionSettings
    ) {
        self.scanner = scanner
        self.checksums = checksums
        self.settings = settings
    }

    /// The result of verifying one generation.
    public enum Verdict: Sendable, Hashable {
        /// The source still holds the committed bytes, and they give the same counts.
        case equal
        /// The source holds other bytes; the text says what differs.
        case differs(String)
        /// The source no longer has the object, or has another one of that name.
        case sourceGone
    }

    /// Verifies one cursor against an object of its source.
    /// - Parameters:
    ///   - cursor: the cursor to verify.
    ///   - object: the object as the source lists it now; `nil` when it does not.
    ///   - source: the source to read from.
    ///   - scan: the members that the scanner looked for.
    ///   - seals: the positions at which the object ended without a newline when it was sealed, and continued later:
    ///     there its rejects of the reason ``RejectReason/continuationAfterSeal`` begin. They cannot be derived from
    ///     the bytes.
    ///   - wasTaken: tells whether lines of a batch are stored, by the batch's range in the object. If so, the batch
    ///     was committed from this object, else from another file of its writer.
    ///   - lastLines: reads the ends of records that were committed without their newline,
    ///     ``RecordFlags/unterminated``. It is called when the counts differ: blanks that were appended behind such a
    ///     line were skipped, and in one piece they belong to the line.
    ///   - progress: called with the number of bytes of each read.
    /// - Returns: the verdict.
    /// - Throws: ``SourceError`` or `CancellationError` when the source cannot be read to the end.
    public func verify(
        _ cursor: Cursor, against object: SourceObject?, in source: any ObjectSource,
        scan: ScanSettings = ScanSettings(), seals: Set<Int64> = [],
        wasTaken: (ByteRange) async throws -> Bool = { _ in true },
        lastLines: () async throws -> Set<Int64> = { [] }, progress: (Int64) -> Void = { _ in }
    ) async throws -> Verdict {
        guard let object, GenerationVerdict.isSame(object.identity, cursor.identity) else { return .sourceGone }
        var verdict = Verdict.equal
        for rules in [FramingRules.present, .earlier] {
            let walked = try await walk(
                cursor, object, source, scan: scan, seals: seals, wasTaken: wasTaken, rules: rules, progress: progress)
            switch walked {
            case .gone: return .sourceGone
            case .ended(let offset):
                return .differs("it ends at byte \(offset); \(cursor.progress.position) bytes were taken")
            case .done(let found):
                let compared = compare(found, with: cursor.progress)
                if compared == .equal { return .equal }
                verdict = rules == .present ? compared : verdict
                // Other bytes are other bytes by any rules; the same ones may have been counted by those of the first
                // releases.
                if found.position == cursor.progress.position, found.digest.value != cursor.progress.digest.value {
                    return verdict
                }
            }
        }
        let ends = try await lastLines().subtracting(seals)
        guard !ends.isEmpty else { return verdict }
        let walked = try await walk(
            cursor, object, source, scan: scan, seals: seals.union(ends), wasTaken: wasTaken, progress: progress)
        guard case .done(let found) = walked, compare(found, with: cursor.progress) == .equal else { return verdict }
        return .equal
    }

    /// How walking over what was taken ended.
    enum Walked {
        case gone
        case ended(at: Int64)
        case done(CursorProgress)
    }

    /// Reads what was taken of an object again, from its first byte to the cursor.
    ///
    /// At `pause` the bytes are cut, whatever the size of the chunks, and `paused` is shown the progress up to there,
    /// and whether no line is unfinished.
    func walk(
        _ cursor: Cursor, _ object: SourceObject, _ source: any ObjectSource, scan: ScanSettings, seals: Set<Int64>,
        wasTaken: (ByteRange) async throws -> Bool, rules: FramingRules = .present,
        progress: (Int64) -> Void = { _ in }, pausingAt pause: Int64 = .max,
        paused: (CursorProgress, Bool) -> Void = { _, _ in }
    ) async throws -> Walked {
        let expected = cursor.progress
        let isBehindLastLine = LineCarry(expected.framing)?.isBehindLastLine == true
        let reader = RangeReader(source: source, object: object, behindEnd: expected.hiddenSeen > 0)
        var assembler = ObjectAssembler(
            from: CursorProgress(), overlap: [], maxLineBytes: settings.maxLineBytes, scanner: scanner,
            checksums: checksums, settings: scan, rewoundFrom: .max, rules: rules)
        while assembler.nextOffset < expected.position {
            try Task.checkCancellation()
            let offset = assembler.nextOffset
            let stop = seals.filter { $0 > offset }.min() ?? .max
            let goal = min(expected.position, stop, offset < pause ? pause : .max)
            let limit = Int(min(Int64(settings.chunkBytes), goal - offset))
            guard let chunk = try await read(by: reader, from: offset, limit: limit) else { return .gone }
            guard !chunk.bytes.isEmpty else { return .ended(at: offset) }
            // What was taken of an unfinished last line was taken at a seal.
            let isEnd = chunk.end == stop || chunk.end == expected.position && isBehindLastLine
            try await take(chunk.bytes, isEnd: isEnd, into: &assembler, wasTaken)
            // A torn batch that ends with a newline was taken at a seal, too: nothing else takes bytes that wait.
            if chunk.end == expected.position, assembler.hasUnfinishedLine {
                try await take([], isEnd: true, into: &assembler, wasTaken)
            }
            progress(Int64(chunk.bytes.count))
            if assembler.nextOffset == pause { paused(assembler.progress, !assembler.hasUnfinishedLine) }
        }
        return .done(assembler.progress)
    }

    /// Takes a piece: each batch was taken from here or from elsewhere.
    private func take(
        _ piece: [UInt8], isEnd: Bool, into assembler: inout ObjectAssembler,
        _ wasTaken: (ByteRange) async throws -> Bool
    ) async throws {
        _ = try await assembler.take(
            piece, isEnd: isEnd, at: .epoch, origin: { try await wasTaken($0.body) ? .here : .elsewhere },
            state: { _ in WriterState() })
    }

    /// Reads a range; `nil` when the object is gone.
    private func read(
        by reader: RangeReader, from offset: Int64, limit: Int
    ) async throws(SourceError) -> ObjectChunk? {
        do {
            return try await reader.read(from: offset, limit: limit)
        } catch {
            guard error.reason == .gone else { throw error }
            return nil
        }
    }

    private func compare(_ found: CursorProgress, with expected: CursorProgress) -> Verdict {
        if found.position != expected.position {
            return .differs("its lines end at byte \(found.position), not at byte \(expected.position)")
        }
        if found.digest.value != expected.digest.value {
            return .differs("the digest of its first \(expected.position) bytes is not what was taken")
        }
        if found.counts != expected.counts {
            return .differs(
                "it gives \(found.counts.records) records and \(found.counts.rejects) rejects, not "
                    + "\(expected.counts.records) and \(expected.counts.rejects)")
        }
        return .equal
    }
}
