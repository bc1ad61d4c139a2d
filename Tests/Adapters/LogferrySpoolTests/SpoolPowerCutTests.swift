import Foundation
import LogModel
import Logferry
import LogferryPlatform
import LogferrySpool
import Synchronization
import TestSupport
import Testing

@Suite("The disk buffer after a power cut")
struct SpoolPowerCutTests {
    private let writer = "01jd0000000000000000000000"
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func batch(_ seq: UInt64) -> Batch {
        let body = "{\"seq\":\(seq)\(String(repeating: " ", count: 200))}\n"
        return Batch(
            id: BatchID(writer: writer, seq: seq), day: CivilDay(number: 20_000), lines: 1, body: Array(body.utf8))
    }

    private func journal(_ folder: String, on disk: ForgetfulDisk? = nil) -> SpoolJournal {
        let calls = disk.map { disk in
            DiskCalls(write: { disk.write($0, $1, at: $2) }, sync: { disk.sync($0) })
        }
        return SpoolJournal(folder: folder, byteLimit: 8192, calls: calls ?? .system)
    }

    /// Keeps and settles batches over several files, and tells what a crash would leave at each moment.
    private func moments(_ promises: Promises) async throws -> [Remains] {
        let path = folder.file("spool")
        let disk = ForgetfulDisk(root: path, promises: { promises.list })
        let journal = journal(path, on: disk)
        _ = try await journal.open(writer: writer)
        for seq in 1...12 as ClosedRange<UInt64> {
            promises.begin(seq)
            #expect(try await journal.keep(batch(seq)))
            promises.keep(seq)
            disk.remember()
            if seq % 3 == 0 {
                for old in seq - 2..<seq {
                    // A note that is lost makes the batch come again, which is no harm.
                    promises.settle(old)
                    try await journal.settle(batch(old).ticket.id)
                    disk.remember()
                }
            }
        }
        await journal.close()
        return disk.takeMoments()
    }

    @Test(
        "C15: what was kept and is not settled is there after a crash at any moment",
        arguments: Remains.Fate.allCases)
    func crash(_ fate: Remains.Fate) async throws {
        let moments = try await moments(Promises())
        #expect(moments.count > 100)
        for (number, remains) in moments.enumerated() {
            let place = folder.file("after-\(number)")
            try remains.lay(into: place, fate)
            let (kept, begun) = Promises.read(remains.promises)
            let journal = journal(place)
            let contents = try await journal.open(writer: writer)
            let found = contents.unsent.map(\.id.seq)
            #expect(Set(found).isSuperset(of: kept.unsettled), "moment \(number): \(found) of \(kept.unsettled)")
            #expect(found == found.sorted() && Set(found).count == found.count && (found.max() ?? 0) <= begun)
            for ticket in contents.unsent {
                #expect(try await journal.lines(of: ticket.id) == batch(ticket.id.seq).body)
            }
            // A number that was given out is never given to another batch.
            #expect(contents.nextSeq > kept.highest)
            #expect(try await journal.keep(batch(max(contents.nextSeq, begun + 1))))
            await journal.close()
            let after = try await self.journal(place).open(writer: writer)
            #expect(after.unsent.map(\.id.seq) == found + [max(contents.nextSeq, begun + 1)] && after.damaged <= 1)
        }
    }

    @Test("C15: what a killed process left is on the disk once the next one has seen it")
    func killedThenCut() async throws {
        let moments = try await moments(Promises())
        for (number, remains) in moments.enumerated() {
            let (killed, cut) = (folder.file("killed-\(number)"), folder.file("cut-\(number)"))
            let disk = try remains.disk(at: killed)
            let seen = try await journal(killed, on: disk).open(writer: writer)
            disk.remember()
            let last = try #require(disk.takeMoments().last)
            try last.lay(into: cut, .lost)
            let after = try await journal(cut).open(writer: writer)
            #expect(Set(after.unsent.map(\.id)).isSuperset(of: seen.unsent.map(\.id)), "moment \(number)")
            #expect(after.nextSeq == seen.nextSeq, "moment \(number)")
        }
    }

    @Test("behind an entry that the disk has refused nothing is written: the next one begins a file")
    func refusedSync() async throws {
        let path = folder.file("spool")
        let isRefusing = Mutex(false)
        let journal = SpoolJournal(
            folder: path, byteLimit: 1 << 20,
            calls: DiskCalls(
                write: DiskCalls.system.write,
                sync: { descriptor in
                    let refuses = isRefusing.withLock { refuses in
                        defer { refuses = false }
                        return refuses
                    }
                    return refuses ? 5 : DiskCalls.system.sync(descriptor)
                }))
        _ = try await journal.open(writer: writer)
        #expect(try await journal.keep(batch(1)))
        isRefusing.withLock { $0 = true }
        await #expect(throws: JournalError.self) { try await journal.keep(batch(2)) }
        #expect(try await journal.keep(batch(3)))
        await journal.close()
        let files = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".journal") }
        #expect(files.count == 2)
        let contents = try await self.journal(path).open(writer: writer)
        #expect(contents.unsent.map(\.id.seq) == [1, 3] && contents.damaged == 0)
    }
}

/// Which batches were begun, kept and settled, as texts that a disk carries along.
private final class Promises: Sendable {
    private let state = Mutex<(begun: UInt64, kept: Set<UInt64>, highest: UInt64)>((0, [], 0))

    func begin(_ seq: UInt64) { state.withLock { $0.begun = seq } }
    func keep(_ seq: UInt64) {
        state.withLock {
            $0.kept.insert(seq)
            $0.highest = seq
        }
    }
    func settle(_ seq: UInt64) { _ = state.withLock { $0.kept.remove(seq) } }

    var list: [String] {
        state.withLock { state in
            ["\(state.begun)", "\(state.highest)"] + state.kept.sorted().map(String.init)
        }
    }

    static func read(_ list: [String]) -> (kept: (unsettled: [UInt64], highest: UInt64), begun: UInt64) {
        let numbers = list.compactMap { UInt64($0) }
        return ((Array(numbers.dropFirst(2)), numbers[1]), numbers[0])
    }
}
