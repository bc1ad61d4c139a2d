/// What one kind of request cost over its rounds.
struct RequestFigures: Codable {
    /// What is asked.
    let request: String
    /// Bytes of an answer.
    let answerBytes: Int
    /// Requests in a round.
    let requests: Int
    let ours: Side
    let limit: Side
    /// Our processor time beside the limit's of the same round; 1 is the limit, more is worse.
    let processorRatio: MedianInterval

    /// What a server used for each request.
    struct Side: Codable {
        let requestsPerSecond: Spread
        /// Microseconds of processor time for each request.
        let processorMicroseconds: Spread
        /// How often memory was asked for, for each request.
        let allocations: Spread
        /// Bytes of memory that were resident at most.
        let peakMemory: Int64

        init(_ rounds: [RequestRound], requests: Int) {
            let count = Double(requests)
            requestsPerSecond = Spread(rounds.map { count * 1e9 / Double($0.wall) })
            processorMicroseconds = Spread(rounds.map { Double($0.processor) / 1e3 / count })
            allocations = Spread(rounds.map { Double($0.allocations) / count })
            peakMemory = rounds.map(\.peakMemory).max() ?? 0
        }
    }

    init(_ request: String, answerBytes: Int, requests: Int, ours: [RequestRound], limit: [RequestRound]) {
        self.request = request
        self.answerBytes = answerBytes
        self.requests = requests
        self.ours = Side(ours, requests: requests)
        self.limit = Side(limit, requests: requests)
        processorRatio = MedianInterval(
            zip(ours, limit).map { Double($0.processor) / Double(max($1.processor, 1)) })
    }

    /// One line for each side of each request.
    static func table(_ figures: [RequestFigures]) -> [String] {
        var columns = Columns([
            "request", "answer, bytes", "side", "requests/s", "CPU µs", "allocations", "peak MiB",
            "CPU, times the limit's",
        ])
        for one in figures {
            for (name, side) in [("ours", one.ours), ("limit", one.limit)] {
                columns.add([
                    one.request, String(one.answerBytes), name, rounded(side.requestsPerSecond.median, 0),
                    side.processorMicroseconds.words(1), rounded(side.allocations.median, 0),
                    rounded(Double(side.peakMemory) / 1_048_576, 1),
                    name == "ours" ? one.processorRatio.words(2) : "",
                ])
            }
        }
        return columns.lines
    }
}

/// What a server used in one round.
struct RequestRound: Sendable {
    /// Nanoseconds from the first request to the last answer.
    let wall: Int64
    /// Nanoseconds of processor time.
    let processor: Int64
    let allocations: Int64
    let peakMemory: Int64
}
