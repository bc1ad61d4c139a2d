public import AppRegistry
import LogModel

/// A rule: how long the records of one app are kept.
public struct AppRetention: Sendable, Hashable {
    /// The id or the name of the app.
    public let app: String
    /// The number of days.
    public let days: Int

    /// Makes a rule.
    public init(app: String, days: Int) {
        self.app = app
        self.days = days
    }

    /// The message when there is no app of the name.
    public var withoutApp: String {
        "retention.apps names \"\(visibleText(app))\", and there is no such app: until it does not, retention.days does not "
            + "apply"
    }
}

extension CleanupSettings {
    /// Applies the rules of single apps.
    ///
    /// A rule that names no app may be mistyped. Then no record may be removed by the general rule, so ``days`` becomes
    /// `nil`.
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
