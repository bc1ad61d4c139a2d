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
            "[{\"path\":\"t\",\"op\":\"gte\",\"value\":{\"age\":\"15m\"}}]\u{0}{\"t\":1795168800}",
            "[{\"path\":\"t\",\"op\":\"eq\",\"value\":{\"time\":\"2026-11-20T10:00:00Z\"}}]\u{0}{\"t\":\"2026-11-20\"}",
            "[{\"path\":\"d\",\"op\":\"between\",\"value\":[1,2]},{\"path\":\"e\",\"op\":\"exists\",\"value\":false}]\u{0}{\"d\":1}",
        ]
    ) { bytes in
        let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
        let line = parts.count > 1 ? Array(parts[1]) : Array("{}".utf8)
        let reader = ConditionReader(now: Timestamp(nanoseconds: 1_795_168_800_000_000_000))
        guard let node = try? JSONNode(parsing: Array(parts[0])), let conditions = try? reader.conditions(node)
        else { return }
        let filter = LogFilter(
            app: AppID(unchecked: "app_00000000000000000000000000"),
            text: TextValue(String(decoding: line.prefix(3), as: UTF8.self)), conditions: conditions)
        let first = LineMatcher(filter).matches(line.span)
        try expect(first == LineMatcher(filter).matches(line.span), "the same line matches and does not")
    }

    /// Positions in pages and tails: one that is taken is one that could have been given out.
    static let cursors = FuzzTarget(
        "cursors",
        seeds: [
            PageCursor(
                position: RecordPosition(timestamp: 1, generation: GenerationID(2), offset: 3), question: 4,
                askedAt: .epoch
            ).text(signer: Unsigned()),
            TailPosition([GenerationID(2): 3, GenerationID(700): 1 << 40], moves: [:], question: 4, askedAt: .epoch)
                .text(signer: Unsigned()),
        ]
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let cursor = PageCursor(text, signer: Unsigned()) {
            let again = cursor.text(signer: Unsigned())
            try expect(again == text, "\(text) is taken for \(again)")
        }
        guard let position = TailPosition(text, signer: Unsigned()) else { return }
        let again = TailPosition(position.text(signer: Unsigned()), signer: Unsigned())
        try expect(again == position, "\(text) is read as something else when it is written again")
    }
}

/// Gives everything the same signature, so that what stands behind it is reached.
private struct Unsigned: PositionSigner {
    func signature(of bytes: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: 16) }
}
