import Testing

@testable import CallLedger

@Suite("Watchdog of calls")
struct CallWatchdogTests {
    private func sight(_ number: UInt64, _ seconds: Int, _ backend: Backend = .postgres) -> CallLedger.Sight {
        CallLedger.Sight(number: number, backend: backend, what: "a call", purpose: nil, duration: .seconds(seconds))
    }

    /// The seconds at which something is said, and what.
    private func words(_ looks: [[CallLedger.Sight]]) -> [String] {
        var watchdog = CallWatchdog()
        return looks.enumerated().flatMap { second, sights in
            watchdog.look(sights, after: .seconds(1)).map { notice in
                switch notice {
                case .waiting(let count, let oldest, _): "\(second): \(count) for \(oldest.duration / .seconds(1))"
                case .over(let backend, let duration): "\(second): \(backend) over after \(duration / .seconds(1))"
                }
            }
        }
    }

    @Test("T97: a call that lasts is named after ten seconds, then after twice as long each time, and when it is over")
    func oneCall() {
        let looks = (0..<85).map { [sight(1, $0)] } + Array(repeating: [], count: 20)
        #expect(
            words(looks) == [
                "10: 1 for 10.0", "20: 1 for 20.0", "40: 1 for 40.0", "80: 1 for 80.0", "99: postgres over after 84.0",
            ])
    }

    @Test("T97: an outage that shows in one call after the other is not named anew with each of them")
    func manyCalls() {
        // Each call is given up after 15 seconds, and the next one begins at once.
        let looks = (0..<100).map { [sight(UInt64($0 / 15), $0 % 15)] }
        // The words come as late as a call that lasts: at 10, 20, 40 and 80 seconds, or with the next late call.
        #expect(words(looks) == ["10: 1 for 10.0", "25: 1 for 10.0", "55: 1 for 10.0"])
    }

    @Test("T97: calls that are late after a long one are said as seldom as that one was")
    func afterLongCall() {
        // One call of 75 seconds, then calls of 15 seconds that overlap.
        let looks =
            (0..<75).map { [sight(1, $0)] }
            + (0..<300).map { second in [sight(UInt64(2 + second / 3), 12 + second % 3)] }
        #expect(
            words(looks) == [
                "10: 1 for 10.0", "20: 1 for 20.0", "40: 1 for 40.0", "80: 1 for 14.0", "160: 1 for 13.0",
                "320: 1 for 14.0",
            ])
    }

    @Test("T97: each backend is spoken of by itself")
    func backends() {
        let looks = (0..<12).map { [sight(1, $0), sight(2, $0, .redis), sight(3, 1, .fileStore)] }
        #expect(words(looks) == ["10: 1 for 10.0", "10: 1 for 10.0"])
    }
}
