/// Receives what comes of requests for runs; each call must return quickly and must not fail.
public protocol RunObserver: Sendable {
    /// Reports that a run has ended.
    func ended(_ run: Run)
    /// Reports that a run did not begin, because another run of its kind is going on.
    func skipped(_ kind: RunKind)
    /// Reports that a run could not begin, because its lock could not be asked for or its start not be recorded.
    func couldNotBegin(_ kind: RunKind)
}
