import GRDB
import LogModel
import TestSupport
import Testing

@testable import SQLiteAdapter

/// Long reads whose caller goes away.
@Suite("SQLite: reads that nobody waits for", .timeLimit(.minutes(2)))
struct InterruptionTests {
    @Test("T9: a long read ends when its task is cancelled, and its connection serves the next")
    func cancelled() async throws {
        let folder = try TemporaryFolder()
        let database = try SQLiteStore(path: folder.file("store.sqlite"))
        for _ in 0..<8 {
            let (begun, hasBegun) = AsyncStream.makeStream(of: Void.self)
            // More reads than there are threads for them, one after the other, each without an end of its own.
            let endless = Task {
                try await database.readInBackground { db in
                    hasBegun.finish()
                    return try Int.fetchOne(
                        db,
                        sql: """
                            WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n
                            """)
                }
            }
            for await _ in begun {}
            endless.cancel()
            let failure = await #expect(throws: StoreError.self) { try await endless.value }
            #expect(failure?.reason == .unavailable)
        }
        let one = try await database.readInBackground { try Int.fetchOne($0, sql: "SELECT 1") }
        #expect(one == 1)
        try database.close()
    }
}
