import InMemoryAdapter
import LogModel
import TestSupport
import Testing

@testable import SdkProvisioning

@Suite("Lanes of inits", .timeLimit(.minutes(1)))
struct ProvisioningLanesTests {
    private let lanes = ProvisioningLanes()
    private let ticks = ManualTicks()
    private let app = AppID(unchecked: "app_1")

    /// Begins work in the app's lane, which may take ten seconds with the wait for its turn.
    private func begin(_ work: @escaping @Sendable () async throws -> Int) -> Task<Int, any Error> {
        Task { [lanes, app, ticks] in try await lanes.inLane(app, for: .seconds(10), by: ticks, work) }
    }

    /// Waits for a file store that never answers.
    private static func hang() async throws -> Int {
        try? await Task.sleep(for: .seconds(600))
        throw StorageError(.unavailable, detail: "cancelled")
    }

    @Test("T94: those who wait behind an init that got no answer are told so at once, before their own time is over")
    func behind() async throws {
        let hasBegun = Locked(false)
        let first = begin {
            hasBegun.withLock { $0 = true }
            return try await ProvisioningLanesTests.hang()
        }
        await eventually { hasBegun.withLock { $0 } }
        ticks.advance(by: .seconds(5))
        let behind = (0..<3).map { _ in begin { 1 } }
        await ticks.waitForSleepers(4)
        ticks.advance(by: .seconds(5))
        await #expect(throws: TimeLimitPassed.self) { try await first.value }
        for caller in behind {
            let error = await #expect(throws: StorageError.self) { try await caller.value }
            #expect(error?.detail.contains("the init of the app before this one failed") == true)
        }
    }

    @Test("T94: an init whose turn came late, and whose time is over, says nothing to those behind it")
    func lateTurn() async throws {
        let (turns, began) = (Locked(false), Locked(0))
        let first = begin {
            began.withLock { $0 = 1 }
            while !turns.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            return 1
        }
        await eventually { began.withLock { $0 } == 1 }
        let second = begin {
            began.withLock { $0 = 2 }
            return try await ProvisioningLanesTests.hang()
        }
        await ticks.waitForSleepers(2)
        ticks.advance(by: .milliseconds(9700))
        turns.withLock { $0 = true }
        #expect(try await first.value == 1)
        await eventually { began.withLock { $0 } == 2 }
        let third = begin { 3 }
        await ticks.waitForSleepers(2)
        ticks.advance(by: .milliseconds(300))
        await #expect(throws: TimeLimitPassed.self) { try await second.value }
        #expect(try await third.value == 3)
    }

    @Test("T94: a store that is slow is no file store that does not answer")
    func slowStore() async throws {
        let hasBegun = Locked(false)
        let first = begin {
            hasBegun.withLock { $0 = true }
            try? await Task.sleep(for: .seconds(600))
            throw StoreError(.unavailable, detail: "cancelled")
        }
        await eventually { hasBegun.withLock { $0 } }
        ticks.advance(by: .seconds(5))
        let behind = begin { 2 }
        await ticks.waitForSleepers(2)
        ticks.advance(by: .seconds(5))
        await #expect(throws: TimeLimitPassed.self) { try await first.value }
        #expect(try await behind.value == 2)
    }
}
