import Composition
import LogQuery
import NIOCore

/// Server-sent events as the HTML standard defines them (section 9.2).
enum ServerSentEvents {
    /// What a stream begins with: how long to wait before coming back, and where it begins.
    static func opening(id: String) -> ByteBuffer {
        ByteBuffer(string: "retry: 2000\nid: \(id)\n\n")
    }

    /// A comment that shows that the stream lives; with an id, when that has moved on without anything to show.
    static func heartbeat(id: String?) -> ByteBuffer {
        ByteBuffer(string: ": alive\n" + (id.map { "id: \($0)\n" } ?? "") + "\n")
    }

    /// One event of some records, one to a line of its data, and where the stream is behind them.
    static func event(_ rows: RecordRows, app: String, id: String) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(rows.bytes.count + rows.count * 256 + id.utf8.count)
        for row in 0..<rows.count {
            buffer.writeString("data: ")
            // Outside its strings a record may have carriage returns, which would end the line here.
            buffer.writeBytes(
                JSONText { $0.add(row, of: rows, app: app) }.bytes.map { $0 == 0x0D ? 0x20 : $0 })
            buffer.writeString("\n")
        }
        buffer.writeString("id: \(id)\n\n")
        return buffer
    }
}
