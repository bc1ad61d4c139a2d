import LogCursor
import LogIngestion
import LogModel

/// A writer of an app.
struct WriterPlace: Hashable {
    let app: AppID
    let writer: WriterID

    /// The writer's key.
    var id: BSONValue { ["app": .string(app.text), "writer": .string(writer.text)] }
}

/// What the judgement of a commit rests on.
struct KnownState: Sendable {
    /// What is looked at of a cursor, with the number of its app.
    ///
    /// As long as position and epoch are the same, so is the rest, but for an owner who has let go: a commit moves the
    /// cursor, and whoever else changes it raises the epoch. Whoever deletes the app marks the cursor.
    struct Cursor: Sendable {
        var position: Int64
        let epoch: Int64
        let owner: OwnerID?
        let rewoundFrom: Int64
        var step: CursorStep?
        /// `nil` when the app was not asked yet, or is deleted.
        var appNumber: Int64?
    }

    private(set) var deletedApps: Set<AppID> = []
    var cursors: [GenerationID: Cursor] = [:]
    var versions: [WriterPlace: Int64] = [:]

    /// Reads what some steps need: cursors that are not remembered with their apps, and writers where there are any.
    init(of steps: [ObjectStep], _ client: MongoClient, _ memory: CommitMemory) throws {
        cursors = memory.take(steps)
        try readCursors(Set(steps.map(\.move.generation)).subtracting(cursors.keys), client)
        try readApps(of: steps, client)
        try readWriters(of: steps, client)
    }

    private mutating func readCursors(_ generations: Set<GenerationID>, _ client: MongoClient) throws {
        guard !generations.isEmpty else { return }
        let ids = generations.map { BSONValue.int64($0.number) }
        let projection: BSONValue = [
            "position": 1, "epoch": 1, "owner": 1, "rewound_from": 1, "step": 1,
        ]
        let found = try client.all(
            .find(Collection.cursors, ["_id": ["$in": .array(ids)]], ["projection": projection]))
        for document in found {
            let generation = GenerationID(try document.number("_id"))
            cursors[generation] = Cursor(
                position: try document.number("position"), epoch: try document.number("epoch"),
                owner: try document.optionalText("owner").map { OwnerID(unchecked: $0) },
                rewoundFrom: try document.number("rewound_from"),
                step: try CursorStep.latest(in: document, of: generation), appNumber: nil)
        }
    }

    private mutating func readApps(of steps: [ObjectStep], _ client: MongoClient) throws {
        let unasked = steps.filter { cursors[$0.move.generation]?.appNumber == nil }
        guard !unasked.isEmpty else { return }
        let ids = Set(unasked.map(\.app)).map { BSONValue.string($0.text) }
        var numbers: [AppID: Int64] = [:]
        for document in try client.all(.find(Collection.apps, ["_id": ["$in": .array(ids)]])) {
            let app = AppID(unchecked: try document.text("_id"))
            if document.isTrue("is_active") {
                numbers[app] = try document.number("number")
            } else {
                deletedApps.insert(app)
            }
        }
        for step in unasked { cursors[step.move.generation]?.appNumber = numbers[step.app] }
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
