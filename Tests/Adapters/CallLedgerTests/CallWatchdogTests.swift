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
            watchdog.look(sights).map { notice in
                switch notice {
                case .waiting(let count, let oldest): "\(second): \(count) for \(oldest.duration / .seconds(1))"
                case .over(let backend, let duration): "\(second): \(backend) over after \(duration / .seconds(1))"
                }
            }
        }
    }

    @Test("T97: a call that lasts is named after ten seconds, then after twice as long each time, and when it is over")
    func oneCall() {
        let looks = (0..<85).map { [sight(1, $0)] } + [[], []]
        #expect(
            words(looks) == [
                "10: 1 for 10.0", "20: 1 for 20.0", "40: 1 for 40.0", "80: 1 for 80.0", "85: postgres over after 84.0",
            ])
    }

    @Test("T97: an outage that shows in one call after the other is not named anew with each of them")
    func manyCalls() {
        // Each call is given up after 15 seconds, and the next one begins at once.
        let looks = (0..<60).map { [sight(UInt64($0 / 15), $0 % 15)] }
        let said = words(looks).filter { !$0.contains("over") }
        #expect(said.count < 5, "\(said)")
    }

    @Test("T97: each backend is spoken of by itself")
    func backends() {
        let looks = (0..<12).map { [sight(1, $0), sight(2, $0, .redis), sight(3, 1, .fileStore)] }
        #expect(words(looks) == ["10: 1 for 10.0", "10: 1 for 10.0"])
    }
}
