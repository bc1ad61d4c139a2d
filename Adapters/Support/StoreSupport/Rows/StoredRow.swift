public import LogModel

/// A row or a document in which a store has written something; its columns are asked for by name.
///
/// What stores keep under the same names is read in one place by this, whatever they are made of.
public protocol StoredRow {
    /// A number, or `nil` for NULL.
    /// - Throws: what ``unreadable(_:_:)`` gives when it is none.
    func optionalInteger(_ column: String) throws -> Int64?

    /// A text, or `nil` for NULL.
    /// - Throws: what ``unreadable(_:_:)`` gives when it is none.
    func optionalText(_ column: String) throws -> String?

    /// Bytes, or `nil` for NULL.
    /// - Throws: what ``unreadable(_:_:)`` gives when they are none.
    func optionalBytes(_ column: String) throws -> [UInt8]?

    /// Describes a column that holds what no release has written.
    /// - Parameters:
    ///   - column: the column.
    ///   - words: what is wrong, for operators; no text that clients sent.
    /// - Returns: the error that the store throws.
    func unreadable(_ column: String, _ words: String) -> any Error
}

extension StoredRow {
    /// A number; NULL is an error.
    public func integer(_ column: String) throws -> Int64 { try demand(try optionalInteger(column), column) }

    /// A text; NULL is an error.
    public func text(_ column: String) throws -> String { try demand(try optionalText(column), column) }

    /// Bytes; NULL is an error.
    public func bytes(_ column: String) throws -> [UInt8] { try demand(try optionalBytes(column), column) }

    /// A moment in nanoseconds since the epoch; NULL is an error.
    public func time(_ column: String) throws -> Timestamp { Timestamp(nanoseconds: try integer(column)) }

    /// A moment in nanoseconds since the epoch, or `nil` for NULL.
    public func optionalTime(_ column: String) throws -> Timestamp? {
        try optionalInteger(column).map(Timestamp.init(nanoseconds:))
    }

    /// A word of a known set, which may be shown.
    func word<Word: RawRepresentable>(_ column: String, of what: String) throws -> Word where Word.RawValue == String {
        let text = try text(column)
        guard let word = Word(rawValue: text) else { throw unreadable(column, "\(what) is \(text)") }
        return word
    }

    private func demand<Value>(_ value: Value?, _ column: String) throws -> Value {
        guard let value else { throw unreadable(column, "the column \(column) holds NULL") }
        return value
    }
}
