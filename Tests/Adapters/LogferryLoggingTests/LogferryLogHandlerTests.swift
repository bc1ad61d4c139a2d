import InMemoryAdapter
import LogModel
import Logferry
import LogferryLogging
import Logging
import SdkRig
import ServiceLifecycle
import Testing

@Suite("The swift-log handler", .timeLimit(.minutes(4)))
struct LogferryLogHandlerTests {
    private func logger(_ rig: ShipperRig, provider: Logger.MetadataProvider? = nil) -> Logger {
        Logger(label: "a.b") { label in
            LogferryLogHandler(
                label: label, shipper: rig.shipper, level: .trace, metadataProvider: provider, clock: rig.wall)
        }
    }

    @Test("an entry becomes one line with its level, place and metadata")
    func line() async {
        let rig = ShipperRig { $0.metadata = [("service", "api"), ("message", "never")] }
        var logger = logger(rig)
        logger[metadataKey: "own"] = "handler"
        logger.warning(
            "a \"b\"\n", metadata: ["list": ["1", ["x": "y"]], "n": .stringConvertible(5)], source: "S",
            file: "M/F.swift", function: "f()", line: 7)
        await rig.shipper.flush()
        let line = rig.found.lines.first ?? ""
        let head = [
            "'timestamp':'2026-09-21T14:13:20.000000Z'", "'level':'warn'", "'message':'a \\'b\\'\\n'", "'logger':'a.b'",
            "'source':'S'", "'file':'M/F.swift'", "'function':'f()'", "'line':7", "'metadata':",
        ]
        let single = String(line.dropFirst().map { $0 == "\"" ? "'" : $0 })
        #expect(single.hasPrefix(head.joined(separator: ",")))
        for member in ["'list':['1',{'x':'y'}]", "'n':5", "'own':'handler'", ",'service':'api'"] {
            #expect(single.contains(member))
        }
        #expect(!line.contains("never"))
        var reader = JSONReader()
        #expect(throws: Never.self) { _ = try reader.skipValue(Array(line.utf8).span) }
    }

