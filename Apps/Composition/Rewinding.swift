import LogCursor
import LogIngestion
public import LogModel

/// Puts cursors back, so that a part of an object is read again.
public struct Rewinding: Sendable {
    let verification: Verification
    let history: any CursorHistory
    let clock: any WallClock

    /// What came of it.
    public enum Outcome: Sendable, Hashable {
        /// The cursor was put back.
        case rewound(from: Int64, to: Int64)
        /// It stood there already, or before where that does as well: it was put back, and not read on since.
        case alreadyThere(at: Int64)
        /// It was left where it was; the words say why.
        case refused(String)
    }

    /// Puts the cursor of a generation back to a position where a line begins.
    /// - Parameters:
    ///   - generation: the generation, the latest of its object.
    ///   - position: the position in bytes.
    ///   - orBefore: whether the last place before the position does as well where a line or a batch begins.
    /// - Returns: what came of it.
    /// - Throws: when the store or the source cannot be read.
    public func rewind(
        _ generation: GenerationID, to position: Int64, orBefore: Bool = false
    ) async throws -> Outcome {
        guard let cursor = try await verification.cursors.cursor(of: generation) else {
            return .refused("there is no generation \(generation)")
        }
        let stands = cursor.progress.position
        if stands == position, !orBefore { return .alreadyThere(at: stands) }
        let latest = try await verification.cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object]
        guard latest?.generation == generation else {
            return .refused("a later generation of \(cursor.object) has begun; what it replaced cannot be read")
        }
        let listing = try await verification.listing(of: cursor).get()
        let object = try await verification.object(of: cursor, in: listing)
        if stands <= position, orBefore {
            guard let object, GenerationVerdict.isSame(object.identity, cursor.identity) else {
                return .refused("the source no longer has \(cursor.object)")
            }
            return .alreadyThere(at: stands)
        }
        let retraced = try await verification.verifier.retrace(
            cursor, to: position, orBefore: orBefore, of: object, in: listing.source,
            seals: try await verification.seals(of: cursor),
            wasTaken: { try await verification.isStored($0, of: cursor) }, at: clock.now())
        switch retraced {
        case .notBehind:
            return .refused("byte \(position) is not before the cursor, which is at \(stands)")
        case .noBoundary: return .refused("no line begins at byte \(position)")
        case .differs(let words): return .refused("the source has changed: \(words)")
        case .sourceGone: return .refused("the source no longer has \(cursor.object)")
        case .at(let progress):
            if try await wouldDouble(cursor, from: progress.position, in: listing) {
                return .refused(
                    "an earlier release kept its byte order mark with its first line, which would be stored twice; put "
                        + "it back to where its second line begins, or later")
            }
            switch try await history.rewind(cursor, to: progress, at: clock.now()) {
            case .rewound: return .rewound(from: stands, to: progress.position)
            case .alreadyThere: return .alreadyThere(at: stands)
            case .refused: return .refused("the cursor moved meanwhile; try again")
            }
        }
    }

    /// Whether the first line of an object lies in the store at its byte order mark, where today it begins behind that.
    private func wouldDouble(
        _ cursor: Cursor, from position: Int64, in listing: Verification.Listing
    ) async throws -> Bool {
        guard position == 0, let object = try await verification.object(of: cursor, in: listing),
            try await verification.isStored(ByteRange(0, 1), of: cursor)
        else { return false }
        return try await listing.source.read(object, from: 0, limit: 3).bytes == [0xEF, 0xBB, 0xBF]
    }
}
