public import LogModel

/// Formats records for people at a terminal: time, level and message, the other members as `name=value`, and last the
/// place in the program.
///
/// Values are JSON, except that a text that needs no quotes has none.
public struct RecordText: Sendable {
    private let style: Style

    /// The style of records.
    public struct Style: Sendable {
        /// The format of times.
        public var moments: MomentStyle
        /// Whether levels are coloured.
        public var hasColors: Bool
        /// The names of the apps whose records may occur, if the app is to be shown; `nil` shows none.
        public var apps: [String]?

        /// Makes a style.
        public init(moments: MomentStyle = .utc, hasColors: Bool = false, apps: [String]? = nil) {
            self.moments = moments
            self.hasColors = hasColors
            self.apps = apps
        }
    }

    /// As wide as the longest level, `unknown`.
    private static let levelWidth = 7
    private static let appWidthLimit = 24
    /// What stands behind a time that is the time of receipt, since none was understood in the line.
    static let receiptMark = " (received)"

    /// Makes a formatter of a style.
    public init(_ style: Style) { self.style = style }

    /// Formats a record as a line.
    /// - Parameters:
    ///   - rows: the records.
    ///   - row: the index of the record.
    ///   - app: the name of its app.
    /// - Returns: the line, without a newline.
    public func line(_ rows: RecordRows, _ row: Int, app: String) -> String {
        let time = Timestamp(nanoseconds: rows.timestamps[row])
        let level = Level(rawValue: rows.levels[row]) ?? .unknown
        let members = RecordMembers(rows.bytes.span.extracting(rows.range(row)), time: time, level: level)
        let isReceipt = RecordColumn.isReceipt(rows.facts(row))
        var words = [style.moments.text(time) + (isReceipt ? RecordText.receiptMark : ""), shown(level)]
        if let apps = style.apps {
            let width = min(RecordText.appWidthLimit, apps.map(displayWidth).max() ?? 0)
            words.append(padded(visibleCell(app), to: width))
        }
        if let message = members.message { words.append(visibleCell(message)) }
        words += members.others.map(RecordText.pair)
        let caller = members.caller.map(RecordText.pair).joined(separator: " ")
        if !caller.isEmpty { words.append(style.hasColors ? "\u{1B}[2m\(caller)\u{1B}[0m" : caller) }
        let text = words.joined(separator: " ")
        return text.last == " " ? String(text.reversed().drop { $0 == " " }.reversed()) : text
    }

    private func shown(_ level: Level) -> String {
        let word = level.name.uppercased()
        guard style.hasColors else { return padded(word, to: RecordText.levelWidth) }
        let blanks = String(repeating: " ", count: RecordText.levelWidth - word.utf8.count)
        return "\u{1B}[\(level.colorCode)m\(word)\u{1B}[0m\(blanks)"
    }

    private static func pair(_ member: RecordMembers.Member) -> String {
        let name = bareWord(member.name) ?? encodedJSONString(member.name)
        let value = member.kind == .string ? bareWord(member.text) ?? member.json : member.json
        return visibleText("\(name)=\(value)")
    }
}

extension Level {
    /// The parameters of "select graphic rendition" (ECMA-48, 8.3.117) that a level is shown with.
    fileprivate var colorCode: String {
        switch self {
        case .unknown, .trace: "90"
        case .debug: "36"
        case .info: "32"
        case .notice: "34"
        case .warn: "33"
        case .error: "31"
        case .fatal: "1;31"
        }
    }
}
