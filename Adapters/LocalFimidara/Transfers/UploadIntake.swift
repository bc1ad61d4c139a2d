internal import BlockingExecutor

/// Takes the wanted part of a form to the disk, in writes of a quarter of a megabyte or so.
struct UploadIntake {
    private static let pieceLimit = 256 * 1024

    /// How far the disk and the file may be filled.
    struct Bounds: Sendable {
        /// Bytes that the file, or the part, may grow to.
        let fileBytes: Int64
        /// Bytes that stay free on the disk.
        let freeBytes: Int64
    }

    private let target: UploadTarget
    private let account: QuotaAccount
    private let bounds: Bounds
    private let blobs: BlobStore
    private let threads: BlockingThreads
    private let budget: ByteBudget
    /// Bytes that the budget was asked for, for whoever must give them back.
    private let taken: Locked<Int64>
    private var buffer: [UInt8] = []
    private var isTaking = false

    /// The part that is taken: a file, or a text field named `data`.
    private(set) var part: MultipartPart?
    /// Bytes that came in it and are written.
    private(set) var count: Int64 = 0

    init(
        into target: UploadTarget, of account: QuotaAccount, _ bounds: Bounds, blobs: BlobStore,
        threads: BlockingThreads, budget: ByteBudget, taken: Locked<Int64>
    ) {
        self.target = target
        self.account = account
        self.bounds = bounds
        self.blobs = blobs
        self.threads = threads
        self.budget = budget
        self.taken = taken
    }

    /// Takes what the form has brought.
    /// - Throws: a failure with status 400 when a second part would have to be stored; 403 before the file, its folder
    ///   or the store would grow beyond its limit; 503 before the disk would be full; an I/O failure.
    mutating func take(_ event: MultipartForm.Event) async throws {
        switch event {
        case .partBegan(let part):
            guard part.isWanted else { return }
            // A file has the bytes of one part: to acknowledge the upload would be to drop those of the other one.
            if let first = self.part {
                throw StorageFailure.invalid(
                    first.name == "data" && part.name == "data"
                        ? "The form has two parts named data" : "The form has two parts that are files or named data")
            }
            self.part = part
            isTaking = true
        case .bytes(let bytes):
            guard isTaking else { return }
            if buffer.isEmpty { buffer = bytes } else { buffer.append(contentsOf: bytes) }
            if buffer.count >= UploadIntake.pieceLimit { try await flush() }
        case .partEnded:
            isTaking = false
        }
    }

    /// Writes what is left, and waits until all of it is on the disk.
    mutating func finish() async throws {
        try await flush()
        let file = target.file
        try await threads.run { try file.sync() }
    }

    private mutating func flush() async throws {
        guard !buffer.isEmpty else { return }
        let size = Int64(buffer.count)
        let position = target.start + count
        guard position + size <= bounds.fileBytes else {
            throw StorageFailure.usageLimit("The file is as large as it may be", .file)
        }
        try budget.take(size, of: account)
        taken.withLock { $0 += size }
        let (file, piece, blobs, bounds) = (target.file, buffer, blobs, bounds)
        buffer = []
        try await threads.run {
            if bounds.freeBytes > 0 { try blobs.requireRoom(for: size, keeping: bounds.freeBytes) }
            try file.write(piece, at: position)
        }
        count += size
    }
}
