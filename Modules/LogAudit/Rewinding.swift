public import LogCursor
import LogIngestion
public import LogModel

/// Puts cursors back, so that parts of objects are read again.
public struct Rewinding: Sendable {
    private let verification: Verification
    private let history: any CursorHistory
    private let clock: any WallClock

    /// Makes a rewinding.
    /// - Parameters:
    ///   - verification: proves that a source still holds the committed bytes.
    ///   - history: puts cursors back.
    ///   - clock: tells the time of the change.
    public init(verification: Verification, history: any CursorHistory, clock: any WallClock) {
        self.verification = verification
        self.history = history
        self.clock = clock
    }

    /// The result of rewinding a cursor.
    public enum Outcome: Sendable, Hashable {
        /// The cursor was put back.
        case rewound(from: Int64, to: Int64)
        /// The cursor stood at the position already, or at an allowed position before it: it was put back, and its
        /// object has not been read since.
        case alreadyThere(at: Int64)
        /// The cursor was not moved; the text says why.
        case refused(String)
    }

    /// Puts the cursor of a generation back to the start of a line.
    /// - Parameters:
    ///   - generation: the generation, the latest of its object.
    ///   - position: the position in bytes.
    ///   - orBefore: whether to use the last start of a line or a batch before the position when it is within one.
    /// - Returns: whether the cursor was put back, and from which position to which.
    /// - Throws: ``AuditError`` or ``SourceError`` when the source cannot be read, ``StoreError`` when the store cannot
    ///   be, `CancellationError`; the cursor has not moved then, unless the reason is `.outcomeUnknown`.
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
        let source: any ObjectSource
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

    /// Reads the cursor of a generation.
    /// - Throws: ``Refusal`` when there is none; ``StoreError``.
    func cursor(of generation: GenerationID) async throws -> Cursor {
        guard let cursor = try await verification.cursors.cursor(of: generation) else {
            throw Refusal(words: "there is no generation \(generation)")
        }
        return cursor
    }

    /// Finds where a cursor's object is read again.
    /// - Throws: ``Refusal`` when the cursor is not the latest of its object; as ``rewind(_:to:orBefore:)``.
    func place(of cursor: Cursor) async throws -> Place {
        let latest = try await verification.cursors.latest(in: cursor.source, of: [cursor.object])[cursor.object]
        guard latest?.generation == cursor.generation else {
            throw Refusal(words: "a later generation of \(cursor.object) has begun; what it replaced cannot be read")
        }
        let listing = try await verification.sources.listing(of: cursor)
        return Place(cursor: cursor, source: listing.source, object: try await listing.object(of: cursor))
    }

    private func rewind(_ cursor: Cursor, to position: Int64, orBefore: Bool) async throws -> Outcome {
        let stands = cursor.progress.position
        if stands == position, !orBefore { return .alreadyThere(at: stands) }
        let place = try await place(of: cursor)
        if stands <= position, orBefore {
            try place.demandObject()
            return .alreadyThere(at: stands)
        }
        let reconstruction = try await verification.verifier.reconstruct(
            at: position, of: cursor, orBefore: orBefore, from: place.object, in: place.source,
            seals: try await verification.seals(of: cursor),
            wasTaken: { try await verification.isStored($0, of: cursor) }, seenAt: clock.now())
        switch reconstruction {
        case .notBehind:
            return .refused("byte \(position) is not before the cursor, which is at \(stands)")
        case .noBoundary: return .refused("no line begins at byte \(position)")
        case .differs(let words): return .refused("the source has changed: \(words)")
        case .sourceGone: throw Refusal.gone(cursor.object)
        case .at(let progress): return try await put(cursor, back: progress, in: place)
        }
    }

    private func put(_ cursor: Cursor, back progress: CursorProgress, in place: Place) async throws -> Outcome {
        if try await wouldDouble(from: progress.position, in: place) {
            return .refused(
                "an earlier release kept its byte order mark with its first line, which would be stored twice; put it back "
                    + "to where its second line begins, or later")
        }
        let stands = cursor.progress.position
        return switch try await history.rewind(cursor, to: progress, at: clock.now()) {
        case .rewound: .rewound(from: stands, to: progress.position)
        case .alreadyThere: .alreadyThere(at: stands)
        case .refused: .refused("the cursor moved meanwhile; try again")
        }
    }

    /// Tells whether the first line of an object lies in the store at its byte order mark; today it begins behind that.
    private func wouldDouble(from position: Int64, in place: Place) async throws -> Bool {
        guard position == 0, let object = place.object,
            try await verification.isStored(ByteRange(0, 1), of: place.cursor)
        else { return false }
        return try await place.source.read(object, from: 0, limit: 3).bytes == [0xEF, 0xBB, 0xBF]
    }
}
