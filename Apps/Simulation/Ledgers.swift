/// What is known of a file that an application writes without an SDK.
struct FileLedger {
    /// Its bytes as they are now.
    var content: [UInt8] = []
    /// Every good line that it ever held.
    var goodLines: Set<[UInt8]> = []
    /// How often something was done to it that appending writers do not do.
    var injuries = 0
}

/// What SDKs of an app were given, and what they promised.
///
/// A line is known by its mark, which no other line has.
struct SdkLedger {
    /// What was logged.
    var logged: Set<[UInt8]> = []
    /// What outlives the process that logged it: its append was acknowledged, or a journal has it.
    var kept: Set<[UInt8]> = []
    /// What nobody promises any more: it was in the memory of a process that died, or a file store lost it.
    var excused: Set<[UInt8]> = []
    /// What may be stored more than once: a file store lost the end of the file, acknowledged as it was, so that the
    /// control line before these lines does not stand at the begin of a line.
    var unguarded: Set<[UInt8]> = []
    /// Lines as they were on the wire.
    var onTheWire: Set<[UInt8]> = []
    /// What was on the wire more than once: which of the copies is taken is open, and so is its place.
    var sentAgain: Set<[UInt8]> = []
    /// Files in which an append broke, or that lost their end: only of those may bytes be refused.
    var brokenFiles: Set<String> = []
    /// Files that lost bytes which were acknowledged.
    var cutFiles: Set<String> = []

    /// The marks of an SDK's lines among bytes.
    static func marks(in bytes: some Collection<UInt8>) -> [[UInt8]] {
        bytes.split(separator: UInt8(ascii: "\n")).compactMap { mark(of: $0) }
    }

    /// The marks of an SDK's lines in words.
    static func words(for bytes: [UInt8]) -> String {
        let marks = marks(in: bytes).map { String(decoding: $0, as: UTF8.self) }
        guard let first = marks.first, let last = marks.last else { return "no line" }
        return first == last ? first : "\(first) to \(last)"
    }

    /// The mark of an SDK's line.
    static func mark(of line: some Collection<UInt8>) -> [UInt8]? {
        var rest = line[...]
        while let quote = rest.firstIndex(of: UInt8(ascii: "\"")) {
            rest = rest[rest.index(after: quote)...]
            guard rest.starts(with: "sdk".utf8) else { continue }
            return Array(rest.prefix { $0 != UInt8(ascii: "\"") })
        }
        return nil
    }
}
