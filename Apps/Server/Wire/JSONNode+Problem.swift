import LogModel

extension JSONNode {
    /// Reads a text.
    /// - Throws: ``Problem`` `invalid_json`.
    static func parse(_ bytes: [UInt8]) throws(Problem) -> JSONNode {
        do {
            return try JSONNode(parsing: bytes)
        } catch {
            throw .invalidJSON
        }
    }
}
