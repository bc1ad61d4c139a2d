public import LogModel

/// Registers, finds and deletes apps.
public struct AppRegistrar: Sendable {
    private let store: any AppStore
    private let clock: any WallClock
    private let entropy: any Entropy

    /// Puts the service together.
    public init(store: any AppStore, clock: any WallClock, entropy: any Entropy) {
        self.store = store
        self.clock = clock
        self.entropy = entropy
    }

    /// Registers an app.
    /// - Throws: ``RegistryError`` `.invalidAppName` or `.nameTaken`; ``RegistryStoreError``.
    public func register(named text: String) async throws -> RegisteredApp {
        guard let name = AppName(text) else { throw RegistryError.invalidAppName(text) }
        let now = clock.now()
        let app = RegisteredApp(id: .mint(at: now, from: entropy), name: name, createdAt: now)
        do {
            try await store.add(app)
        } catch  where error.reason == .conflict {
            throw RegistryError.nameTaken(text)
        }
        return app
    }

    /// The app that a text names, by id or by name; deleted apps are unknown.
    /// - Throws: ``RegistryError`` `.unknownApp`; ``RegistryStoreError``.
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
    /// - Throws: ``RegistryError`` `.invalidAppName`; ``RegistryStoreError``.
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

    /// Up to `limit` apps after `last`.
    public func list(after last: AppID? = nil, limit: Int = 100) async throws(RegistryStoreError) -> [RegisteredApp] {
        try await store.apps(after: last, limit: limit)
    }

    /// Deletes an app and revokes its tokens.
    /// - Throws: ``RegistryError`` `.unknownApp`; ``RegistryStoreError``.
    public func delete(_ id: AppID) async throws {
        guard try await store.deleteApp(id, at: clock.now()) else { throw RegistryError.unknownApp(id.text) }
    }
}

/// What a caller of the registry did wrong.
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
    /// A token's name must have 1 to 100 bytes and no control characters.
    case invalidTokenName

    /// What is wrong, for people.
    public var description: String {
        switch self {
        case .invalidAppName: "an app's name has \(AppName.rule)"
        case .nameTaken(let name): "another app is named \"\(name)\""
        case .unknownApp(let text): "there is no app \"\(text)\""
        case .unknownToken(let text): "the app has no token \"\(text)\" that is not revoked"
        case .expiryInPast: "a token's expiry must lie in the future"
        case .invalidTokenName: "a token's name has 1 to 100 bytes and no control characters"
        }
    }
}
