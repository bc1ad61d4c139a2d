import AppRegistry
import Composition
import LogModel

/// The column that says whose a row is: its name for people, who know an app that they chose, its id in JSON.
struct AppColumn {
    private let names: AppNames?
    private let hasIDs: Bool

    /// - Parameters:
    ///   - chosen: the app that is shown; `nil` for all.
    ///   - json: whether rows are objects of JSON.
    ///   - deployment: what knows the apps.
    /// - Throws: when the names of apps cannot be read.
    init(chosen: RegisteredApp?, json: Bool, in deployment: Deployment) async throws {
        names = chosen == nil && !json ? try await deployment.apps.names() : nil
        hasIDs = json
    }

    /// Its heading; none when there is no such column.
    var heading: [String] { names == nil && !hasIDs ? [] : ["app"] }

    /// Its cell in a row of an app; the id of one that is removed.
    func cell(of app: AppID) -> [Table.Cell] {
        if hasIDs { return [.text(app.text)] }
        return names.map { [.text($0.name(of: app))] } ?? []
    }

    /// Its cell in a row of an app that was just listed.
    func cell(of app: RegisteredApp) -> [Table.Cell] {
        if hasIDs { return [.text(app.id.text)] }
        return names == nil ? [] : [.text(app.name.text)]
    }
}
