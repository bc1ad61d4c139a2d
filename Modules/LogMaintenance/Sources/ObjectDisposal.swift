public import AppRegistry
public import LogIngestion

/// Removes objects from the sources of apps.
public protocol ObjectDisposal: Sendable {
    /// Removes an object, which is meant by its identity: what has come under its name since then stays.
    ///
    /// One that is not there any more is no failure, so that the same call may be repeated.
    /// - Throws: ``SourceError``; the object may be gone all the same when the answer was lost.
    func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError)
}
