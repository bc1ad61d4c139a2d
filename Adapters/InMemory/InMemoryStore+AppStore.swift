public import AppRegistry
public import LogModel

extension InMemoryStore: AppStore {
    /// Adds an app.
    public func add(_ app: RegisteredApp) throws(StoreError) {
        let isTaken = apps[app.id] != nil || apps.values.contains { $0.name == app.name && $0.deletedAt == nil }
        guard !isTaken else { throw StoreError(.conflict, detail: "an app has the name or the id") }
        apps[app.id] = app
    }

    /// The app of an id.
    public func app(_ id: AppID) -> RegisteredApp? { apps[id] }

    /// The app of a name that is not deleted.
    public func app(named name: AppName) -> RegisteredApp? {
        apps.values.first { $0.name == name && $0.deletedAt == nil }
    }

    /// A page of the apps that are not deleted.
    public func apps(after last: AppID?, limit: Int) -> [RegisteredApp] {
        page(after: last, limit) { $0.deletedAt == nil }
    }

    /// Up to `limit` apps that are deleted, in the order of their ids, after `last`.
    public func deletedApps(after last: AppID?, limit: Int) -> [RegisteredApp] {
        page(after: last, limit) { $0.deletedAt != nil }
    }

    private func page(after last: AppID?, _ limit: Int, where isMeant: (RegisteredApp) -> Bool) -> [RegisteredApp] {
        let behind = apps.values.filter { app in isMeant(app) && (last.map { $0.text < app.id.text } ?? true) }
        return Array(behind.sorted { $0.id.text < $1.id.text }.prefix(limit))
    }

    /// Marks an app as deleted and revokes its tokens.
    public func deleteApp(_ id: AppID, at moment: Timestamp) -> Bool {
        guard let app = apps[id], app.deletedAt == nil else { return false }
        apps[id] = RegisteredApp(id: app.id, name: app.name, createdAt: app.createdAt, deletedAt: moment)
        for token in tokens.values where token.token.app == id { _ = revoke(token.token.id, at: moment) }
        return true
    }
}
