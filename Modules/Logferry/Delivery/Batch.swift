public import LogModel

/// Names a batch for ever: its writer and its number.
public struct BatchID: Sendable, Hashable, CustomStringConvertible {
    /// A ULID in lower case.
    public let writer: String
    /// The number, from 1.
    public let seq: UInt64

    /// Names a batch.
    public init(writer: String, seq: UInt64) {
        self.writer = writer
        self.seq = seq
    }

    /// Writer and number.
    public var description: String { "\(writer)/\(seq)" }
}

/// What is known of a sealed batch without its lines.
public struct BatchTicket: Sendable, Hashable {
    /// Its name.
    public let id: BatchID
    /// The day of all its lines, UTC.
    public let day: CivilDay
    /// How many lines it has.
    public let lines: Int
    /// How many bytes its lines have, newlines included.
    public let bytes: Int

    /// Describes a batch.
    public init(id: BatchID, day: CivilDay, lines: Int, bytes: Int) {
        self.id = id
        self.day = day
        self.lines = lines
        self.bytes = bytes
    }
}

/// A sealed batch: lines of one day that are sent together, always with the same bytes.
public struct Batch: Sendable, Hashable {
    /// Its name and figures.
    public let ticket: BatchTicket
    /// The lines, each with its newline.
    public let body: [UInt8]

    /// Seals lines.
    public init(id: BatchID, day: CivilDay, lines: Int, body: [UInt8]) {
        ticket = BatchTicket(id: id, day: day, lines: lines, bytes: body.count)
        self.body = body
    }

    /// The control line that stands before the lines, newline included.
    package var controlLine: [UInt8] {
        var line = "{\"$logferry\":{\"v\":1,\"writer\":\"\(ticket.id.writer)\",\"seq\":\(ticket.id.seq)"
        line += ",\"lines\":\(ticket.lines),\"bytes\":\(ticket.bytes),\"crc32c\":\(CRC32C.checksum(body))}}\n"
        return Array(line.utf8)
    }

    /// The two halves of a batch that is too large for the server, or `nil` when it is a single line.
    ///
    /// They get numbers 1 and 2 of a writer that follows from the batch's own name. So a restart that splits the batch
    /// again gives the halves the names that they had, and no number of the batch's own writer is used twice or out of
    /// turn.
    package func halves() -> (first: Batch, second: Batch)? {
        guard ticket.lines > 1 else { return nil }
        let newline = UInt8(ascii: "\n")
        var count = 0
        guard
            let cut = body.firstIndex(where: { byte in
                if byte == newline { count += 1 }
                return count == ticket.lines / 2
            })
        else { return nil }
        let writer = ticket.id.offspring
        return (
            Batch(id: BatchID(writer: writer, seq: 1), day: ticket.day, lines: count, body: Array(body[...cut])),
            Batch(
                id: BatchID(writer: writer, seq: 2), day: ticket.day, lines: ticket.lines - count,
                body: Array(body[(cut + 1)...]))
        )
    }
}

extension BatchID {
    /// A writer that follows from this name: the time of the writer and 80 bits mixed from all of it.
    var offspring: String {
        var text = Array(writer.utf8.prefix(10))
        for lane in [UInt64(0x9E37_79B9_7F4A_7C15), 0xC2B2_AE3D_27D4_EB4F] {
            var state = lane
            for byte in writer.utf8 { state = mixed(state ^ UInt64(byte)) }
            state = mixed(state ^ seq)
            for position in 0..<8 { text.append(ULID.alphabet[Int(state >> UInt64(5 * position) & 31)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The finishing step of SplitMix64.
    private func mixed(_ value: UInt64) -> UInt64 {
        var word = value &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
