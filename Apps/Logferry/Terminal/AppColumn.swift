import AppRegistry
import Composition
import LogModel

/// The column that says whose a row is, in a table that people read and that shows all apps.
///
/// Objects of JSON have the members that the API gives them, and a chosen app is known.
struct AppColumn {
    private let names: AppNames?

    /// - Parameters:
    ///   - chosen: the app that is shown; `nil` for all.
    ///   - json: whether rows are objects of JSON.
    ///   - deployment: what knows the apps.
    /// - Throws: when the names of apps cannot be read.
    init(chosen: RegisteredApp?, json: Bool, in deployment: Deployment) async throws {
        names = chosen == nil && !json ? try await deployment.appNames() : nil
    }

    /// Its heading; none when there is no such column.
    var heading: [String] { names == nil ? [] : ["app"] }

    /// Its cell in a row of an app; the id of one that is removed.
    func cell(of app: AppID) -> [Table.Cell] { names.map { [.text($0.name(of: app))] } ?? [] }

    /// Its cell in a row of an app that was just listed.
    func cell(of app: RegisteredApp) -> [Table.Cell] { names == nil ? [] : [.text(app.name.text)] }
}
