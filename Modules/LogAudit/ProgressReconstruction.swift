public import LogCursor
public import LogIngestion
public import LogModel

/// The result of reconstructing the progress of a cursor at an earlier position.
public enum ProgressReconstruction: Sendable, Hashable {
    /// The progress at the position.
    case at(CursorProgress)
    /// The position is within a line or a batch, or behind a line that was committed without its newline.
    case noBoundary
    /// The position is not before the cursor's.
    case notBehind
    /// The source holds other bytes than those that were committed; the text says what differs.
    case differs(String)
    /// The source no longer has the object, or has another one of that name.
    case sourceGone
}

extension Verifier {
    /// Reconstructs the progress of a cursor at an earlier position, so that the cursor can be put back there.
    ///
    /// All committed bytes are read again and must be unchanged: to commit other bytes under the same generation would
    /// mix two contents.
    /// - Parameters:
    ///   - position: the position in bytes: 0, or the start of a line.
    ///   - cursor: the cursor.
    ///   - orBefore: whether to use the last boundary before the position when it is within a line or a batch.
    ///   - object: the object as the source lists it now; `nil` when it does not.
    ///   - source: the source to read from.
    ///   - seals: as for ``verify(_:against:in:scan:seals:wasTaken:lastLines:progress:)``.
    ///   - wasTaken: as for the same.
    ///   - moment: the time at which the bytes before the position count as seen.
    /// - Returns: the progress, or why there is none.
    /// - Throws: ``SourceError`` or `CancellationError` when the source cannot be read to the end.
    public func reconstruct(
        at position: Int64, of cursor: Cursor, orBefore: Bool = false, from object: SourceObject?,
        in source: any ObjectSource, seals: Set<Int64> = [],
        wasTaken: (ByteRange) async throws -> Bool = { _ in true }, seenAt moment: Timestamp
    ) async throws -> ProgressReconstruction {
        guard (0..<cursor.progress.position).contains(position) else { return .notBehind }
        guard let object, GenerationVerdict.isSame(object.identity, cursor.identity) else { return .sourceGone }
        var present: ProgressReconstruction?
        // What an earlier release has taken is counted by its rules, or the counts before the position would not be
        // those of what is stored. Counts that fit neither were made with other settings; those of today hold then.
        for rules in [FramingRules.present, .earlier] {
            var found: CursorProgress? = position == 0 ? CursorProgress() : nil
            let walked = try await walk(
                cursor, object, source, scan: ScanSettings(), seals: seals, wasTaken: wasTaken, rules: rules,
                pausingAt: position
            ) { progress, isWhole in
                let isThere = isWhole && progress.position == position
                if isThere || orBefore, progress.framing == .start { found = progress }
            }
            switch walked {
            case .gone: return .sourceGone
            case .ended(let offset): return .differs("it ends at byte \(offset)")
            case .done(let all):
                guard all.position == cursor.progress.position, all.digest.value == cursor.progress.digest.value else {
                    return present ?? .differs("its bytes are not those that were taken")
                }
                found?.grownAt = moment
                // The place keeps what lies behind the end that it shows, wherever the cursor stands.
                found?.hiddenSeen = cursor.progress.hiddenSeen
                let reconstruction = found.map(ProgressReconstruction.at) ?? .noBoundary
                if all.counts == cursor.progress.counts { return reconstruction }
                present = present ?? reconstruction
            }
        }
        return present ?? .noBoundary
    }
}
