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
        do {
            return try await rewind(try await cursor(of: generation), to: position, orBefore: orBefore)
        } catch let refusal as Refusal {
            return .refused(refusal.words)
        }
    }

    /// Why a cursor is left where it is.
    struct Refusal: Error {
        let words: String

        static func gone(_ object: ObjectKey) -> Refusal { Refusal(words: "the source no longer has \(object)") }
    }

    /// Where an object is read again.
    struct Place {
        let cursor: Cursor
        let listing: Verification.Listing
        /// The object as its source has it now; `nil` when it has none of that name.
        let object: SourceObject?

        /// Makes sure that the source has the object that the cursor is of.
        /// - Throws: ``Refusal``.
        func demandObject() throws(Refusal) {
            guard let object, GenerationVerdict.isSame(object.identity, cursor.identity) else {
                throw .gone(cursor.object)
            }
        }
    }

    /// The cursor of a generation.
    /// - Throws: ``Refusal`` when there is none; when the store cannot be read.
    func cursor(of generation: GenerationID) async throws -> Cursor {
        guard let cursor = try await verification.cursors.cursor(of: generation) else {
            throw Refusal(words: "there is no generation \(generation)")
        }
        return cursor
    }

    /// Where a cursor's object is read again.
    /// - Throws: ``Refusal`` when the cursor is not the latest of its object; when store or source cannot be read.
    func place(of cursor: Cursor) async throws -> Place {
        let latest = try await verification.cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object]
        guard latest?.generation == cursor.generation else {
            throw Refusal(words: "a later generation of \(cursor.object) has begun; what it replaced cannot be read")
        }
        let listing = try await verification.listing(of: cursor).get()
        let object = try await verification.object(of: cursor, in: listing)
        return Place(cursor: cursor, listing: listing, object: object)
    }

    private func rewind(_ cursor: Cursor, to position: Int64, orBefore: Bool) async throws -> Outcome {
        let stands = cursor.progress.position
        if stands == position, !orBefore { return .alreadyThere(at: stands) }
        let place = try await place(of: cursor)
        if stands <= position, orBefore {
            try place.demandObject()
            return .alreadyThere(at: stands)
        }
        let (listing, object) = (place.listing, place.object)
        let retraced = try await verification.verifier.retrace(
            cursor, to: position, orBefore: orBefore, of: object, in: listing.source,
            seals: try await verification.seals(of: cursor),
            wasTaken: { try await verification.isStored($0, of: cursor) }, at: clock.now())
        switch retraced {
        case .notBehind:
            return .refused("byte \(position) is not before the cursor, which is at \(stands)")
        case .noBoundary: return .refused("no line begins at byte \(position)")
        case .differs(let words): return .refused("the source has changed: \(words)")
        case .sourceGone: throw Refusal.gone(cursor.object)
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
