public import LogCursor
public import LogModel
import StoreSupport

// The latest step lies in the cursor's own document, where a commit prolongs it in the statement that moves the cursor.
// Earlier ones lie in `cursor_history`, one document for each generation.

extension MongoStore: CursorHistory {
    /// The latest steps of a generation's cursor.
    public func steps(of generation: GenerationID) async throws(StoreError) -> [CursorStep] {
        try await read { client in
            let id: BSONDocument = ["_id": .int64(generation.number)]
            let latest = try client.first(Collection.cursors, id, ["projection": ["step": 1]])
            let earlier = try client.first(Collection.history, id)?.documents("steps") ?? []
            return try
                (earlier.map { try CursorStep(row: $0, of: generation) }
                + [latest.flatMap { try CursorStep.latest(in: $0, of: generation) }].compactMap { $0 })
        }
    }

    /// Puts a cursor back.
    public func rewind(
        _ cursor: LogCursor.Cursor, to progress: CursorProgress, at moment: Timestamp
    ) async throws(StoreError) -> RewindOutcome {
        try await write { client in
            let position = cursor.progress.position
            let standing: BSONDocument = [
                "_id": .int64(cursor.generation.number), "is_latest": true, "epoch": .int64(cursor.epoch),
                "position": .int64(position),
            ]
            guard let kept = try client.first(Collection.cursors, standing),
                try client.touchApp(AppID(unchecked: kept.text("app")))
            else { return .refused }
            guard progress.position < position else {
                return progress.position == position ? .alreadyThere : .refused
            }
            let step = CursorStep(
                generation: cursor.generation, kind: .rewound, from: position, to: progress.position,
                epoch: cursor.epoch + 1, owner: nil, beganAt: moment, endedAt: moment)
            let rewoundFrom = max(try kept.number("rewound_from"), position)
            let members: BSONDocument =
                [
                    "epoch": .int64(cursor.epoch + 1), "owner": nil, "lease_end": nil,
                    "updated_at": .int64(moment.nanoseconds), "rewound_from": .int64(rewoundFrom),
                    "step": .document(step.document),
                ] + progress.members
            try client.update(Collection.cursors, standing, ["$set": .document(members)])
            if let earlier = try CursorStep.latest(in: kept, of: cursor.generation) {
                try client.update(Collection.history, [earlier.becomingEarlier])
            }
            return .rewound
        }
    }
}
