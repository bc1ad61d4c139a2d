import Foundation
import GRDB
import StoreSupport

/// A row of an answer.
struct SQLiteRow: StoredRow {
    private let row: Row

    init(_ row: Row) { self.row = row }

    func optionalInteger(_ column: String) throws -> Int64? { row[column] }

    func optionalText(_ column: String) throws -> String? { row[column] }

    func optionalBytes(_ column: String) throws -> [UInt8]? { (row[column] as Data?).map { Array($0) } }

    func unreadable(_ column: String, _ words: String) -> any Error {
        DatabaseError(resultCode: .SQLITE_CORRUPT, message: words)
    }
}
