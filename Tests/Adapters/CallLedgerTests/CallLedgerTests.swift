import Testing

@testable import CallLedger

@Suite("Ledger of calls")
struct CallLedgerTests {
    private struct Failure: Error {}

    @Test("T97: a call is seen from outside while it lasts, with what it is made for, and not after it")
    func sights() async throws {
        let ledger = CallLedger()
        let (starts, started) = AsyncStream.makeStream(of: Void.self)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let call = Task {
            try await CallPurpose.$current.withValue("a run of consume-logs") {
                try await ledger.follow(.postgres, "COMMIT") {
                    started.finish()
                    for await _ in ends {}
                    throw Failure()
                }
            }
        }
        for await _ in starts {}
        let sight = try #require(ledger.sights.first)
        #expect(sight.backend == .postgres && sight.what == "COMMIT" && sight.purpose == "a run of consume-logs")
        #expect(ledger.oldest.keys.elementsEqual([.postgres]))
        end.finish()
        await #expect(throws: Failure.self) { try await call.value }
        #expect(ledger.sights.isEmpty && ledger.oldest.isEmpty)
    }

    @Test("T97: calls are seen the oldest first, each under a number of its own")
    func order() {
        let ledger = CallLedger()
        let numbers = Backend.allCases.map { backend in ledger.begin(backend) { "a call" } }
        #expect(ledger.sights.map(\.backend) == Backend.allCases)
        #expect(ledger.sights.map(\.number) == numbers && Set(numbers).count == numbers.count)
        ledger.end(numbers[0])
        ledger.end(numbers[0])
        #expect(ledger.sights.map(\.number) == Array(numbers.dropFirst()))
    }
}
