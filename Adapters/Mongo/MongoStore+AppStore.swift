public import AppRegistry
public import LogModel
import StoreSupport

extension MongoStore: AppStore {
    /// Adds an app.
    public func add(_ app: RegisteredApp) async throws(StoreError) {
        // In a transaction, of which the server says whether its outcome is known.
        try await write { client in
            try client.insert(
                [
                    [
                        "_id": .string(app.id.text), "number": .int64(try client.mint(.apps, 1)),
                        "name": .string(app.name.text), "created_at": .int64(app.createdAt.nanoseconds),
                        "deleted_at": nil, "is_active": true,
                    ]
                ], into: Collection.apps)
        }
    }

    /// The app of an id.
    public func app(_ id: AppID) async throws(StoreError) -> RegisteredApp? {
        try await read { client in
            try client.first(Collection.apps, ["_id": .string(id.text)]).map { try RegisteredApp(row: $0, key: "_id") }
        }
    }

    /// The app of a name that is not deleted.
    public func app(named name: AppName) async throws(StoreError) -> RegisteredApp? {
        try await read { client in
            try client.first(Collection.apps, ["name": .string(name.text), "is_active": true]).map {
                try RegisteredApp(row: $0, key: "_id")
            }
        }
    }

    /// A page of the apps that are not deleted.
    public func apps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp] {
        try await page(after: last, limit, areActive: true)
    }

    /// Up to `limit` apps that are deleted, in the order of their ids, after `last`.
    public func deletedApps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp] {
        try await page(after: last, limit, areActive: false)
    }

    private func page(
        after last: AppID?, _ limit: Int, areActive: Bool
    ) async throws(StoreError) -> [RegisteredApp] {
        try await read { client in
            try client.all(
                .find(
                    Collection.apps, ["_id": ["$gt": .string(last?.text ?? "")], "is_active": .boolean(areActive)],
                    ["sort": ["_id": 1], "limit": BSONValue(limit)])
            ).map { try RegisteredApp(row: $0, key: "_id") }
        }
    }

    /// Marks an app as deleted and revokes its tokens.
    ///
    /// When it returns, no commit of the app is under way any more that could still be applied.
    public func deleteApp(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool {
        let isDeleted = try await markDeleted(id, at: moment)
        // A commit that began before knows nothing of it, and one that goes on where another has ended reads no app. Each
        // writes a cursor: whichever of the two comes later waits for the other, or is begun anew and finds the app
        // deleted. So does who takes a cursor meanwhile; a new one cannot come in behind the first step, which its
        // transaction meets at the app itself.
        do {
            try await insist { client in
                _ = try client.run([
                    "update": .string(Collection.cursors),
                    "updates": [
                        [
                            "q": ["app": .string(id.text), "is_latest": true],
                            "u": ["$set": ["is_app_deleted": true]], "multi": true,
                        ]
                    ],
                    "writeConcern": ["w": "majority", "j": true],
                ])
            }
        } catch {
            // The app is deleted already.
            throw error.reason == .unavailable ? StoreError(.outcomeUnknown, detail: error.detail) : error
        }
        return isDeleted
    }

    private func markDeleted(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await write { client in
            let isDeleted = try client.update(
                Collection.apps, ["_id": .string(id.text), "is_active": true],
                ["$set": ["is_active": false, "deleted_at": .int64(moment.nanoseconds)]])
            guard isDeleted else { return false }
            try client.update(
                Collection.tokens,
                [
                    [
                        "q": ["app": .string(id.text), "revoked_at": nil],
                        "u": ["$set": ["revoked_at": .int64(moment.nanoseconds), "is_owed": true]], "multi": true,
                    ]
                ])
            return true
        }
    }
}

extension MongoClient {
    /// Makes a transaction that hangs something new on an app meet one that deletes the app.
    /// - Returns: whether the app is there and not deleted.
    func touchApp(_ id: AppID) throws -> Bool {
        try update(Collection.apps, ["_id": .string(id.text), "is_active": true], ["$inc": ["touches": 1]])
    }

    /// The number that stands for an app in records; `nil` when there never was such an app.
    func appNumber(_ id: AppID) throws -> Int64? {
        try first(Collection.apps, ["_id": .string(id.text)], ["projection": ["number": 1]])?.number("number")
    }
}
