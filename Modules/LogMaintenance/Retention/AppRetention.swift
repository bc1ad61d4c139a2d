public import AppRegistry
import LogModel

/// The rule of how long the records of one app are kept.
public struct AppRetention: Sendable, Hashable {
    /// The id or the name of the app.
    public let app: String
    /// How many days.
    public let days: Int

    /// Makes a rule.
    public init(app: String, days: Int) {
        self.app = app
        self.days = days
    }

    /// What is wrong when there is no app of the name.
    public var withoutApp: String {
        "retention.apps names \"\(visibleText(app))\", and there is no such app: until it does not, retention.days does not "
            + "apply"
    }
}

extension CleanupSettings {
    /// Takes the rules of single apps over.
    ///
    /// A rule that names no app may be a rule that was mistyped. No record may be removed by the general rule then, so
    /// ``days`` becomes `nil`.
    /// - Parameters:
    ///   - rules: the rules.
    ///   - apps: the apps.
    /// - Returns: the rules that name no app.
    /// - Throws: ``StoreError`` when the apps cannot be read.
    public mutating func apply(_ rules: [AppRetention], of apps: AppRegistrar) async throws -> [AppRetention] {
        var unknown: [AppRetention] = []
        for rule in rules {
            do {
                daysOfApps[try await apps.find(rule.app).id] = rule.days
            } catch RegistryError.unknownApp {
                unknown.append(rule)
            }
        }
        if !unknown.isEmpty { days = nil }
        return unknown
    }
}
