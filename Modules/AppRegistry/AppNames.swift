public import LogModel

/// The names of all apps, for lists with entries of several apps.
public struct AppNames: Sendable {
    private var names: [AppID: String] = [:]

    /// Returns the name of an app; for a deleted app its id.
    public func name(of app: AppID) -> String { names[app] ?? app.text }

    fileprivate mutating func add(_ apps: [RegisteredApp]) {
        for app in apps { names[app.id] = app.name.text }
    }
}

extension AppRegistrar {
    /// Reads the names of all apps.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    public func names() async throws -> AppNames {
        var names = AppNames()
        var last: AppID?
        while true {
            let page = try await list(after: last, limit: 1000)
            names.add(page)
            guard page.count == 1000 else { return names }
            last = page.last?.id
        }
    }
}
