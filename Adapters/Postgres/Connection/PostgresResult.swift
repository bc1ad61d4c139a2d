import CPostgres
import StoreSupport

/// The answer to one statement, freed with its last reference.
@safe final class PostgresResult {
    private let raw: OpaquePointer

    /// Takes an answer over.
    init(owning raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe PQclear(raw) }

    /// How many rows it brought.
    var count: Int { unsafe Int(PQntuples(raw)) }

    /// How many rows the statement changed.
    var changes: Int { unsafe Int(String(cString: PQcmdTuples(raw))) ?? 0 }

    /// The words for what was done, such as `COMMIT`.
    var tag: String { unsafe String(cString: PQcmdStatus(raw)) }

    /// The rows.
    var rows: [PostgresRow] { (0..<count).map { PostgresRow(result: self, index: Int32($0)) } }

    /// The first row.
    var first: PostgresRow? { count > 0 ? PostgresRow(result: self, index: 0) : nil }

    /// What kind of answer it is.
    var status: ExecStatusType { unsafe PQresultStatus(raw) }

    /// Why the statement failed.
    var failure: PostgresError {
        let state = unsafe PQresultErrorField(raw, Int32(UInt8(ascii: "C"))).map { unsafe String(cString: $0) }
        let primary = unsafe PQresultErrorField(raw, Int32(UInt8(ascii: "M"))).map { unsafe String(cString: $0) }
        let message = unsafe primary ?? firstLine(of: String(cString: PQresultErrorMessage(raw)))
        return PostgresError(state.map(PostgresError.Kind.server) ?? .connectionLost, message)
    }

    func column(named name: String) -> Int32 { unsafe PQfnumber(raw, name) }

    func isNull(_ row: Int32, _ column: Int32) -> Bool { unsafe PQgetisnull(raw, row, column) == 1 }

    /// The bytes of a value, valid as long as the result is.
    func withBytes<Value>(_ row: Int32, _ column: Int32, _ body: (Span<UInt8>) throws -> Value) rethrows -> Value {
        let length = unsafe Int(PQgetlength(raw, row, column))
        guard let start = unsafe PQgetvalue(raw, row, column) else { return try body([UInt8]().span) }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: length)
        return try unsafe body(bytes.bindMemory(to: UInt8.self).span)
    }

    /// A number of two, four or eight bytes, or a truth value of one.
    func integer(_ row: Int32, _ column: Int32) -> Int64 {
        withBytes(row, column) { bytes in
            guard !bytes.isEmpty else { return 0 }
            var number: Int64 = bytes[0] >= 0x80 && bytes.count > 1 ? -1 : 0
            for index in bytes.indices { number = number << 8 | Int64(bytes[index]) }
            return number
        }
    }
}

/// One row of an answer; columns are asked for by name.
struct PostgresRow: StoredRow {
    let result: PostgresResult
    let index: Int32

    func optionalInteger(_ name: String) throws -> Int64? {
        let column = try column(name)
        return result.isNull(index, column) ? nil : result.integer(index, column)
    }

    /// A truth value; NULL is an error.
    func flag(_ name: String) throws -> Bool { try integer(name) != 0 }

    func optionalText(_ name: String) throws -> String? {
        let column = try column(name)
        guard !result.isNull(index, column) else { return nil }
        return result.withBytes(index, column) { bytes in
            String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
        }
    }

    func optionalBytes(_ name: String) throws -> [UInt8]? {
        let column = try column(name)
        guard !result.isNull(index, column) else { return nil }
        return result.withBytes(index, column) { bytes in bytes.indices.map { bytes[$0] } }
    }

    private func column(_ name: String) throws -> Int32 {
        let column = result.column(named: name)
        guard column >= 0 else { throw PostgresError(.unreadable, "an answer has no column \(name)") }
        return column
    }

    func unreadable(_ column: String, _ words: String) -> any Error { PostgresError(.unreadable, words) }
}

/// libpq ends its messages with a newline and may add lines of advice.
func firstLine(of message: String) -> String {
    String(message.split(separator: "\n", maxSplits: 1).first ?? "no reason was given")
}
