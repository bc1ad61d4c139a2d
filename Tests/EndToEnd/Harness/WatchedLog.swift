import BlockingExecutor
import Foundation

/// The log of one app that is written and looked at all the time, and how long nothing new of it was seen.
final class WatchedLog: Sendable {
    private struct State {
        var next = 0
        var acknowledged = Set<Int>()
        var newest = -1
        var seen = -1
        var lastNews = ContinuousClock.now
        var longestStall = Duration.zero
        var isWritten = true
        var isWatched = true
    }

    let app: Application
    private let writer: Application
    private let door: Application.Door
    private let state = Locked(State())

    /// An app that has a door already.
    init(_ app: Application, writer: Application, door: Application.Door) {
        self.app = app
        self.writer = writer
        self.door = door
    }

    /// The numbers of the lines that were acknowledged.
    var acknowledged: Set<Int> { state.withLock { $0.acknowledged } }

    /// The largest one of them.
    var newest: Int { state.withLock { $0.newest } }

    /// The largest number of a line that was seen.
    var seen: Int { state.withLock { $0.seen } }

    /// The longest time without a new line so far, the one that lasts included.
    var stall: Duration { state.withLock { max($0.longestStall, .now - $0.lastNews) } }

    /// Begins to look for the longest time anew.
    func forgetStall() { state.withLock { $0.longestStall = .zero } }

    /// Whether lines are still written.
    var isWriting: Bool { state.withLock { $0.isWritten } }

    func stopWriting() { state.withLock { $0.isWritten = false } }
    func stopWatching() { state.withLock { $0.isWatched = false } }

    /// Appends three lines ten times a second until it is told to stop.
    ///
    /// What got no answer is never sent again: it may be there or not, and is not lost when it is not.
    func write() async throws {
        while state.withLock({ $0.isWritten }) {
            let numbers = state.withLock { state in
                defer { state.next += 3 }
                return state.next..<state.next + 3
            }
            let lines = numbers.flatMap { CrashTraffic.line($0) }
            let answer = try? await writer.append(lines, to: door.file("2026-11-20"), with: door.token)
            if answer?.status == 200 {
                state.withLock { state in
                    state.acknowledged.formUnion(numbers)
                    state.newest = numbers.upperBound - 1
                }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Looks for the newest line until it is told to stop.
    func watch() async throws {
        let admin = try app.site.secret("admin.key")
        let url = app.site.api("/v1/logs?app=\(app.name)&order=desc&limit=1")
        while state.withLock({ $0.isWatched }) {
            let answer = try? await app.site.call("GET", url, admin)
            let record = (answer?.json["items"] as? [[String: Any]])?.first?["record"] as? [String: Any]
            if answer?.status == 200, let number = record?["n"] as? Int {
                state.withLock { state in
                    guard number > state.seen else { return }
                    state.longestStall = max(state.longestStall, .now - state.lastNews)
                    (state.seen, state.lastNews) = (number, .now)
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Compares what was acknowledged with what is stored.
    func compare() async throws -> (lost: Int, doubled: Int) {
        let text = String(decoding: try await app.site.storedLines(of: app.name), as: UTF8.self)
        var counts: [Int: Int] = [:]
        for match in text.matches(of: /"n":([0-9]+)/) {
            if let number = Int(match.1) { counts[number, default: 0] += 1 }
        }
        return (acknowledged.count { counts[$0] == nil }, counts.values.count { $0 > 1 })
    }
}
