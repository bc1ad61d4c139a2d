import LogModel

@testable import LogQuery
@testable import Server

extension FuzzTarget {
    /// Conditions of a query and a line, a zero byte between them: read or refused, and matched in bounded time.
    static let queries = FuzzTarget(
        "queries",
        seeds: [
            "[{\"path\":\"a.b\",\"op\":\"gte\",\"value\":5}]\u{0}{\"a\":{\"b\":5.0}}",
            "[{\"path\":[\"a\",\"0\"],\"op\":\"in\",\"value\":[null,true,\"x\"]}]\u{0}{\"a\":[\"x\"]}",
            "[{\"path\":\"m\",\"op\":\"like\",\"value\":\"(.*)%_\"}]\u{0}{\"m\":\"(.*)%_\"}",
            "[{\"path\":\"d\",\"op\":\"between\",\"value\":[1,2]},{\"path\":\"e\",\"op\":\"exists\",\"value\":false}]\u{0}{\"d\":1}",
        ]
    ) { bytes in
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let line = parts.count > 1 ? Array(parts[1]) : Array("{}".utf8)
        guard let node = try? JSONNode.parse(Array(parts[0])), let conditions = try? ConditionReader.conditions(node)
        else { return }
        let filter = LogFilter(
            app: AppID(unchecked: "app_00000000000000000000000000"),
            text: String(decoding: line.prefix(3), as: UTF8.self), conditions: conditions)
        let first = LineMatcher(filter).matches(line.span)
        try expect(first == LineMatcher(filter).matches(line.span), "the same line matches and does not")
    }

    /// Cursors of pages: one that is taken is one that was given out.
    static let cursors = FuzzTarget(
        "cursors", seeds: [String(repeating: "01", count: 41), String(repeating: "0", count: 82)]
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let cursor = PageCursor(text, for: 7) else { return }
        try expect(cursor.text(for: 7) == text.lowercased(), "\(text) is taken for \(cursor.text(for: 7))")
    }
}
