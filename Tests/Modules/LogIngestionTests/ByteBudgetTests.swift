import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@testable import LogIngestion

@Suite("Byte budget", .timeLimit(.minutes(4)))
struct ByteBudgetTests {
    /// Lets tasks come to where they wait.
    private func settle() async { for _ in 0..<500 { await Task.yield() } }

    @Test("what is free is granted at once; a wish beyond the whole is cut to it")
    func grants() async throws {
        let budget = ByteBudget(total: 100)
        #expect(try await budget.take(60) == 60)
        #expect(try await budget.take(40) == 40)
        await budget.giveBack(100)
        #expect(try await budget.take(1000) == 100)
        await budget.giveBack(100)
        #expect(try await budget.take(0) == 0)
        #expect(try await budget.take(-5) == 0)
    }

    @Test("whoever waits goes on in the order of asking, also a small wish behind a large one")
    func order() async throws {
        let budget = ByteBudget(total: 100)
        _ = try await budget.take(100)
        let log = Log()
        var tasks: [Task<Void, any Error>] = []
        for (index, bytes) in [80, 10, 90].enumerated() {
            tasks.append(
                Task {
                    let taken = try await budget.take(bytes)
                    await log.add(index)
                    #expect(taken == bytes)
                })
            await settle()
        }
        await budget.giveBack(30)
        await settle()
        #expect(await log.entries.isEmpty)
        await budget.giveBack(70)
        try await tasks[0].value
        try await tasks[1].value
        await settle()
        #expect(await Set(log.entries) == [0, 1])
        await budget.giveBack(90)
        try await tasks[2].value
    }

    @Test("a cancelled wait takes nothing, and lets those behind it go on")
    func cancelled() async throws {
        let budget = ByteBudget(total: 100)
        _ = try await budget.take(50)
        let large = Task { try await budget.take(100) }
        await settle()
        let small = Task { try await budget.take(50) }
        await settle()
        large.cancel()
        await #expect(throws: CancellationError.self) { try await large.value }
        #expect(try await small.value == 50)
        await budget.giveBack(100)
        #expect(try await budget.take(100) == 100)
        let late = Task { try await budget.take(1) }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
        await budget.giveBack(100)
        #expect(try await budget.take(100) == 100)
    }

    @Test("never more is out than the whole, whatever is asked for and cancelled", arguments: 0..<6 as Range<UInt64>)
    func neverOver(_ seed: UInt64) async throws {
        let budget = ByteBudget(total: 64)
        let meter = Meter()
        await withTaskGroup(of: Void.self) { group in
            var generator = SeededGenerator(seed: seed)
            for _ in 0..<120 {
                let (wish, isCancelled) = (Int.random(in: 0...90, using: &generator), Bool.random(using: &generator))
                group.addTask {
                    let task = Task {
                        let taken = try await budget.take(wish)
                        await meter.change(by: taken)
                        await Task.yield()
                        await meter.change(by: -taken)
                        await budget.giveBack(taken)
                    }
                    if isCancelled { task.cancel() }
                    _ = await task.result
                }
            }
        }
        #expect(await meter.highest <= 64)
        #expect(try await budget.take(64) == 64)
    }

    @Test("a seal is due when the day is over by the grace and nothing grew for as long")
    func sealRule() throws {
        let day = try #require(CivilDay(text: "2026-11-20"))
        let end = day.next.start
        func isDue(_ grown: Duration, _ now: Duration) -> Bool {
            SealRule.isDue(
                day: day, grownAt: end.advanced(by: grown), grace: .seconds(3600), at: end.advanced(by: now))
        }
        #expect(!isDue(.seconds(-7200), .seconds(3599)) && isDue(.seconds(-7200), .seconds(3600)))
        #expect(!isDue(.seconds(100), .seconds(3699)) && isDue(.seconds(100), .seconds(3700)))
    }

    private actor Log {
        private(set) var entries: [Int] = []
        func add(_ entry: Int) { entries.append(entry) }
    }

    private actor Meter {
        private var out = 0
        private(set) var highest = 0
        func change(by bytes: Int) {
            out += bytes
            highest = max(highest, out)
        }
    }
}
