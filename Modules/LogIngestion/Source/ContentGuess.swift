import LogCursor

/// What an input seems to be when it is no NDJSON, judged by its first bytes.
public enum ContentGuess: String, Sendable, Hashable, CaseIterable {
    /// Compressed by gzip.
    case gzip
    /// Compressed by zstd, bzip2 or xz, or a ZIP archive.
    case compressed
    /// Text in UTF-16 or UTF-32.
    case utf16 = "utf_16"
    /// No text.
    case binary
    /// A JSON array.
    case jsonArray = "json_array"
    /// JSON over several lines.
    case jsonDocument = "json_document"
    /// An access log of nginx or Apache.
    case accessLog = "access_log"
    /// Lines of syslog.
    case syslog
    /// Lines of `key=value`.
    case logfmt
    /// Other text.
    case text

    /// How many first bytes a guess goes by.
    public static let headBytes = 64 << 10

    /// What it seems to be, in words that follow "it seems to be".
    public var words: String {
        switch self {
        case .gzip: "compressed by gzip"
        case .compressed: "compressed or an archive"
        case .utf16: "text in UTF-16 or UTF-32"
        case .binary: "binary data"
        case .jsonArray: "a JSON array"
        case .jsonDocument: "JSON that goes over several lines"
        case .accessLog: "an access log of nginx or Apache"
        case .syslog: "lines of syslog"
        case .logfmt: "lines of key=value"
        case .text: "plain text"
        }
    }

    /// What to do about it; `-` stands for standard input.
    public var advice: String {
        switch self {
        case .gzip: "unpack it: gunzip -c FILE | logferry ingest - --app APP"
        case .compressed: "unpack it first, and give what comes out to: logferry ingest - --app APP"
        case .utf16: "convert it: iconv -f UTF-16 -t UTF-8 FILE | logferry ingest - --app APP"
        case .binary: "give files of one JSON object a line"
        case .jsonArray: "write its elements one a line: jq -c '.[]' FILE | logferry ingest - --app APP"
        case .jsonDocument: "write one object a line: jq -c . FILE | logferry ingest - --app APP"
        case .accessLog: "let the server write JSON: log_format with escape=json in nginx"
        case .syslog: "let the daemon write JSON: a template of rsyslog, or journalctl -o json"
        case .logfmt: "let the logger write JSON"
        case .text:
            "let the logger write JSON, or wrap each line: jq -Rc '{message: .}' FILE | logferry ingest - --app APP"
        }
    }

    /// Judges the first bytes of an input.
    /// - Parameters:
    ///   - head: its first bytes, ``headBytes`` of them or all.
    ///   - isWhole: whether that is all of it.
    /// - Returns: `nil` when it may be NDJSON: a line is an object, or looks as if it should be one.
    public static func guess(_ head: [UInt8], isWhole: Bool) -> ContentGuess? {
        if let packed = packed(head) { return packed }
        if isWide(head) { return .utf16 }
        let bytes = head.span
        var start = hasPrefix(bytes, 0, [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while start < head.count, head[start] <= 0x20 { start += 1 }
        guard start < head.count else { return nil }
        let text = head[start...]
        // Elements that have a line of their own look like records.
        if opensArray(text) { return .jsonArray }
        guard !hasObject(bytes, isWhole: isWhole) else { return nil }
        let filled = head.drop { $0 == 0 }
        let controls = filled.count { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 && $0 != 0x1B }
        if controls * 50 > filled.count { return .binary }
        let line = text.prefix { $0 != 0x0A }
        switch head[start] {
        case UInt8(ascii: "["):
            let next = text.dropFirst().first { $0 > 0x20 }
            if let next, "[{\"]".utf8.contains(next) { return .jsonArray }
        case UInt8(ascii: "{"):
            // One line that is broken is the file's fault; an object that is cut after each member is a document.
            let goesOn = head[line.endIndex...].contains { $0 != 0x0A }
            let end = line.prefix { $0 != 0x0D }.last { $0 > 0x20 }
            return goesOn && end.map { "{[,".utf8.contains($0) } == true ? .jsonDocument : nil
        default: break
        }
        return kind(of: String(decoding: line.prefix(2000), as: UTF8.self))
    }

    /// Whether a text begins with a JSON array that goes on behind its first line.
    private static func opensArray(_ text: ArraySlice<UInt8>) -> Bool {
        let line = text.prefix { $0 != 0x0A }
        guard line.first == UInt8(ascii: "["), line.endIndex < text.endIndex,
            let end = line.last(where: { $0 > 0x20 }),
            let element = text.dropFirst().first(where: { $0 > 0x20 })
        else { return false }
        return "[{,".utf8.contains(end) && "[{\"".utf8.contains(element)
    }

    /// Whether a line is a record by the rules that lines are taken by.
    private static func hasObject(_ bytes: Span<UInt8>, isWhole: Bool) -> Bool {
        let scanner = PortableScanner()
        var lines = FramedLines(from: 0, at: 0)
        var (breaks, carry) = (LineBreaks(of: bytes, by: scanner), LineCarry.none)
        _ = LineFramer(maxLineBytes: headBytes).frame(
            bytes, &breaks, in: 0..<bytes.count, isEnd: isWhole, carry: &carry, into: &lines)
        let found = scanner.scan(lines, of: bytes, by: ScanSettings())
        return (0..<found.count).contains { found.isAccepted($0) }
    }

    private static func packed(_ head: [UInt8]) -> ContentGuess? {
        if head.starts(with: [0x1F, 0x8B]) { return .gzip }
        let others: [[UInt8]] = [
            [0x28, 0xB5, 0x2F, 0xFD], Array("BZh".utf8), [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00],
            [0x50, 0x4B, 0x03, 0x04], [0x04, 0x22, 0x4D, 0x18],
        ]
        return others.contains { head.starts(with: $0) } ? .compressed : nil
    }

    /// Whether every other byte is zero as in ASCII text of two bytes a character, or a mark says so.
    private static func isWide(_ head: [UInt8]) -> Bool {
        if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) { return true }
        let sample = head.prefix(64)
        guard sample.count >= 8, sample.contains(where: { $0 != 0 }) else { return false }
        return [0, 1].contains { phase in
            sample.enumerated().allSatisfy { place, byte in (place % 2 == phase) == (byte == 0) }
        }
    }

    /// The kind of a line of text.
    private static func kind(of line: String) -> ContentGuess {
        let bytes = Array(line.utf8)
        func isDigit(_ place: Int) -> Bool { place < bytes.count && (0x30...0x39).contains(bytes[place]) }
        // [30/Nov/2026:00:00:00 +0000]
        for place in bytes.indices where bytes[place] == UInt8(ascii: "[") {
            if isDigit(place + 1), isDigit(place + 2), place + 7 < bytes.count, bytes[place + 3] == UInt8(ascii: "/"),
                bytes[place + 7] == UInt8(ascii: "/")
            {
                return .accessLog
            }
        }
        // <34>1 …, or Nov 30 00:00:00 …
        if bytes.first == UInt8(ascii: "<"), isDigit(1) { return .syslog }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        if bytes.count > 15, months.contains(where: { bytes.starts(with: $0.utf8) }), bytes[9] == UInt8(ascii: ":"),
            bytes[12] == UInt8(ascii: ":")
        {
            return .syslog
        }
        let words = bytes.split(separator: 0x20)
        let pairs = words.count { word in
            guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else { return false }
            return equals > word.startIndex && word[..<equals].allSatisfy { $0 > 0x2C && $0 < 0x7F }
        }
        return pairs >= 2 && pairs * 2 >= words.count ? .logfmt : .text
    }
}
