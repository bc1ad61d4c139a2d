import LogModel

/// The line that begins a batch of our SDKs:
/// `{"$logferry":{"v":1,"writer":…,"seq":…,"lines":…,"bytes":…,"crc32c":…}}`.
///
/// It says who wrote the batch, which one of that writer's it is, and how to know that all of it is there.
public struct ControlLine: Sendable, Hashable {
    /// Who wrote the batch.
    public let writer: WriterID
    /// Which of the writer's batches it is, from 1.
    public let sequence: UInt64
    /// How many lines follow.
    public let lines: Int
    /// How many bytes those lines have, newlines included.
    public let bytes: Int
    /// ``CRC32C`` of those bytes.
    public let checksum: UInt32

    /// What every control line begins with; no other line may.
    public static let prefix = Array(#"{"$logferry":{"v":"#.utf8)
    /// How long a control line can be.
    public static let lengthLimit = 256
    /// How many bytes a batch may have.
    public static let batchLimit = 8 << 20

    /// Reads a line without its newline; `nil` when it is no control line of a version that is known here.
    public init?(_ line: Span<UInt8>) {
        guard line.count <= ControlLine.lengthLimit, hasPrefix(line, 0, ControlLine.prefix) else { return nil }
        guard let found = PlainControlLine.read(line) ?? ControlLine(anyForm: line) else { return nil }
        self = found
    }

    /// Takes what was read; `nil` when it cannot be.
    init?(writer: WriterID, sequence: UInt64, lines: UInt64, bytes: UInt64, checksum: UInt64) {
        guard sequence > 0, lines > 0, bytes <= UInt64(ControlLine.batchLimit), lines <= bytes,
            let checksum = UInt32(exactly: checksum)
        else { return nil }
        self.writer = writer
        self.sequence = sequence
        self.lines = Int(lines)
        self.bytes = Int(bytes)
        self.checksum = checksum
    }

    /// Reads a line with any white space and any order of members, and members that are not known here.
    init?(anyForm line: Span<UInt8>) {
        var fields = Fields()
        var reader = JSONReader()
        var isAlone = true
        do {
            try reader.members(line) { _, kind, value in
                guard kind == .object, fields.isEmpty else {
                    isAlone = false
                    return false
                }
                var inner = JSONReader(at: value.lowerBound)
                try? inner.members(line) { key, kind, value in
                    fields.take(decodedJSONString(line, in: key), kind, decodedJSONString(line, in: value))
                    return true
                }
                return true
            }
        } catch { return nil }
        guard isAlone, reader.index == line.count, fields.numbers["v"] == 1, let writer = fields.writer,
            let sequence = fields.numbers["seq"], let lines = fields.numbers["lines"],
            let bytes = fields.numbers["bytes"], let checksum = fields.numbers["crc32c"]
        else { return nil }
        self.init(writer: writer, sequence: sequence, lines: lines, bytes: bytes, checksum: checksum)
    }

    private struct Fields {
        var writer: WriterID?
        var numbers: [String: UInt64] = [:]
        var isEmpty: Bool { writer == nil && numbers.isEmpty }

        mutating func take(_ name: String, _ kind: JSONReader.Kind, _ text: String) {
            switch kind {
            case .number: numbers[name] = UInt64(text)
            case .string where name == "writer" && ULID.isWellFormed(text.dropFirst().dropLast()):
                writer = WriterID(unchecked: String(text.dropFirst().dropLast()))
            default: break
            }
        }
    }
}

/// Whether `bytes` have `prefix` at `start`.
@inline(__always)
func hasPrefix(_ bytes: Span<UInt8>, _ start: Int, _ prefix: [UInt8]) -> Bool {
    guard start + prefix.count <= bytes.count else { return false }
    for index in prefix.indices where bytes[start + index] != prefix[index] { return false }
    return true
}
