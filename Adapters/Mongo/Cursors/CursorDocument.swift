import LogCursor
import LogModel
import StoreSupport

// How a cursor lies in its document.

extension LogCursor.Cursor {
    /// Reads a document of `cursors`.
    init(_ document: BSONDocument) throws { try self.init(row: document, key: "_id") }

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
    /// The members of a cursor's document that hold a progress.
    var members: BSONDocument {
        [
            "position": .int64(position), "lines": .int64(lines), "digest": .binary(digest.state),
            "records": .int64(counts.records), "record_bytes": .int64(counts.recordBytes),
            "rejects": .int64(counts.rejects), "reject_bytes": .int64(counts.rejectBytes),
            "skips": .int64(counts.skips), "skip_bytes": .int64(counts.skipBytes),
            "separator_bytes": .int64(counts.separatorBytes), "tail_length": BSONValue(tail.length),
            "tail_hash": .int64(Int64(bitPattern: tail.hash)), "carry": .int64(framing.rawValue),
            "size_seen": .int64(sizeSeen), "grown_at": .int64(grownAt.nanoseconds),
            "version_seen": BSONValue(versionSeen), "hidden_seen": .int64(hiddenSeen),
        ]
    }
}

extension CursorStep {
    var document: BSONDocument {
        [
            "kind": .string(kind.rawValue), "lower": .int64(from), "upper": .int64(to), "epoch": .int64(epoch),
            "owner": BSONValue(owner?.text), "began_at": .int64(beganAt.nanoseconds),
            "ended_at": .int64(endedAt.nanoseconds),
        ]
    }

    /// The latest step of a cursor's document.
    static func latest(in document: BSONDocument, of generation: GenerationID) throws -> CursorStep? {
        try document.isAbsent("step") ? nil : CursorStep(row: document.document("step"), of: generation)
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
