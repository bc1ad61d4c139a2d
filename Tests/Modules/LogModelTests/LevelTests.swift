import LogModel
import Testing

@Suite("Level")
struct LevelTests {
    @Test(
        "knows the usual words in any case",
        arguments: [
            (Level.trace, ["trace", "TRACE", "trc", "Verbose", "finest", "finer", "silly"]),
            (.debug, ["debug", "DEBUG", "dbg", "fine", "D"]),
            (.info, ["info", "Info", "INFO", "information", "informational", "INFORMATIONAL", "inf", "log", "i"]),
            (.notice, ["notice", "Note"]),
            (.warn, ["warn", "WARNING", "wrn", "w"]),
            (.error, ["error", "Err", "eror", "e", "SEVERE", "failure"]),
            (.fatal, ["fatal", "CRITICAL", "crit", "emergency", "emerg", "alert", "panic", "f"]),
            (
                .unknown,
                [
                    "", "unknown", "infos", "inf o", " info", "info ", "warnings", "30", "informationally", "é", "none",
                    "infoinfoinfoinfo", "deb\u{0}ug", "[NFO", "@lert",
                ]
            ),
        ] as [(Level, [String])])
    func words(_ level: Level, _ words: [String]) {
        for word in words { #expect(Level(word: word) == level, "\(word)") }
    }

    @Test("every level is read from its own name")
    func names() {
        for level in Level.allCases { #expect(Level(word: level.name) == level) }
    }

    @Test("reads syslog severities and pino's numbers, and no others")
    func numbers() {
        let syslog: [Level] = [.fatal, .fatal, .fatal, .error, .warn, .notice, .info, .debug]
        for (number, level) in syslog.enumerated() { #expect(Level(number: Int64(number)) == level) }
        let pino: [Int64: Level] = [10: .trace, 20: .debug, 30: .info, 40: .warn, 50: .error, 60: .fatal]
        for number in Int64(8)...300 { #expect(Level(number: number) == pino[number] ?? .unknown) }
        for number in [-1, Int64.min, .max] { #expect(Level(number: number) == .unknown) }
    }

    @Test("is ordered by gravity, and its stored codes never change")
    func order() {
        #expect(Level.allCases.sorted() == [.unknown, .trace, .debug, .info, .notice, .warn, .error, .fatal])
        #expect(Level.allCases.map(\.rawValue) == [0, 1, 5, 9, 10, 13, 17, 21])
    }
}
