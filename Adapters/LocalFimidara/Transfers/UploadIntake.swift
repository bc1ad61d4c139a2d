internal import BlockingExecutor

/// Takes the wanted part of a form to the disk, in writes of a quarter of a megabyte or so.
struct UploadIntake {
    private static let pieceLimit = 256 * 1024

    private let target: UploadTarget
    private let threads: BlockingThreads
    private let budget: ByteBudget
    private let fileLimit: Int64
    /// Bytes that the budget was asked for, for whoever must give them back.
    private let taken: Locked<Int64>
    private var buffer: [UInt8] = []
    private var isTaking = false

    /// The part that is taken: the first file, or else the first text field named `data`.
    private(set) var part: MultipartPart?
    /// Bytes that came in it and are written.
    private(set) var count: Int64 = 0

    init(
        into target: UploadTarget, threads: BlockingThreads, budget: ByteBudget, fileLimit: Int64,
        taken: Locked<Int64>
    ) {
        self.target = target
        self.threads = threads
        self.budget = budget
        self.fileLimit = fileLimit
        self.taken = taken
    }

    /// Takes what the form has brought.
    /// - Throws: a failure with status 403 before the file or the store would grow beyond its limit; an I/O failure.
    mutating func take(_ event: MultipartForm.Event) async throws {
        switch event {
        case .partBegan(let part):
            guard self.part == nil, part.isWanted else { return }
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
        guard position + size <= fileLimit else { throw StorageFailure.usageLimit("The file is as large as it may be") }
        try budget.take(size)
        taken.withLock { $0 += size }
        let (file, piece) = (target.file, buffer)
        buffer = []
        try await threads.run { try file.write(piece, at: position) }
        count += size
    }
}
