import LogModel
import Logferry

/// One entry of a journal file: length, CRC-32C and payload, numbers in little endian.
enum JournalFrame {
    /// The first entry of each file: whose journal it is, and the next number.
    case header(BatchID)
    /// A batch, with its lines.
    case batch(Batch)
    /// A batch that is delivered or given up.
    case settled(BatchID)

    /// Length and checksum.
    static let prefixBytes = 8
    /// Kind, writer, number, day and count of lines; the lines follow.
    static let batchHeadBytes = 1 + 26 + 8 + 8 + 4
    /// No payload is longer.
    static let payloadLimit = batchHeadBytes + ShipperSettings.formatBatchBytes

    /// The entry as it stands in the file.
    var bytes: [UInt8] {
        var payload: [UInt8] = []
        switch self {
        case .header(let id): payload = JournalFrame.head(1, id)
        case .settled(let id): payload = JournalFrame.head(3, id)
        case .batch(let batch):
            payload = JournalFrame.head(2, batch.ticket.id)
            JournalFrame.append(UInt64(bitPattern: batch.ticket.day.number), 8, to: &payload)
            JournalFrame.append(UInt64(batch.ticket.lines), 4, to: &payload)
            payload += batch.body
        }
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + JournalFrame.prefixBytes)
        JournalFrame.append(UInt64(payload.count), 4, to: &frame)
        JournalFrame.append(UInt64(CRC32C.checksum(payload)), 4, to: &frame)
        return frame + payload
    }

    /// Length and checksum of the payload that follows, or `nil` when no entry begins so.
    static func prefix(_ bytes: [UInt8]) -> (length: Int, checksum: UInt32)? {
        guard bytes.count == prefixBytes else { return nil }
        let length = Int(number(bytes[0..<4]))
        guard length > 0, length <= payloadLimit else { return nil }
        return (length, UInt32(number(bytes[4..<8])))
    }

    /// Reads a payload whose checksum was compared.
    init?(payload: [UInt8]) {
        guard payload.count >= 35 else { return nil }
        let writer = String(decoding: payload[1..<27], as: UTF8.self)
        guard ULID.isWellFormed(writer) else { return nil }
        let id = BatchID(writer: writer, seq: JournalFrame.number(payload[27..<35]))
        switch payload[0] {
        case 1: self = .header(id)
        case 3: self = .settled(id)
        case 2:
            guard payload.count >= JournalFrame.batchHeadBytes else { return nil }
            let day = CivilDay(number: Int64(bitPattern: JournalFrame.number(payload[35..<43])))
            let lines = Int(JournalFrame.number(payload[43..<47]))
            self = .batch(Batch(id: id, day: day, lines: lines, body: Array(payload[47...])))
        default: return nil
        }
    }

    private static func head(_ kind: UInt8, _ id: BatchID) -> [UInt8] {
        var payload = [kind] + Array(id.writer.utf8)
        append(id.seq, 8, to: &payload)
        return payload
    }

    private static func append(_ value: UInt64, _ count: Int, to bytes: inout [UInt8]) {
        for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
