/// How much a store takes in.
public struct StorageLimits: Sendable, Hashable {
    /// Bytes that one file may grow to.
    public var fileBytes: Int64
    /// Bytes that all files together may grow to.
    public var totalBytes: Int64
    /// How many files there may be.
    public var files: Int

    /// Makes limits; uploads beyond them are refused with 403 before anything more is written.
    /// - Parameters:
    ///   - fileBytes: for one file; 16 GiB unless told otherwise.
    ///   - totalBytes: for all files together; 256 GiB unless told otherwise.
    ///   - files: how many files; a million unless told otherwise.
    public init(fileBytes: Int64 = 16 << 30, totalBytes: Int64 = 256 << 30, files: Int = 1_000_000) {
        self.fileBytes = fileBytes
        self.totalBytes = totalBytes
        self.files = files
    }

    /// What one upload may bring, as fimidara has it: 1 GiB.
    static let uploadBytes: Int64 = 1 << 30
    /// What a JSON body may hold.
    static let jsonBytes = 100 * 1024
    /// How many ranges one read may ask for.
    static let ranges = 100
}
