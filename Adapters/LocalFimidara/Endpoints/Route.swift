/// Where a request goes.
struct Route: Sendable, Equatable {
    let endpoint: Endpoint
    /// What follows the endpoint in the path, still percent-encoded; empty when nothing does.
    let tail: String

    /// Reads `/v1/<group>/<name>[/<tail>]`, or gives `nil` when no endpoint has that path.
    init?(path: String) {
        let segments = path.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false)
        guard segments.count >= 4, segments[0].isEmpty, segments[1].lowercased() == "v1",
            let endpoint = Endpoint.byFoldedPath["\(segments[2])/\(segments[3])".folded]
        else { return nil }
        tail = segments.count > 4 ? String(segments[4]) : ""
        // An empty segment is part of no route; an escaped slash is how clients write one.
        guard !tail.hasPrefix("/"), !tail.contains("//"), endpoint.takesTail || tail.isEmpty else { return nil }
        self.endpoint = endpoint
    }
}
