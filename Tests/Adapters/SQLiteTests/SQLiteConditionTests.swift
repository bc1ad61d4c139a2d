import AppRegistry
import Foundation
import GRDB
import LogModel
import TestSupport
import Testing

@testable import SQLiteAdapter

/// What is known of a store that does not do what is asked.
@Suite("SQLite conditions")
struct SQLiteConditionTests {
    private let folder: TemporaryFolder
    private var path: String { folder.file("store.sqlite") }

    init() throws { folder = try TemporaryFolder() }

    @Test("T98: a full disk, a file that can only be read and one that is gone are no stores that are busy")
    func conditions() async throws {
        let database = try SQLiteStore(path: path)
        func condition(of database: SQLiteStore) async -> StoreCondition? {
            for _ in 0..<1000 {
                do throws(StoreError) { try await database.add(.fresh()) } catch {
                    return error.reason == .unavailable ? error.condition : nil
                }
            }
            return nil
        }
        // As a disk does that has no room for another page.
        try await database.pool.write { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        #expect(await condition(of: database) == .diskFull)
        try await database.pool.write { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try await database.add(.fresh())
        try await database.pool.write { try $0.execute(sql: "PRAGMA query_only = 1") }
        #expect(await condition(of: database) == .readOnly)
        try database.close()
        let other = try SQLiteStore(path: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(await condition(of: other) == .fileLost)
        try? other.close()
    }
}
