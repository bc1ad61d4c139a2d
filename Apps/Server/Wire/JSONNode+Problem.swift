import LogModel

extension JSONNode {
    /// Reads a text.
    /// - Throws: ``Problem`` `invalid_json`, or `invalid_request` when an object has a member twice, however deep.
    static func parse(_ bytes: [UInt8]) throws(Problem) -> JSONNode {
        let node: JSONNode
        do {
            node = try JSONNode(parsing: bytes)
        } catch {
            throw .invalidJSON
        }
        if let name = node.repeatedMember { throw .invalid("the member \"\(name)\" is there twice") }
        return node
    }
}
