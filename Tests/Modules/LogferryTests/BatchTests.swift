import LogModel
import Logferry
import SdkRig
import Testing

@Suite("A batch")
struct BatchTests {
    private let writer = "01jd0000000000000000000000"

    private func batch(_ lines: [String]) -> Batch {
        Batch(
            id: BatchID(writer: writer, seq: 7), day: CivilDay(number: 20_000), lines: lines.count,
            body: Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    @Test("begins with a control line whose members stand in the order of the format")
    func controlLine() {
        let text = String(decoding: batch(["{\"a\":1}", "{}"]).controlLine, as: UTF8.self)
        let sum = CRC32C.checksum(Array("{\"a\":1}\n{}\n".utf8))
        #expect(
            text
                == "{\"$logferry\":{\"v\":1,\"writer\":\"\(writer)\",\"seq\":7,\"lines\":2,\"bytes\":11,\"crc32c\":\(sum)}}\n"
        )
    }

    @Test("splits into halves that are the same each time and whose writers differ from its own")
    func halves() throws {
        let whole = batch(["{\"a\":1}", "{\"a\":2}", "{\"a\":3}"])
        let (first, second) = try #require(whole.halves())
        #expect(first.body + second.body == whole.body)
        #expect((first.ticket.lines, second.ticket.lines) == (1, 2))
        #expect((first.ticket.id.seq, second.ticket.id.seq) == (1, 2))
        #expect(ULID.isWellFormed(first.ticket.id.writer) && first.ticket.id.writer != writer)
        #expect(whole.halves()?.second == second)
        let quarters = try #require(second.halves())
        #expect(quarters.first.ticket.id.writer != second.ticket.id.writer)
        #expect(first.halves() == nil)
    }

    @Test("of other numbers split under other writers")
    func offspring() throws {
        var writers: Set<String> = []
        for seq in 1...2000 {
            let one = Batch(
                id: BatchID(writer: writer, seq: UInt64(seq)), day: CivilDay(number: 0), lines: 2, body: [0x0A, 0x0A])
            writers.insert(try #require(one.halves()).first.ticket.id.writer)
        }
        #expect(writers.count == 2000)
    }
}
