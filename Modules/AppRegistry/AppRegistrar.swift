public import LogModel

/// Registers, finds and deletes apps.
public struct AppRegistrar: Sendable {
    private let store: any AppStore
    private let clock: any WallClock
    private let entropy: any Entropy
    private let settlement: Settlement

    /// Makes the service.
    /// - Parameters:
    ///   - store: keeps the apps.
    ///   - clock: tells the times of registration and deletion.
    ///   - entropy: supplies the random part of ids.
    ///   - ticks: measures how long the service tries to find out what became of a change whose answer was lost.
    public init(store: any AppStore, clock: any WallClock, entropy: any Entropy, ticks: any Clock<Duration>) {
        self.store = store
        self.clock = clock
        self.entropy = entropy
        settlement = Settlement(ticks: ticks, entropy: entropy)
    }

    /// Registers an app.
    /// - Parameters:
    ///   - text: the app's name.
    ///   - key: the caller's idempotency key; a repeated request with the same key gives the same app.
    /// - Returns: the app.
    /// - Throws: ``RegistryError`` `.invalidAppName`, `.nameTaken` or `.keyUsed`; ``StoreError``.
    public func register(named text: String, under key: IdempotencyKey? = nil) async throws -> RegisteredApp {
        guard let name = AppName(text) else { throw RegistryError.invalidAppName(text) }
        let now = clock.now()
        let app = RegisteredApp(id: key?.appID ?? .mint(at: now, from: entropy), name: name, createdAt: now)
        let isAdded = try await settlement.settle { () async throws(StoreError) in
            try await store.attempt(app)
        } isDone: { () async throws(StoreError) in
            try await store.app(app.id)?.createdAt == now
        }
        if isAdded { return app }
        guard key != nil, let earlier = try await store.app(app.id) else { throw RegistryError.nameTaken(text) }
        guard earlier.name == name else { throw RegistryError.keyUsed("it registered the app \(earlier.id)") }
        guard earlier.deletedAt == nil else {
            throw RegistryError.keyUsed("it registered the app \(earlier.id), which was deleted since")
        }
        return earlier
    }

    /// Finds the app with an id or a name; deleted apps are unknown.
    /// - Throws: ``RegistryError`` `.unknownApp`; ``StoreError``.
    public func find(_ text: String) async throws -> RegisteredApp {
        let found: RegisteredApp?
        if let id = AppID(text) {
            found = try await store.app(id)
        } else if let name = AppName(text) {
            found = try await store.app(named: name)
        } else {
            found = nil
        }
        guard let found, found.deletedAt == nil else { throw RegistryError.unknownApp(text) }
        return found
    }

    /// Finds the app of a name, or registers it.
    /// - Throws: ``RegistryError`` `.invalidAppName`; ``StoreError``.
    public func findOrRegister(_ text: String) async throws -> RegisteredApp {
        do {
            return try await find(text)
        } catch RegistryError.unknownApp where AppID(text) == nil {
            do {
                return try await register(named: text)
            } catch RegistryError.nameTaken {
                return try await find(text)
            }
        }
    }

    /// Reads a page of the apps that are not deleted, with ids greater than `last`.
    public func list(after last: AppID? = nil, limit: Int = 100) async throws(StoreError) -> [RegisteredApp] {
        try await store.apps(after: last, limit: limit)
    }

    /// Deletes an app and revokes its tokens.
    /// - Throws: ``RegistryError`` `.unknownApp`; ``StoreError``.
    public func delete(_ id: AppID) async throws {
        let now = clock.now()
        let isDeleted = try await settlement.settle { () async throws(StoreError) in
            try await store.deleteApp(id, at: now)
        } isDone: { () async throws(StoreError) in
            try await store.app(id)?.deletedAt == now
        }
        guard isDeleted else { throw RegistryError.unknownApp(id.text) }
    }
}

/// An error of a caller of the registry.
public enum RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name breaks the rule of ``AppName``.
    case invalidAppName(String)
    /// Another app has the name.
    case nameTaken(String)
    /// There is no app of this id or name.
    case unknownApp(String)
    /// The app has no such token that is not revoked.
    case unknownToken(String)
    /// A token's expiry must lie in the future.
    case expiryInPast
    /// The ``IdempotencyKey`` was used for another request, or for one whose answer cannot be repeated.
    case keyUsed(String)
    /// A token's name must have 1 to 100 bytes and no control characters.
    case invalidTokenName

    /// The problem, for people.
    public var description: String {
        switch self {
        case .invalidAppName: "an app's name has \(AppName.rule)"
        case .nameTaken(let name): "another app is named \"\(name)\""
        case .unknownApp(let text): "there is no app \"\(text)\""
        case .unknownToken(let text): "the app has no token \"\(text)\" that is not revoked"
        case .keyUsed(let words): "the Idempotency-Key was used before: \(words); take another key for another request"
        case .expiryInPast: "a token's expiry must lie in the future"
        case .invalidTokenName: "a token's name has 1 to 100 bytes and no control characters"
        }
    }
}
