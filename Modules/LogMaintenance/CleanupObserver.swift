/// Receives what a cleanup removed; each call must return quickly and must not fail.
public protocol CleanupObserver: Sendable {
    /// Reports removed records, rejects, runs and cursors of deleted apps.
    func note(_ figures: CleanupFigures)
    /// Reports removed files.
    func note(_ figures: SourceFigures)
    /// Reports removed cursors of files that are gone.
    func note(_ figures: TombstoneFigures)
}
