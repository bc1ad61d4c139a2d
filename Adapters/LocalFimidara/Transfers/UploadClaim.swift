/// A file that one upload may write to, until it lets go of the hold.
struct UploadClaim: Sendable {
    let located: LocatedFile
    /// Whether the file was made by this upload, and goes again if it fails.
    let isNew: Bool
    let hold: WriteHold
    let agent: Agent
}
