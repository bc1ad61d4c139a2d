import LogCursor
import LogIngestion
import LogModel

/// What a commit does, judged step by step on what its transaction has read.
///
/// Judging says only what to try: each change names what it builds on, so that it meets nothing when that is not so.
struct CommitPlan {
    /// One outcome for each step, in order.
    private(set) var outcomes: [StepOutcome] = []
    /// Changes of cursors, the fence in their filters.
    private(set) var cursorChanges: [BSONDocument] = []
    /// Steps that are no longer the latest of their cursors.
    private(set) var historyChanges: [BSONDocument] = []
    /// Changes of what is known of writers.
    private(set) var writerChanges: [BSONDocument] = []

    private var known: KnownState

    /// Judges steps.
    init(_ steps: [ObjectStep], on known: KnownState) {
        self.known = known
        for step in steps {
            let outcome = judge(step)
            outcomes.append(outcome)
            if outcome == .applied { apply(step) }
        }
    }

    private func judge(_ step: ObjectStep) -> StepOutcome {
        let areCurrent = step.writers.allSatisfy { move in
            known.versions[WriterPlace(app: step.app, writer: move.writer)] ?? 0 == move.from
        }
        guard areCurrent else { return .writerMoved }
        guard !known.deletedApps.contains(step.app) else { return .appDeleted }
        guard let cursor = known.cursors[step.move.generation] else { return .refused }
        return cursor.position == step.move.from && cursor.epoch == step.move.epoch ? .applied : .refused
    }

    private mutating func apply(_ step: ObjectStep) {
        let move = step.move
        var members: BSONDocument = ["updated_at": .int64(step.receivedAt.nanoseconds)] + move.to.members
        if let latest = advance(step) { members.append("step", .document(latest.document)) }
        known.cursors[move.generation]?.position = move.to.position
        cursorChanges.append([
            "q": [
                "_id": .int64(move.generation.number), "position": .int64(move.from), "epoch": .int64(move.epoch),
            ],
            "u": ["$set": .document(members)],
        ])
        for writer in step.writers { apply(writer, of: step) }
    }

    /// The cursor's latest step after a move; `nil` when the move is none.
    private mutating func advance(_ step: ObjectStep) -> CursorStep? {
        let move = step.move
        guard move.to.position > move.from, let cursor = known.cursors[move.generation] else { return nil }
        var latest = CursorStep(
            generation: move.generation, kind: .taken, from: move.from, to: move.to.position, epoch: move.epoch,
            owner: cursor.owner, beganAt: step.receivedAt, endedAt: step.receivedAt)
        if let earlier = cursor.step {
            if earlier.kind == .taken, earlier.epoch == move.epoch, earlier.to == move.from {
                latest = earlier
                latest.to = move.to.position
                latest.endedAt = step.receivedAt
            } else {
                historyChanges.append(earlier.becomingEarlier)
            }
        }
        known.cursors[move.generation]?.step = latest
        return latest
    }

    private mutating func apply(_ move: WriterMove, of step: ObjectStep) {
        let place = WriterPlace(app: step.app, writer: move.writer)
        known.versions[place] = move.to.version
        writerChanges.append([
            "q": ["_id": place.id, "version": .int64(move.from)],
            "u": [
                "$set": [
                    "version": .int64(move.to.version), "taken": .string(move.to.taken.description),
                    "updated_at": .int64(step.receivedAt.nanoseconds),
                ]
            ],
            "upsert": .boolean(move.from == 0),
        ])
    }
}

/// A writer of an app.
struct WriterPlace: Hashable {
    let app: AppID
    let writer: WriterID

    /// The writer's key.
    var id: BSONValue { ["app": .string(app.text), "writer": .string(writer.text)] }
}

/// What the judgement of a commit rests on.
struct KnownState {
    /// What is looked at of a cursor.
    struct Cursor {
        var position: Int64
        let epoch: Int64
        let owner: OwnerID?
        let rewoundFrom: Int64
        var step: CursorStep?
        /// The number of its app, which is not deleted; `nil` when the app must be asked.
        let appNumber: Int64?
    }

    private(set) var deletedApps: Set<AppID> = []
    private(set) var appNumbers: [AppID: Int64] = [:]
    fileprivate(set) var cursors: [GenerationID: Cursor] = [:]
    fileprivate(set) var versions: [WriterPlace: Int64] = [:]

    /// Reads what some steps need: their cursors, and writers where there are any.
    init(of steps: [ObjectStep], _ client: MongoClient) throws {
        try readCursors(of: steps, client)
        try readApps(of: steps, client)
        try readWriters(of: steps, client)
    }

    private mutating func readCursors(of steps: [ObjectStep], _ client: MongoClient) throws {
        let generations = Set(steps.map(\.move.generation)).map { BSONValue.int64($0.number) }
        let projection: BSONValue = [
            "position": 1, "epoch": 1, "owner": 1, "rewound_from": 1, "step": 1, "app_number": 1, "is_latest": 1,
            "is_app_deleted": 1,
        ]
        let found = try client.all(
            .find(Collection.cursors, ["_id": ["$in": .array(generations)]], ["projection": projection]))
        for document in found {
            let generation = GenerationID(try document.number("_id"))
            cursors[generation] = Cursor(
                position: try document.number("position"), epoch: try document.number("epoch"),
                owner: try document.optionalText("owner").map { OwnerID(unchecked: $0) },
                rewoundFrom: try document.number("rewound_from"),
                step: try CursorStep.latest(in: document, of: generation),
                // Whoever deletes an app marks the latest cursors, so one without a mark vouches for its app.
                appNumber: document.isTrue("is_latest") && !document.isTrue("is_app_deleted")
                    ? try document.optionalNumber("app_number") : nil)
        }
    }

    private mutating func readApps(of steps: [ObjectStep], _ client: MongoClient) throws {
        var doubtful: Set<AppID> = []
        for step in steps {
            guard let number = cursors[step.move.generation]?.appNumber else {
                doubtful.insert(step.app)
                continue
            }
            appNumbers[step.app] = number
        }
        guard !doubtful.isEmpty else { return }
        for document in try client.all(
            .find(Collection.apps, ["_id": ["$in": .array(doubtful.map { .string($0.text) })]]))
        {
            let app = AppID(unchecked: try document.text("_id"))
            appNumbers[app] = try document.number("number")
            if !document.isTrue("is_active") { deletedApps.insert(app) }
        }
    }

    private mutating func readWriters(of steps: [ObjectStep], _ client: MongoClient) throws {
        let writers = Set(steps.flatMap { step in step.writers.map { WriterPlace(app: step.app, writer: $0.writer) } })
        guard !writers.isEmpty else { return }
        for document in try client.all(
            .find(Collection.writers, ["_id": ["$in": .array(writers.map(\.id))]], ["projection": ["version": 1]]))
        {
            let id = try document.document("_id")
            let place = WriterPlace(
                app: AppID(unchecked: try id.text("app")), writer: WriterID(unchecked: try id.text("writer")))
            versions[place] = try document.number("version")
        }
    }
}
