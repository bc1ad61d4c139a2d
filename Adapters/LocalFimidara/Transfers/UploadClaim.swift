/// A file, or a part of one, that one upload may write to until it lets go of the hold.
struct UploadClaim: Sendable {
    let located: LocatedFile
    /// Whether the file was made by this upload, and goes again if it fails.
    let isNew: Bool
    let hold: WriteHold
    let agent: Agent
    /// Whose limit counts beside the store's.
    let account: QuotaAccount
    /// The part that is uploaded; `nil` for a whole file and for an append.
    var part: PartClaim?
}

/// A part that one upload may write.
struct PartClaim: Sendable {
    /// What the client calls the upload in parts.
    let clientId: String
    /// From 1 to 10 000.
    let number: Int64
    /// Bytes of the parts that are there already, but for the one that is replaced.
    let otherBytes: Int64
}
