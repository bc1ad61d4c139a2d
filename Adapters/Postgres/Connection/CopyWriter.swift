import CPostgres

/// Writes rows in the binary form of `COPY … FROM STDIN`.
///
/// Small values are gathered in a buffer; large ones go to libpq from where they lie.
struct CopyWriter {
    private let link: ServerLink
    private var buffer: [UInt8] = []
    /// Where the row that was begun last is in the buffer.
    private var row = 0

    /// How many bytes are gathered before they are sent.
    private static let chunk = 128 << 10
    /// From how many bytes on a value is not gathered.
    private static let large = 16 << 10

    init(_ link: ServerLink) {
        self.link = link
        buffer.reserveCapacity(CopyWriter.chunk + CopyWriter.large + 256)
        // Signature, flags and length of the header's extension.
        buffer.append(contentsOf: [0x50, 0x47, 0x43, 0x4F, 0x50, 0x59, 0x0A, 0xFF, 0x0D, 0x0A, 0x00])
        buffer.append(bigEndian: Int64(0))
    }

    /// Begins a row as a copy of a pattern; what differs is put into it by ``put(_:at:)``.
    mutating func beginRow(like pattern: [UInt8]) throws(PostgresError) {
        if buffer.count >= CopyWriter.chunk { try send() }
        row = buffer.count
        buffer.append(contentsOf: pattern)
    }

    /// Puts a number at a place of the row that was begun, the highest byte first.
    @inline(__always)
    mutating func put(_ number: some FixedWidthInteger & BitwiseCopyable, at place: Int) {
        let start = row
        unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe bytes.storeBytes(of: number.bigEndian, toByteOffset: start + place, as: type(of: number))
        }
    }

    /// Ends a row with a `text` or `bytea`, whose length the row has in its last four bytes.
    mutating func endRow(with bytes: UnsafeBufferPointer<UInt8>) throws(PostgresError) {
        guard bytes.count >= CopyWriter.large else {
            unsafe buffer.append(contentsOf: bytes)
            return
        }
        try send()
        try unsafe transfer(bytes)
    }

    /// Ends the rows.
    mutating func finish() throws(PostgresError) {
        buffer.append(bigEndian: Int16(-1))
        try send()
        try link.startClock("the end of COPY")
        guard unsafe PQputCopyEnd(link.raw, nil) >= 0 else { throw link.failure }
    }

    private mutating func send() throws(PostgresError) {
        let bytes = buffer
        buffer = []
        defer {
            buffer = bytes
            buffer.removeAll(keepingCapacity: true)
        }
        var outcome: Result<Void, PostgresError> = .success(())
        unsafe bytes.withUnsafeBufferPointer { bytes in
            outcome = Result { () throws(PostgresError) in try unsafe transfer(bytes) }
        }
        try outcome.get()
    }

    private func transfer(_ bytes: UnsafeBufferPointer<UInt8>) throws(PostgresError) {
        try link.startClock("rows of COPY")
        guard let start = bytes.baseAddress else { return }
        // Piece by piece: libpq would take all of it into memory of its own.
        var index = 0
        while index < bytes.count {
            let length = min(CopyWriter.chunk, bytes.count - index)
            let piece = unsafe UnsafeRawPointer(start + index).assumingMemoryBound(to: CChar.self)
            guard unsafe PQputCopyData(link.raw, piece, Int32(length)) == 1 else { throw link.failure }
            try link.flush()
            index += length
        }
    }
}
