/// The severity of a record.
///
/// The codes are the first severity number of each range of the OpenTelemetry log data model (trace 1, debug 5,
/// info 9, warn 13, error 17, fatal 21), with `notice` at 10; they are what stores keep, so they never change.
public enum Level: UInt8, Sendable, CaseIterable, Comparable {
    /// The record has no level, or an unknown one.
    case unknown = 0
    /// The finest detail.
    case trace = 1
    /// Details for debugging.
    case debug = 5
    /// Normal operation.
    case info = 9
    /// Normal, and worth seeing.
    case notice = 10
    /// Not an error, and worth looking into.
    case warn = 13
    /// Something failed.
    case error = 17
    /// The program, or a part of it, cannot continue.
    case fatal = 21

    /// Orders levels by severity; `unknown` is below all.
    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

    /// The name of the level in answers and queries.
    public var name: String {
        switch self {
        case .unknown: "unknown"
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .notice: "notice"
        case .warn: "warn"
        case .error: "error"
        case .fatal: "fatal"
        }
    }

    /// Maps a word in any case, a name or a usual synonym, to its level; any other word gives `unknown`.
    public init(word: Span<UInt8>) {
        guard (1...13).contains(word.count) else {
            self = .unknown
            return
        }
        // At most 13 letters, folded into two integers, so that no string is made per line.
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in word.indices {
            let byte = word[index]
            let letter = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
            high = high << 8 | low >> 56
            low = low << 8 | UInt64(letter)
        }
        self = Level.words[FoldedWord(high: high, low: low)] ?? .unknown
    }

    /// Maps a word in any case, a name or a usual synonym, to its level; any other word gives `unknown`.
    public init(word: some StringProtocol) {
        let bytes = Array(word.utf8)
        self.init(word: bytes.span)
    }

    /// Maps a number to its level: syslog severities 0…7 (RFC 5424 section 6.2.1), pino's 10…60.
    public init(number: Int64) {
        switch number {
        case 0...2: self = .fatal
        case 3: self = .error
        case 4: self = .warn
        case 5: self = .notice
        case 6: self = .info
        case 7: self = .debug
        case 10: self = .trace
        case 20: self = .debug
        case 30: self = .info
        case 40: self = .warn
        case 50: self = .error
        case 60: self = .fatal
        default: self = .unknown
        }
    }

    private struct FoldedWord: Hashable {
        let high: UInt64
        let low: UInt64

        init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }

        init(_ word: String) {
            var high: UInt64 = 0
            var low: UInt64 = 0
            for byte in word.utf8 {
                high = high << 8 | low >> 56
                low = low << 8 | UInt64(byte)
            }
            self.init(high: high, low: low)
        }
    }

    /// The words for each level, in lower case; each has at most 13 letters.
    public static let spellings: [(level: Level, words: [String])] = [
        (.trace, ["trace", "trc", "verbose", "finest", "finer", "silly"]),
        (.debug, ["debug", "dbg", "fine", "d"]),
        (.info, ["info", "information", "informational", "inf", "log", "i"]),
        (.notice, ["notice", "note"]),
        (.warn, ["warn", "warning", "wrn", "w"]),
        (.error, ["error", "err", "eror", "e", "severe", "failure"]),
        (.fatal, ["fatal", "critical", "crit", "emergency", "emerg", "alert", "panic", "f"]),
    ]

    private static let words: [FoldedWord: Level] = {
        var words: [FoldedWord: Level] = [:]
        for (level, spellings) in Level.spellings {
            for spelling in spellings { words[FoldedWord(spelling)] = level }
        }
        return words
    }()
}
