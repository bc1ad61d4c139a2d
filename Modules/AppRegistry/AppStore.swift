public import LogModel

/// Keeps the registered apps.
///
/// Every change is atomic. A read that begins after a change has returned sees the change.
public protocol AppStore: Sendable {
    /// Adds an app.
    ///
    /// The name must be free among the apps that are not deleted. The id must be free among all apps.
    /// - Throws: ``StoreError``: `.conflict` when the name or the id is taken; nothing has changed then.
    ///   `.unavailable` and `.broken`: nothing has changed. `.outcomeUnknown`: the app may be stored or may yet be;
    ///   the caller reads it by its id.
    func add(_ app: RegisteredApp) async throws(StoreError)

    /// Reads an app by its id; deleted apps are found too.
    /// - Returns: the app; `nil` when no app ever had the id.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func app(_ id: AppID) async throws(StoreError) -> RegisteredApp?

    /// Reads an app by its name.
    /// - Returns: the app; `nil` when there is none of that name that is not deleted.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func app(named name: AppName) async throws(StoreError) -> RegisteredApp?

    /// Reads a page of the apps that are not deleted.
    /// - Parameters:
    ///   - last: apps with greater ids are read; `nil` begins with the first.
    ///   - limit: how many apps at most.
    /// - Returns: the apps in ascending order of their ids.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func apps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp]

    /// Reads a page of the apps that are deleted.
    /// - Parameters:
    ///   - last: apps with greater ids are read; `nil` begins with the first.
    ///   - limit: how many apps at most.
    /// - Returns: the apps in ascending order of their ids.
    /// - Throws: ``StoreError``: `.unavailable` when a later retry may succeed, `.broken` when no retry will.
    func deletedApps(after last: AppID?, limit: Int) async throws(StoreError) -> [RegisteredApp]

    /// Marks an app as deleted and revokes its tokens, in one step.
    ///
    /// Claims and commits of the app are refused from then on.
    /// - Parameters:
    ///   - id: the app.
    ///   - moment: the time of the deletion and of the revocations.
    /// - Returns: `false` when there is no such app, or it is deleted already; nothing has changed then.
    /// - Throws: ``StoreError``: `.unavailable`: nothing has changed. `.outcomeUnknown`: the app may be deleted or may
    ///   yet be; the caller repeats the call, which is idempotent. `.broken`: the store refuses the call; the app may
    ///   be deleted if an earlier part of the call succeeded.
    func deleteApp(_ id: AppID, at moment: Timestamp) async throws(StoreError) -> Bool
}
