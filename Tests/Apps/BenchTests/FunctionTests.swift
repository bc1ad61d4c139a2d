import Foundation
import Testing

@testable import Bench

@Suite("The functions of the bench")
struct FunctionTests {
    @Test("Every function goes through the lines and uses processor time")
    func functions() {
        let lines = MemoryLines(seed: 3, mib: 1)
        #expect(lines.bytes > 1_000_000 && lines.count > 1000 && lines.pieces.count == 1)
        for function in HotFunction.all { #expect(function.measure(lines).processor > 0, "\(function.name)") }
    }

    // That it lets the functions pass is for `Tests/run` to show: only an optimising compiler makes them what they are.
    @Test(
        "The guard names a function that asks for memory for each line",
        .enabled(if: FunctionGuard.counts, "a sanitizer brings an allocator of its own"))
    func guarding() throws {
        let wasteful = HotFunction(name: "wasteful", allocationsAllowed: 10_000) { lines in
            var sum: UInt64 = 0
            for row in 0..<lines.count { sum += UInt64([UInt8](repeating: 1, count: row % 2 + 1).count) }
            return sum
        }
        let faults = FunctionGuard.faults(of: [wasteful])
        #expect(faults.count == 1 && faults.first?.hasPrefix("wasteful: ") == true, "\(faults)")
    }
}
