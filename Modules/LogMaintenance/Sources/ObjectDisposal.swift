public import AppRegistry
public import LogIngestion

/// Removes objects from the sources of apps.
public protocol ObjectDisposal: Sendable {
    /// Removes an object by its identity; an object that has taken its name since then stays.
    ///
    /// The call is idempotent: an object that is not there any more is no failure.
    /// - Throws: ``SourceError``: `.unavailable`, `.late` and `.throttled`: the object may be gone or may yet go; the
    ///   caller repeats the call later. `.unauthenticated`, `.forbidden` and `.rejected`: the source refuses the call
    ///   for good, and the object stays.
    func remove(_ object: SourceObject, of app: RegisteredApp) async throws(SourceError)
}
