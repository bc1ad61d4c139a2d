import LogModel

/// Where a page ended, in a form that callers hand back as they got it.
///
/// It holds the position of the last row looked at, a digest of the question, so that it cannot be taken for the cursor
/// of another question, and when the question was first asked, from which its ages count back. It is signed.
struct PageCursor {
    let position: RecordPosition
    let question: UInt64
    let askedAt: Timestamp

    private static let version: UInt8 = 2

    init(position: RecordPosition, question: UInt64, askedAt: Timestamp) {
        self.position = position
        self.question = question
        self.askedAt = askedAt
    }

    func text(signer: any PositionSigner) -> String {
        var writer = PositionWriter()
        writer.add(byte: PageCursor.version)
        writer.add(fixed: question)
        writer.add(fixed: UInt64(bitPattern: askedAt.nanoseconds))
        writer.add(fixed: UInt64(bitPattern: position.timestamp))
        writer.add(fixed: UInt64(bitPattern: position.generation.number))
        writer.add(fixed: UInt64(bitPattern: position.offset))
        return signer.sealed(writer.bytes)
    }

    /// Reads a cursor; `nil` when it is none of ours.
    init?(_ text: String, signer: any PositionSigner) {
        guard let bytes = signer.opened(text) else { return nil }
        var reader = PositionReader(bytes)
        guard reader.byte() == PageCursor.version, let question = reader.fixed(), let askedAt = reader.fixed(),
            let timestamp = reader.fixed(), let generation = reader.fixed(), let offset = reader.fixed(), reader.isAtEnd
        else { return nil }
        self.question = question
        self.askedAt = Timestamp(nanoseconds: Int64(bitPattern: askedAt))
        position = RecordPosition(
            timestamp: Int64(bitPattern: timestamp), generation: GenerationID(Int64(bitPattern: generation)),
            offset: Int64(bitPattern: offset))
    }
}
