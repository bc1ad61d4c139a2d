/// How much a store takes in.
public struct StorageLimits: Sendable, Hashable {
    /// Bytes that one file may grow to.
    public var fileBytes: Int64
    /// Bytes that the body of one upload, append or part may have.
    public var uploadBytes: Int64
    /// Bytes that all files together may grow to.
    public var totalBytes: Int64
    /// How many files there may be.
    public var files: Int
    /// What single folders may grow to.
    public var folders: FolderQuotas
    /// Bytes that stay free on the disk: uploads that would leave less are refused.
    public var freeBytes: Int64
    /// How long an upload in parts is kept after its latest part.
    public var partLifetime: Duration
    /// How many uploads in parts may be in progress at a time.
    public var partedUploads: Int

    /// Makes limits; uploads beyond them are refused with 403 before anything more is written.
    /// - Parameters:
    ///   - fileBytes: for one file; 16 GiB unless told otherwise.
    ///   - uploadBytes: for the body of one upload; 1 GiB unless told otherwise, as fimidara has it.
    ///   - totalBytes: for all files together, parts included; 256 GiB unless told otherwise.
    ///   - files: how many files; a million unless told otherwise.
    ///   - folders: for single folders; none unless told otherwise.
    ///   - freeBytes: what stays free on the disk; 0 unless told otherwise.
    ///   - partLifetime: how long an upload in parts is kept after its latest part; 24 hours, as fimidara has it.
    ///   - partedUploads: how many uploads in parts may be in progress; 1000 unless told otherwise.
    public init(
        fileBytes: Int64 = 16 << 30, uploadBytes: Int64 = 1 << 30, totalBytes: Int64 = 256 << 30,
        files: Int = 1_000_000, folders: FolderQuotas = FolderQuotas(), freeBytes: Int64 = 0,
        partLifetime: Duration = .seconds(86_400), partedUploads: Int = 1000
    ) {
        self.fileBytes = fileBytes
        self.uploadBytes = uploadBytes
        self.totalBytes = totalBytes
        self.files = files
        self.folders = folders
        self.freeBytes = freeBytes
        self.partLifetime = partLifetime
        self.partedUploads = partedUploads
    }

    /// What a JSON body may hold, as fimidara has it.
    static let jsonBytes = 100 * 1024
    /// What the JSON body may hold that names up to 10 000 parts.
    static let partListBytes = 512 * 1024
    /// Numbers that a part may have, as fimidara has it.
    static let parts: ClosedRange<Int64> = 1...10_000
    /// How many ranges one read may ask for.
    static let ranges = 100
    /// How many segments a path may have, the root's name among them, as fimidara has it.
    static let segments = 10
}