    @Test("numbers and flags of metadata stay what they are, so that queries can compare them")
    func numbers() async {
        let rig = ShipperRig()
        logger(rig).info(
            "m",
            metadata: [
                "int": .stringConvertible(-5), "huge": .stringConvertible(UInt64.max), "part": .stringConvertible(0.25),
                "flag": .stringConvertible(true), "none": .stringConvertible(Double.nan),
                "day": .stringConvertible(CivilDay(number: 0)), "text": "5",
            ])
        await rig.shipper.flush()
        let line = rig.found.lines.first ?? ""
        for member in [
            #""int":-5"#, #""huge":18446744073709551615"#, #""part":0.25"#, #""flag":true"#, #""none":"NaN""#,
            #""day":"1970-01-01""#, #""text":"5""#,
        ] { #expect(line.contains(member), "\(member)") }
    }

    @Test(
        "a timestamp has all its digits, from the first moment to the last",
        arguments: [
            (Int64.min, "1677-09-21T00:12:43.145224Z"), (-1000, "1969-12-31T23:59:59.999999Z"),
            (0, "1970-01-01T00:00:00.000000Z"), (951_868_799_007_008_999, "2000-02-29T23:59:59.007008Z"),
            (1_012_003_004_050_060_000, "2002-01-25T23:56:44.050060Z"), (Int64.max, "2262-04-11T23:47:16.854775Z"),
        ])
    func timestamps(_ nanoseconds: Int64, _ text: String) async {
        let rig = ShipperRig()
        let logger = Logger(label: "a") { label in
            let clock = ManualWallClock(at: Timestamp(nanoseconds: nanoseconds))
            return LogferryLogHandler(label: label, shipper: rig.shipper, clock: clock)
        }
        logger.info("m", line: UInt(nanoseconds.magnitude))
        await rig.shipper.flush()
        let line = rig.found.lines.first ?? ""
        #expect(line.hasPrefix("{\"timestamp\":\"\(text)\",\"level\""))
        #expect(line.hasSuffix(",\"line\":\(nanoseconds.magnitude)}"))
    }

    @Test("what is as long as a machine's word, and what needs escapes at any place, is written right")
    func escapes() async {
        let rig = ShipperRig()
        for place in 0..<40 {
            let text = String(repeating: "x", count: place) + "\"\\\u{1}" + String(repeating: "é", count: 40 - place)
            logger(rig).info("\(text)")
        }
        await rig.shipper.flush()
        for (place, line) in rig.found.lines.enumerated() {
            let text = String(repeating: "x", count: place) + #"\"\\\u0001"# + String(repeating: "é", count: 40 - place)
            #expect(line.contains("\"message\":\"\(text)\",\"logger\""))
        }
        #expect(rig.found.lines.count == 40)
    }

    @Test("every level has the word that the consumer knows")
    func levels() async {
        let rig = ShipperRig()
        let logger = logger(rig)
        for level in Logger.Level.allCases { logger.log(level: level, "m") }
        await rig.shipper.flush()
        let found = rig.found.lines.map { Level(word: $0.split(separator: "\"")[7]) }
        #expect(found == [.trace, .debug, .info, .notice, .warn, .error, .fatal])
    }

    @Test("the entry's metadata wins over the handler's, and that over the provider's")
    func precedence() async {
        let rig = ShipperRig()
        var logger = logger(rig, provider: Logger.MetadataProvider { ["a": "p", "b": "p", "c": "p"] })
        logger[metadataKey: "a"] = "h"
        logger[metadataKey: "b"] = "h"
        logger.info("m", metadata: ["a": "e"])
        await rig.shipper.flush()
        let line = rig.found.lines.first ?? ""
        for member in [#""a":"e""#, #""b":"h""#, #""c":"p""#] { #expect(line.contains(member)) }
        #expect(line.ranges(of: "\"a\":").count == 1)
    }

    @Test("an error of an entry is a member")
    func errors() async {
        struct Failure: Error {}
        let rig = ShipperRig()
        logger(rig).error("m", error: Failure())
        await rig.shipper.flush()
        #expect(rig.found.lines.first?.contains(#""message":"Failure()"}"#) == true)
    }

    @Test("works beside another handler, and a description that logs does not hang")
    func multiplex() async {
        struct Chatty: CustomStringConvertible, Sendable {
            let logger: Logger
            var description: String {
                logger.info("inner")
                return "outer"
            }
        }
        let rig = ShipperRig()
        let inner = logger(rig)
        let both = Logger(label: "x") { label in
            MultiplexLogHandler([
                LogferryLogHandler(label: label, shipper: rig.shipper, clock: rig.wall), SwiftLogNoOpLogHandler(label),
            ])
        }
        both.info("m", metadata: ["v": .stringConvertible(Chatty(logger: inner))])
        await rig.shipper.flush()
        #expect(rig.found.lines.count == 2 && rig.found.lines[0].contains("inner"))
    }

    @Test("what the shipper's own work logs is left out")
    func noLoop() async {
        let rig = ShipperRig()
        let logger = logger(rig)
        LogShipper.$isShipping.withValue(true) { logger.info("from within") }
        logger.info("from outside")
        await rig.shipper.flush()
        #expect(rig.found.lines.count == 1)
    }

    @Test("lines of many threads all arrive, each thread's in order")
    func threads() async {
        let rig = ShipperRig { ($0.maxLines, $0.batchLines) = (100_000, 700) }
        let logger = logger(rig)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<8 {
                group.addTask { @concurrent in
                    for number in 0..<500 { logger.info("\(thread) \(number)") }
                }
            }
        }
        await rig.shipper.flush()
        let messages = rig.found.lines.map {
            $0.split(separator: "\"")[11].split(separator: " ").compactMap { Int($0) }
        }
        #expect(messages.count == 4000 && rig.found.faults.isEmpty)
        for thread in 0..<8 {
            #expect(messages.filter { $0[0] == thread }.map { $0[1] } == Array(0..<500))
        }
    }

    @Test("the service delivers at the graceful shutdown")
    func service() async throws {
        let rig = ShipperRig { $0.maxAge = .seconds(3600) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: LogferryLoggingService(rig.shipper, shutdownWithin: .seconds(5)))],
                logger: Logger(label: "g") { SwiftLogNoOpLogHandler($0) }))
        logger(rig).info("last words")
        async let running: Void = group.run()
        await group.triggerGracefulShutdown()
        try await running
        #expect(rig.found.lines.count == 1)
        #expect(await rig.shipper.statistics().delivered == 1)
    }
}
