import Testing

/// Replays what was recorded from a real server and compares statuses, the shape of JSON answers, and file contents.
@Suite("Exchanges recorded from a real server")
struct RecordedExchangesTests {
    @Test(
        "are answered alike, but for known deviations",
        .enabled(if: Recording.isThere, "there is no recording on this machine"))
    func replay() async throws {
        var replayer = try await Replayer()
        var alike = 0
        var deviating = 0
        var used: Set<String> = []
        let exchanges = try Recording.load()
        for exchange in exchanges {
            let differences = try await replayer.replay(exchange)
            var open = Set(differences)
            for deviation in Deviation.known where deviation.covers(exchange.name) {
                if !open.isDisjoint(with: deviation.differences) {
                    used.formUnion(deviation.patterns(covering: exchange.name))
                }
                open.subtract(deviation.differences)
            }
            if differences.isEmpty { alike += 1 } else if open.isEmpty { deviating += 1 }
            #expect(open.isEmpty, "\(exchange.name) \(exchange.method) \(exchange.target)")
        }
        for deviation in Deviation.known {
            for pattern in deviation.exchanges {
                #expect(used.contains(deviation.key(pattern)), "does not happen: \(deviation.reason)")
            }
        }
        print("recorded exchanges: \(exchanges.count) replayed, \(alike) alike, \(deviating) deviating as listed")
        #expect(exchanges.count == 569)
    }
}
