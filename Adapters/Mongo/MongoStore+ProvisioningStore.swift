public import LogModel
public import SdkProvisioning
import StoreSupport

extension MongoStore: ProvisioningStore {
    /// What is known to exist for an app.
    public func grant(for app: AppID) async throws(StoreError) -> AppGrant? {
        try await read { try $0.keptGrant(of: app) }
    }

    /// Keeps a grant in place of the one that the caller knows.
    public func replaceGrant(
        _ known: AppGrant?, with grant: AppGrant, for app: AppID
    ) async throws(StoreError) -> AppGrant {
        try await change { client in
            let id: BSONDocument = ["_id": .string(app.text)]
            let isReplaced = try known.map { known in
                try client.update(Collection.grants, id + known.members, ["$set": .document(grant.members)])
            }
            if isReplaced != true {
                do {
                    try client.update(
                        Collection.grants, id, ["$setOnInsert": .document(grant.members)], upsert: true)
                } catch let error as MongoError where error.isDuplicateKey {
                    // Another call was faster.
                }
            }
            return try client.keptGrant(of: app) ?? grant
        }
    }

    /// Whether a token's storage token is known to be in its group.
    public func isEnrolled(_ token: TokenID) async throws(StoreError) -> Bool {
        try await read { client in
            try client.first(Collection.enrolled, ["_id": .string(token.text)]) != nil
        }
    }

    /// Remembers whether a token's storage token is in its group.
    public func setEnrolled(_ enrolled: Bool, _ token: TokenID) async throws(StoreError) {
        try await change { client in
            guard enrolled else { return try client.removeOne(Collection.enrolled, token.text) }
            try client.update(
                Collection.enrolled, ["_id": .string(token.text)], ["$set": ["is_enrolled": true]], upsert: true)
        }
    }

    /// The prefix kept for a token and an instance, or else the candidate.
    public func filePrefix(
        of token: TokenID, instance: String, else candidate: FilePrefix, at moment: Timestamp
    ) async throws(StoreError) -> FilePrefix {
        let place: BSONDocument = ["token": .string(token.text), "instance": .string(instance)]
        let kept = try await change { client -> String? in
            if let known = try client.first(Collection.prefixes, place) { return try known.text("_id") }
            let new = ["_id": .string(candidate.text)] + place + ["created_at": .int64(moment.nanoseconds)]
            do {
                try client.insert([new], into: Collection.prefixes)
                return candidate.text
            } catch let error as MongoError where error.isDuplicateKey {
                // Another call was faster, or the candidate is not its own.
                return try client.first(Collection.prefixes, place)?.text("_id")
            }
        }
        guard let kept else { throw StoreError.takenPrefix(candidate) }
        return FilePrefix(unchecked: kept)
    }

    /// Who was given a prefix.
    public func owner(of prefix: FilePrefix) async throws(StoreError) -> PrefixOwner? {
        try await read { client in
            try client.first(Collection.prefixes, ["_id": .string(prefix.text)]).map {
                PrefixOwner(token: TokenID(unchecked: try $0.text("token")), instance: try $0.text("instance"))
            }
        }
    }
}

extension AppGrant {
    /// The members of a document that keeps the grant.
    fileprivate var members: BSONDocument {
        [
            "folder_path": .string(folderPath.description), "folder": .string(folder.text),
            "permission_group": .string(group.text),
        ]
    }
}

extension MongoClient {
    /// The grant kept for an app.
    fileprivate func keptGrant(of app: AppID) throws -> AppGrant? {
        try first(Collection.grants, ["_id": .string(app.text)]).map {
            AppGrant(
                folderPath: StoragePath(try $0.text("folder_path")), folder: StorageFolderID(try $0.text("folder")),
                group: StorageGroupID(try $0.text("permission_group")))
        }
    }

    /// Removes a document, if it is there.
    fileprivate func removeOne(_ collection: String, _ id: String) throws {
        try run(["delete": .string(collection), "deletes": [["q": ["_id": .string(id)], "limit": 1]]], .write)
    }
}
