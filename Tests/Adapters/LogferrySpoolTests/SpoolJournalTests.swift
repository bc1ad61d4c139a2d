import Foundation
import LogModel
import Logferry
import LogferrySpool
import TestSupport
import Testing

@Suite("The disk buffer")
struct SpoolJournalTests {
    private let writer = "01jd0000000000000000000000"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func journal(_ byteLimit: Int = 1 << 20) -> SpoolJournal {
        SpoolJournal(folder: folder.file("spool"), byteLimit: byteLimit)
    }

    private func batch(_ seq: UInt64, size: Int = 0) -> Batch {
        let body = "{\"seq\":\(seq)\(String(repeating: " ", count: size))}\n"
        return Batch(
            id: BatchID(writer: writer, seq: seq), day: CivilDay(number: 20_000 + Int64(seq % 2)), lines: 1,
            body: Array(body.utf8))
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file("spool"))
            .filter { $0.hasSuffix(".journal") }.sorted().map { folder.file("spool") + "/" + $0 }
    }

    @Test("gives back unsettled batches in order, under their own writer and numbers")
    func reopening() async throws {
        let first = journal()
        let empty = try await first.open(writer: writer)
        #expect(empty.writer == writer && empty.nextSeq == 1 && empty.unsent.isEmpty)
        for seq in 1...5 { #expect(try await first.keep(batch(UInt64(seq)))) }
        try await first.settle(batch(2).ticket.id)
        #expect(try await first.lines(of: batch(3).ticket.id) == batch(3).body)
        await first.close()
        let second = journal()
        let contents = try await second.open(writer: "01jd000000000000000000000x")
        #expect(contents.writer == writer && contents.nextSeq == 6 && contents.damaged == 0)
        #expect(contents.unsent == [1, 3, 4, 5].map { batch($0).ticket })
        #expect(try await second.lines(of: batch(5).ticket.id) == batch(5).body)
        await #expect(throws: JournalError.self) { try await second.lines(of: batch(2).ticket.id) }
    }

    @Test("belongs to one process at a time")
    func locking() async throws {
        let first = journal()
        _ = try await first.open(writer: writer)
        let second = journal()
        await #expect(throws: JournalError.self) { try await second.open(writer: writer) }
        await first.close()
        _ = try await second.open(writer: writer)
    }

    @Test("cut at any byte, gives back every batch before the cut and goes on")
    func crashes() async throws {
        let original = journal()
        _ = try await original.open(writer: writer)
        for seq in 1...3 { _ = try await original.keep(batch(UInt64(seq))) }
        try await original.settle(batch(1).ticket.id)
        await original.close()
        let file = try #require(try files().first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        let frame = 8 + 47 + batch(1).body.count
        let header = 8 + 35
        for length in 0...bytes.count {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: file))
            let journal = journal()
            let contents = try await journal.open(writer: writer)
            let kept = max(0, min(3, (length - header) / frame))
            let isSettled = length == bytes.count
            #expect(contents.unsent.map(\.id.seq) == Array(1...3).prefix(kept).filter { !isSettled || $0 > 1 })
            #expect(contents.nextSeq == UInt64(kept) + 1 || kept == 0)
            #expect(
                contents.damaged
                    == ([0, header].contains(length) || (length - header) % frame == 0 || isSettled ? 0 : 1))
            #expect(try await journal.keep(batch(UInt64(kept) + 1)))
            await journal.close()
            let again = self.journal()
            let after = try await again.open(writer: writer)
            #expect(after.unsent.last?.id.seq == UInt64(kept) + 1 && after.damaged == 0)
            await again.close()
            for other in try files() where other != file { try FileManager.default.removeItem(atPath: other) }
        }
    }

    @Test("with any byte changed, gives back nothing that was not kept")
    func corruption() async throws {
        let original = journal()
        _ = try await original.open(writer: writer)
        for seq in 1...2 { _ = try await original.keep(batch(UInt64(seq))) }
        await original.close()
        let file = try #require(try files().first)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        for place in 0..<bytes.count {
            var changed = bytes
            changed[place] ^= 0x10
            try changed.write(to: URL(fileURLWithPath: file))
            let journal = journal()
            let contents = try await journal.open(writer: writer)
            for ticket in contents.unsent {
                #expect(try await journal.lines(of: ticket.id) == batch(ticket.id.seq).body)
            }
            #expect(contents.unsent.count < 2 && contents.damaged == 1)
            await journal.close()
            for other in try files() where other != file { try FileManager.default.removeItem(atPath: other) }
        }
    }

    @Test("is free as soon as it is closed, although a child of the process has not come to its exec")
    func lockBesideChild() async throws {
        let first = journal()
        _ = try await first.open(writer: writer)
        let child = try #require(try InheritedDescriptor(of: folder.file("spool") + "/lock"))
        await #expect(throws: JournalError.self) { try await self.journal().open(writer: writer) }
        await first.close()
        _ = try await journal().open(writer: writer)
        withExtendedLifetime(child) {}
    }

    @Test("stays within its bytes, and makes room when old batches are settled")
    func bounds() async throws {
        let journal = journal(16 << 10)
        _ = try await journal.open(writer: writer)
        var seq: UInt64 = 1
        while try await journal.keep(batch(seq, size: 500)) { seq += 1 }
        func size() throws -> Int {
            try files().reduce(0) { sum, file in
                sum + (try FileManager.default.attributesOfItem(atPath: file)[.size] as? Int ?? 0)
            }
        }
        #expect(seq > 20 && seq < 33)
        #expect(try size() <= 16 << 10)
        for old in 1..<seq { try await journal.settle(batch(old).ticket.id) }
        for round in 0..<500 {
            #expect(try await journal.keep(batch(seq + UInt64(round), size: 500)))
            try await journal.settle(batch(seq + UInt64(round)).ticket.id)
        }
        #expect(try size() <= 17 << 10)
        await #expect(throws: JournalError.self) { try await journal.keep(batch(9999, size: 20_000)) }
        await journal.close()
        let contents = try await self.journal(16 << 10).open(writer: "01jd000000000000000000000x")
        #expect(contents.unsent.isEmpty && contents.writer == writer && contents.nextSeq == seq + 500)
    }
}
