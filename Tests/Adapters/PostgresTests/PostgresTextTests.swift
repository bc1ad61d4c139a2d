import IngestionJobs
import LogCursor
import LogModel
import PostgresAdapter
import SdkProvisioning
import TestSupport
import Testing

/// Texts that the server's own type cannot hold, and that its forms of arrays could spoil.
@Suite("PostgreSQL texts", .enabled(if: TestServer.isThere))
struct PostgresTextTests {
    private let odd = [
        "a\u{0}b", "\u{0}", "\"", "\\", "{}", ",", "NULL", "null", "'", "\n", "é", "e\u{301}", "😀", " ", "\\x00", "$1",
    ]

    @Test("any name of an instance is kept as it is")
    func instances() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            let token = TokenID.fresh()
            for instance in odd {
                let candidate = FilePrefix.mint(at: .sample, from: FreshEntropy())
                for _ in 0..<2 {
                    let prefix = try await bench.database.filePrefix(
                        of: token, instance: instance, else: candidate, at: .sample)
                    #expect(prefix == candidate)
                }
                let owner = try await bench.database.owner(of: candidate)
                #expect(owner.map { Array($0.instance.utf8) } == Array(instance.utf8))
            }
            await bench.close()
        }
    }

    @Test("objects of any name are found together, each by its own bytes")
    func objects() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            // No object is named with a NUL: no file system and no store takes it.
            let names = odd.filter { !$0.utf8.contains(0) }
            for name in names { _ = try await bench.claim(name) }
            let found = try await bench.database.latest(in: SourceID("s"), of: names.map { ObjectKey($0) })
            #expect(Set(found.keys) == Set(names.map { ObjectKey($0) }))
            for (object, cursor) in found { #expect(cursor.object == object) }
            await bench.close()
        }
    }

    @Test("a failure in words that hold a NUL can be kept")
    func errors() async throws {
        try await Turns.all.take {
            let bench = try await Bench.make()
            var run = Run(id: .fresh(), kind: .consumeLogs, startedAt: .sample)
            run.error = "before\u{0}after"
            try await bench.database.save(run)
            #expect(try await bench.database.run(run.id)?.error == "before\u{FFFD}after")
            await bench.close()
        }
    }
}
