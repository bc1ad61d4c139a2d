import AppRegistry
import InMemoryAdapter
import LogIngestion
import LogModel
import Logging
import TestSupport
import Testing

@testable import TelemetryAdapter

@Suite("The service's log")
struct LogTests {
    /// Collects lines, at a time that the test sets.
    private final class Paper: Sendable {
        private let state = Locked((lines: [String](), now: Duration.zero))

        var lines: [String] { state.withLock { $0.lines } }
        var now: Duration { state.withLock { $0.now } }
        private var seconds: String { String("0\(now.components.seconds)".suffix(2)) }
        func advance(by step: Duration) { state.withLock { $0.now += step } }
        func write(_ line: String) { state.withLock { $0.lines.append(line) } }

        func logger(isJSON: Bool = true, level: Logger.Level = .debug) -> Logger {
            let output = LogOutput(
                label: "part", level: level, isJSON: isJSON, now: { "2026-11-20T10:00:\(self.seconds)Z" }, write: write)
            let limiter = RepeatLimiter(output, now: { self.now })
            return Logger(label: "part") { _ in limiter }
        }
    }

    @Test("an entry has its time, level, component, message and ids, as JSON or as text")
    func shape() {
        let paper = Paper()
        paper.logger().info("hello \"you\"\n", metadata: ["app": "app_1", "object": "x\ty"])
        paper.logger(isJSON: false).info("hello\u{1B}", metadata: ["app": "app_1"])
        #expect(
            paper.lines == [
                #"{"time":"2026-11-20T10:00:00Z","level":"info","component":"part","message":"hello \"you\"\n","#
                    + #""app":"app_1","object":"x\ty"}"# + "\n",
                "2026-11-20T10:00:00Z INFO [part] hello\\u{1b} app=app_1\n",
            ])
    }

    @Test("a warning about the same thing is written once in ten seconds, with how many were held back")
    func repeats() {
        let paper = Paper()
        let logger = paper.logger()
        for number in 0..<5 {
            logger.warning(
                "it failed", metadata: ["object": "a", "error": "try \(number)", "retry_after": "\(number)"])
            logger.warning("it failed", metadata: ["object": "b"])
            paper.advance(by: .seconds(1))
        }
        #expect(paper.lines.count == 2)
        paper.advance(by: .seconds(5))
        logger.warning("it failed", metadata: ["object": "a", "error": "again"])
        #expect(paper.lines.count { $0.contains(#""object":"a""#) } == 2)
        // The next one tells how many were held back before it.
        #expect(paper.lines.last?.contains(#""error":"again","held_back":"4""#) == true)
        // Of other things the latest is told, with how many more there were, and when it was.
        #expect(paper.lines.count { $0.contains(#""object":"b""#) && $0.contains(#""held_back":"3""#) } == 1)
    }

    @Test("T97: what was held back is written once, with the time at which it happened, when its cause may be over")
    func lateEntries() {
        let paper = Paper()
        let logger = paper.logger()
        for seconds in [12, 14, 17] {
            logger.warning("skipped", metadata: ["reason": "no answer for \(seconds).0 s from db1:5432"])
            paper.advance(by: .seconds(2))
        }
        #expect(paper.lines.count == 1)
        paper.advance(by: .seconds(9))
        logger.notice("it goes on")
        #expect(paper.lines.count == 3)
        let late = paper.lines[1]
        #expect(late.contains("2026-11-20T10:00:04Z") && late.contains("17.0 s") && late.contains(#""held_back":"1""#))
        #expect(paper.lines[2].contains("2026-11-20T10:00:15Z"))
        // During an outage the next one says so by itself, and no older one comes with it.
        logger.warning("skipped", metadata: ["reason": "no answer for 27.0 s from db1:5432"])
        logger.warning("skipped", metadata: ["reason": "no answer for 27.0 s from db2:5432"])
        #expect(paper.lines.count == 5)
        logger.warning("skipped", metadata: ["reason": "no answer for 29.0 s from db1:5432"])
        paper.advance(by: .seconds(10))
        logger.warning("skipped", metadata: ["reason": "no answer for 37.0 s from db1:5432"])
        #expect(paper.lines.count == 6)
        #expect(paper.lines[5].contains("37.0 s") && paper.lines[5].contains(#""held_back":"1""#))
    }

    @Test("other levels, other messages, other things and critical entries are not held back")
    func distinct() {
        let paper = Paper()
        let logger = paper.logger()
        for _ in 0..<3 {
            logger.info("same")
            logger.debug("same")
            logger.critical("same")
        }
        #expect(paper.lines.count == 9)
        logger.warning("same")
        logger.error("same")
        logger.warning("other")
        logger.warning("same", metadata: ["app": "1"])
        logger.warning("same", metadata: ["app": "2"])
        #expect(paper.lines.count == 14)
        logger.trace("below the level")
        #expect(paper.lines.count == 14)
    }

    @Test("entries of two copies of a logger are held back together, each with its own metadata")
    func copies() {
        let paper = Paper()
        var logger = paper.logger()
        logger[metadataKey: "request_id"] = "1"
        let first = logger
        logger[metadataKey: "request_id"] = "2"
        first.error("it failed", metadata: ["route": "/a"])
        logger.error("it failed", metadata: ["route": "/a"])
        #expect(paper.lines.count == 1 && paper.lines[0].contains(#""request_id":"1""#))
    }

    @Test("T98: a visit that ended early names the source or the store, by what failed")
    func whatFailed() {
        let paper = Paper()
        let log = IngestionLog(paper.logger())
        let (source, app) = (SourceID("s"), RegisteredApp.fresh().id)
        log.observe(.sourceFailed(source, app, error: "unavailable: 503"))
        log.observe(.storeFailed(source, app, error: "unavailable: postgres: no answer"))
        #expect(paper.lines.count == 2)
        #expect(paper.lines[0].contains("a source could not be listed") && paper.lines[0].contains("503"))
        #expect(paper.lines[1].contains("the store failed") && paper.lines[1].contains("postgres: no answer"))
        #expect(!paper.lines[1].contains("source could not"))
    }

    @Test("a memory that is full lets everything through")
    func fullMemory() {
        var memory = RepeatMemory<Int, String>(length: .seconds(10), limit: 3)
        for _ in 0..<2 {
            for key in 0..<5 { _ = memory.admit("x", like: key, at: .zero) }
        }
        #expect(memory.admit("x", like: 2, at: .zero) == nil)
        #expect(memory.admit("x", like: 4, at: .zero) == 0)
        #expect(memory.takeOverdue(at: .seconds(10)).map(\.more).sorted() == [0, 0, 1])
        #expect(memory.admit("x", like: 4, at: .seconds(10)) == 0)
        #expect(memory.admit("x", like: 4, at: .seconds(10)) == nil)
    }
}
