public import AppRegistry
public import LogModel
import StoreSupport

extension MongoStore: ClientTokenStore {
    /// Adds a token of an app that is there and not deleted.
    public func add(_ token: ClientToken) async throws(StoreError) {
        let isAdded = try await write { client in
            guard try client.touchApp(token.app) else { return false }
            try client.insert([document(of: token)], into: Collection.tokens)
            return true
        }
        guard isAdded else { throw StoreError.tokenWithoutApp }
    }

    /// The token of an id.
    public func token(_ id: TokenID) async throws(StoreError) -> ClientToken? {
        try await read { client in
            try client.first(Collection.tokens, ["_id": .string(id.text)]).map { try ClientToken(row: $0, key: "_id") }
        }
    }

    /// A page of an app's tokens.
    public func tokens(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [ClientToken] {
        try await read { client in
            try client.all(
                .find(
                    Collection.tokens, ["app": .string(app.text), "_id": ["$gt": .string(last?.text ?? "")]],
                    ["sort": ["_id": 1], "limit": BSONValue(limit)])
            ).map { try ClientToken(row: $0, key: "_id") }
        }
    }

    /// Marks a token as revoked.
    public func revoke(_ id: TokenID, at moment: Timestamp) async throws(StoreError) -> Bool {
        try await write { client in
            try client.update(
                Collection.tokens, ["_id": .string(id.text), "revoked_at": nil],
                ["$set": ["revoked_at": .int64(moment.nanoseconds), "is_owed": true]])
        }
    }

    /// Sets when a token ends.
    public func setExpiry(of id: TokenID, to end: Timestamp?) async throws(StoreError) -> Bool {
        try await write { client in
            try client.update(
                Collection.tokens, ["_id": .string(id.text), "revoked_at": nil],
                ["$set": ["expires_at": BSONValue(end?.nanoseconds)]])
        }
    }

    /// Erases seals.
    public func eraseSeals(issuedBefore moment: Timestamp, limit: Int) async throws(StoreError) -> Int {
        try await change { client in
            let sealed = try client.all(
                .find(
                    Collection.tokens, ["seal": ["$exists": true], "created_at": ["$lt": .int64(moment.nanoseconds)]],
                    ["limit": BSONValue(limit), "projection": ["_id": 1], "hint": "client_tokens_sealed"])
            ).map { BSONValue.string(try $0.text("_id")) }
            guard !sealed.isEmpty else { return 0 }
            return try client.update(
                Collection.tokens,
                [
                    [
                        "q": ["_id": ["$in": .array(sealed)], "seal": ["$exists": true]],
                        "u": ["$unset": ["seal": ""]], "multi": true,
                    ]
                ])
        }
    }

    /// Revoked tokens whose end on the storage side is not confirmed.
    public func pendingRevocations(limit: Int) async throws(StoreError) -> [TokenID] {
        try await read { client in
            try client.all(
                .find(
                    Collection.tokens, ["is_owed": true],
                    [
                        "sort": ["revoked_at": 1, "_id": 1], "limit": BSONValue(limit), "projection": ["_id": 1],
                        "hint": "client_tokens_owed",
                    ])
            ).map { TokenID(unchecked: try $0.text("_id")) }
        }
    }

    /// Those of one app, in the order of their ids.
    public func pendingRevocations(
        of app: AppID, after last: TokenID?, limit: Int
    ) async throws(StoreError) -> [TokenID] {
        try await read { client in
            try client.all(
                .find(
                    Collection.tokens,
                    ["app": .string(app.text), "_id": ["$gt": .string(last?.text ?? "")], "is_owed": true],
                    [
                        "sort": ["_id": 1], "limit": BSONValue(limit), "projection": ["_id": 1],
                        "hint": "client_tokens_by_app",
                    ])
            ).map { TokenID(unchecked: try $0.text("_id")) }
        }
    }

    /// Notes that the storage side holds nothing more of a token.
    public func confirmRevocation(of id: TokenID, at moment: Timestamp) async throws(StoreError) {
        try await change { client in
            _ = try client.update(
                Collection.tokens, ["_id": .string(id.text), "is_owed": true],
                ["$set": ["storage_ended_at": .int64(moment.nanoseconds), "is_owed": false]])
        }
    }
}

private func document(of token: ClientToken) -> BSONDocument {
    var document: BSONDocument = [
        "_id": .string(token.id.text), "app": .string(token.app.text), "name": .string(token.name),
        "scopes": .int64(Int64(token.scopes.rawValue)), "digest": .binary(token.digest),
        "created_at": .int64(token.createdAt.nanoseconds), "expires_at": BSONValue(token.expiresAt?.nanoseconds),
        "revoked_at": BSONValue(token.revokedAt?.nanoseconds), "is_owed": .boolean(token.revokedAt != nil),
    ]
    if let seal = token.seal { document.append("seal", .binary(seal)) }
    return document
}
