public import AppRegistry

/// Tells where an app's log files are.
public protocol AppSources: Sendable {
    /// The source of an app's files; making it asks nothing of the outside.
    func source(of app: RegisteredApp) -> any ObjectSource
}
