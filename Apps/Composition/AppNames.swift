import AppRegistry
public import LogModel

/// The names of all apps, for lists that show whose something is.
public struct AppNames: Sendable {
    private var names: [AppID: String] = [:]

    init(_ apps: AppRegistrar) async throws {
        var last: AppID?
        while true {
            let page = try await apps.list(after: last, limit: 1000)
            for app in page { names[app.id] = app.name.text }
            guard page.count == 1000 else { return }
            last = page.last?.id
        }
    }

    /// The name of an app; the id of one that is removed.
    public func name(of app: AppID) -> String { names[app] ?? app.text }
}
