/// What an upload has brought to the disk.
struct ReceivedBytes: Sendable {
    let count: Int64
    let part: MultipartPart
}
