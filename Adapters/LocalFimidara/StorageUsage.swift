/// How full a store is.
public struct StorageUsage: Sendable, Hashable {
    /// Bytes of all files, of parts, and of uploads in progress.
    public let bytes: Int64
    /// Bytes that all of them together may grow to.
    public let limit: Int64
    /// Bytes that the disk has left for this process.
    public let free: Int64
    /// The share of its limit that the fullest folder with a limit has used, from 0 to 1.
    public let fullestFolder: Double
}
