import LogModel

/// A batch as our SDKs write it.
public struct SdkBatch: Sendable {
    /// Who writes it.
    public var writer: String
    /// Which of the writer's batches it is.
    public var sequence: Int
    /// Its lines, without newlines.
    public var lines: [String]

    /// The writer of tests that need one only.
    public static let oneWriter = "01jd0000000000000000000001"

    /// Makes a batch.
    public init(_ lines: [String], sequence: Int, writer: String = oneWriter) {
        self.lines = lines
        self.sequence = sequence
        self.writer = writer
    }

    /// The lines with their newlines.
    public var body: [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }

    /// The control line, without its newline.
    public var control: String {
        let body = body
        return #"{"$logferry":{"v":1,"writer":"\#(writer)","seq":\#(sequence),"lines":\#(lines.count),"#
            + #""bytes":\#(body.count),"crc32c":\#(CRC32C.value(of: body.span))}}"#
    }

    /// All of it.
    public var bytes: [UInt8] { Array(control.utf8) + [0x0A] + body }

    /// All of it as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }
}
