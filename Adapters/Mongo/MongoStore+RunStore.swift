public import IngestionJobs
public import LogModel
import StoreSupport

/// Runs in MongoDB.
///
/// Runs are a log for people, and nothing else rests on them. So the primary alone acknowledges them, and they are read as
/// the primary has them: a set that has just elected a new primary can take two seconds for each write that the majority
/// acknowledges, and an election may take away the latest runs.
extension MongoStore: RunStore {
    /// Adds or changes a run.
    public func save(_ run: Run) async throws(StoreError) {
        try await change { client in
            _ = try client.update(
                Collection.runs, ["_id": .string(run.id.text)], ["$set": .document(members(of: run))], upsert: true,
                .primaryWrite)
        }
    }

    /// The run of an id.
    public func run(_ id: RunID) async throws(StoreError) -> Run? {
        try await read { client in
            try client.first(Collection.runs, ["_id": .string(id.text)], asPrimaryHasIt).flatMap(run(from:))
        }
    }

    /// A page of runs, the newest first.
    public func runs(kind: RunKind?, before last: RunID?, limit: Int) async throws(StoreError) -> [Run] {
        try await read { client in
            var filter: BSONDocument = [:]
            if let kind { filter.append("kind", .string(kind.rawValue)) }
            if let last { filter.append("_id", ["$lt": .string(last.text)]) }
            return try client.all(
                .find(Collection.runs, filter, ["sort": ["_id": -1], "limit": BSONValue(limit)] + asPrimaryHasIt)
            ).compactMap(run(from:))
        }
    }

    /// Marks runs as interrupted that are still marked as running.
    public func interrupt(
        _ kind: RunKind, except current: RunID, at moment: Timestamp
    ) async throws(StoreError) {
        try await insist { client in
            _ = try client.update(
                Collection.runs,
                [
                    [
                        "q": [
                            "kind": .string(kind.rawValue), "state": .string(RunState.running.rawValue),
                            "_id": ["$ne": .string(current.text)],
                        ],
                        "u": [
                            "$set": [
                                "state": .string(RunState.interrupted.rawValue),
                                "finished_at": .int64(moment.nanoseconds),
                            ]
                        ],
                        "multi": true,
                    ]
                ], .primaryWrite)
        }
    }
}

/// Lets a query read what the primary has, whether or not the majority has it yet.
private let asPrimaryHasIt: BSONDocument = ["readConcern": ["level": "local"]]

private func members(of run: Run) -> BSONDocument {
    let skips = run.figures.skips.sorted { $0.key < $1.key }
    var counts: BSONDocument = [:]
    for (word, count) in skips { counts.append(word, .int64(count)) }
    return [
        "kind": .string(run.kind.rawValue), "started_at": .int64(run.startedAt.nanoseconds),
        "finished_at": BSONValue(run.finishedAt?.nanoseconds), "state": .string(run.state.rawValue),
        "apps": .int64(run.figures.apps), "objects": .int64(run.figures.objects), "bytes": .int64(run.figures.bytes),
        "records": .int64(run.figures.records), "rejects": .int64(run.figures.rejects), "error": BSONValue(run.error),
        "skips": .document(counts), "untimed": .int64(run.figures.untimed),
    ]
}

/// The run in a document; `nil` when a later release knows kinds or states that this one does not.
private func run(from document: BSONDocument) throws -> Run? {
    var skips: [String: Int64] = [:]
    for member in try document.document("skips").members { skips[member.name] = member.value.number }
    return try Run(row: document, key: "_id", skips: skips)
}
