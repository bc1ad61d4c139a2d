import LogCursor
import LogModel

// How a cursor lies in its document.

extension LogCursor.Cursor {
    /// Reads a document of `cursors`.
    /// - Throws: ``MalformedDocument`` when it holds what no release has written.
    init(_ document: BSONDocument) throws(MalformedDocument) {
        guard let reason = GenerationReason(rawValue: try document.text("reason")) else {
            throw MalformedDocument(member: "reason")
        }
        self.init(
            generation: GenerationID(try document.number("_id")), ordinal: Int(try document.number("ordinal")),
            source: SourceID(try document.text("source")), object: ObjectKey(try document.text("object")),
            app: AppID(unchecked: try document.text("app")), identity: try document.text("identity"),
            day: try document.optionalNumber("day").map { CivilDay(number: $0) },
            fileIndex: try document.optionalNumber("file_index").map { Int($0) }, reason: reason,
            progress: try CursorProgress(document), epoch: try document.number("epoch"),
            owner: try document.optionalText("owner").map { OwnerID(unchecked: $0) },
            leaseEnd: try document.optionalTime("lease_end"), updatedAt: try document.time("updated_at"))
        rewoundFrom = try document.number("rewound_from")
    }

    /// The document of a cursor that is its object's latest.
    var document: BSONDocument {
        [
            "_id": .int64(generation.number), "source": .string(source.text), "object": .string(object.text),
            "ordinal": BSONValue(ordinal), "is_latest": true, "app": .string(app.text), "identity": .string(identity),
            "day": BSONValue(day.map { Int64($0.number) }),
            "file_index": BSONValue(fileIndex.map(Int64.init)), "reason": .string(reason.rawValue),
            "epoch": .int64(epoch), "owner": BSONValue(owner?.text), "lease_end": BSONValue(leaseEnd?.nanoseconds),
            "updated_at": .int64(updatedAt.nanoseconds), "rewound_from": .int64(rewoundFrom),
        ] + progress.members
    }
}

extension CursorProgress {
    /// Reads the progress in a document of `cursors`.
    init(_ document: BSONDocument) throws(MalformedDocument) {
        self.init()
        guard let digest = StreamDigest(state: try document.bytes("digest")) else {
            throw MalformedDocument(member: "digest")
        }
        guard let carry = LineCarry(rawValue: UInt8(truncatingIfNeeded: try document.number("carry"))) else {
            throw MalformedDocument(member: "carry")
        }
        position = try document.number("position")
        lines = try document.number("lines")
        self.digest = digest
        counts.records = try document.number("records")
        counts.recordBytes = try document.number("record_bytes")
        counts.rejects = try document.number("rejects")
        counts.rejectBytes = try document.number("reject_bytes")
        counts.skips = try document.number("skips")
        counts.skipBytes = try document.number("skip_bytes")
        counts.separatorBytes = try document.number("separator_bytes")
        tail = TailMark(
            length: Int(try document.number("tail_length")),
            hash: UInt64(bitPattern: try document.number("tail_hash")))
        self.carry = carry
        sizeSeen = try document.number("size_seen")
        grownAt = try document.time("grown_at")
        // Cursors of the first releases have neither.
        versionSeen = try document.optionalText("version_seen")
        hiddenSeen = try document.isAbsent("hidden_seen") ? 0 : document.number("hidden_seen")
    }

    /// The members of a cursor's document that hold a progress.
    var members: BSONDocument {
        [
            "position": .int64(position), "lines": .int64(lines), "digest": .binary(digest.state),
            "records": .int64(counts.records), "record_bytes": .int64(counts.recordBytes),
            "rejects": .int64(counts.rejects), "reject_bytes": .int64(counts.rejectBytes),
            "skips": .int64(counts.skips), "skip_bytes": .int64(counts.skipBytes),
            "separator_bytes": .int64(counts.separatorBytes), "tail_length": BSONValue(tail.length),
            "tail_hash": .int64(Int64(bitPattern: tail.hash)), "carry": .int64(Int64(carry.rawValue)),
            "size_seen": .int64(sizeSeen), "grown_at": .int64(grownAt.nanoseconds),
            "version_seen": BSONValue(versionSeen), "hidden_seen": .int64(hiddenSeen),
        ]
    }
}

extension CursorStep {
    /// Reads a step of a generation.
    init(_ document: BSONDocument, of generation: GenerationID) throws(MalformedDocument) {
        guard let kind = Kind(rawValue: try document.text("kind")) else { throw MalformedDocument(member: "kind") }
        self.init(
            generation: generation, kind: kind, from: try document.number("lower"), to: try document.number("upper"),
            epoch: try document.number("epoch"),
            owner: try document.optionalText("owner").map { OwnerID(unchecked: $0) },
            beganAt: try document.time("began_at"), endedAt: try document.time("ended_at"))
    }

    var document: BSONDocument {
        [
            "kind": .string(kind.rawValue), "lower": .int64(from), "upper": .int64(to), "epoch": .int64(epoch),
            "owner": BSONValue(owner?.text), "began_at": .int64(beganAt.nanoseconds),
            "ended_at": .int64(endedAt.nanoseconds),
        ]
    }

    /// The latest step of a cursor's document.
    static func latest(in document: BSONDocument, of generation: GenerationID) throws(MalformedDocument) -> CursorStep?
    {
        try document.isAbsent("step") ? nil : CursorStep(document.document("step"), of: generation)
    }

    /// The change that puts a step that is no longer the latest to the earlier ones, of which the first ones go.
    var becomingEarlier: BSONDocument {
        [
            "q": ["_id": .int64(generation.number)],
            "u": [
                "$push": [
                    "steps": ["$each": [.document(document)], "$slice": BSONValue(1 - CursorStep.limit)]
                ]
            ],
            "upsert": true,
        ]
    }
}
