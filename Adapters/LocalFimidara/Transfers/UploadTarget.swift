/// Where the bytes of an upload go.
struct UploadTarget: Sendable {
    let blob: BlobID
    let file: OpenFile
    /// The position of the first byte: 0 in a new blob, the committed size in one that is appended to.
    let start: Int64

    /// Whether nothing refers to the blob before the commit.
    let isNewBlob: Bool
}
