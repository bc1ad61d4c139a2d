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

    /// The share of a quota from which on operators are warned.
    private static let nearlyFull = 0.9

    /// Tells operators that the store is full, or soon will be.
    /// - Parameter limits: what the store goes by.
    /// - Returns: the most urgent warning; `nil` when there is room.
    public func warning(by limits: StorageLimits) -> String? {
        if free <= limits.freeBytes { return "the file store's disk is full: uploads are answered 503" }
        if Double(bytes) >= StorageUsage.nearlyFull * Double(limit) {
            return "the file store has used nine tenths of local_fimidara.quota"
        }
        return fullestFolder >= StorageUsage.nearlyFull
            ? "an app has used nine tenths of its quota in the file store" : nil
    }
}
