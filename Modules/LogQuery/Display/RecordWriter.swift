import LogModel

/// Writes records for people and for programs.
///
/// No output can control a terminal, see ``visibleText(_:)``. The exception is `json`, which copies stored lines byte
/// for byte.
public struct RecordWriter: Sendable {
    /// The format of records.
    public enum Output: String, Sendable, CaseIterable {
        /// A format for people: time, level and message, then the other members.
        case text
        /// The stored lines; with columns, an object of these.
        case json
        /// `name=value` pairs, nested members by their paths.
        case logfmt
        /// Comma-separated values under a heading (RFC 4180, but lines end with a newline).
        case csv
    }

    private let output: Output
    private let columns: [RecordColumn]
    private let hasColumns: Bool
    private let style: RecordText.Style
    private var widths: [Int]
    private var isFirst = true

    /// No column is made wider for what is in it than this.
    private static let widthLimit = 40

    /// Makes a writer.
    /// - Parameters:
    ///   - output: the format.
    ///   - columns: the columns; `nil` chooses the usual ones of the format.
    ///   - style: how times, levels and apps are shown.
    public init(_ output: Output, columns: [RecordColumn]?, style: RecordText.Style) {
        self.output = output
        self.style = style
        hasColumns = columns != nil
        let app: [RecordColumn.Fact] = style.apps == nil ? [] : [.app]
        let usual: [RecordColumn.Fact] = [.timestamp, .level] + app + [.message, .record]
        self.columns = columns ?? usual.map { .fact($0) }
        widths = self.columns.map { displayWidth(RecordWriter.heading($0)) }
    }

    /// Formats some records; the heading comes with the first ones.
    /// - Parameters:
    ///   - rows: the records.
    ///   - app: the name of their app.
    /// - Returns: the lines, each with its newline.
    public mutating func bytes(_ rows: RecordRows, app: String) -> [UInt8] {
        var bytes: [UInt8] = []
        // The heading is as wide as what is below it.
        let cells = output == .text && hasColumns ? aligned(rows, app) : []
        if isFirst, !rows.isEmpty {
            isFirst = false
            if let heading { bytes += Array(heading.utf8) + [0x0A] }
        }
        for row in 0..<rows.count {
            switch output {
            case .json where !hasColumns: bytes += rows.bytes[rows.range(row)]
            case .json: bytes += json(rows, row, app).utf8
            case .csv: bytes += csv(rows, row, app).utf8
            case .logfmt where hasColumns: bytes += logfmt(rows, row, app).utf8
            case .logfmt: bytes += RecordLogfmt.line(rows, row, app: style.apps == nil ? nil : app).utf8
            case .text where hasColumns: bytes += cells[row].utf8
            case .text: bytes += RecordText(style).line(rows, row, app: app).utf8
            }
            bytes.append(0x0A)
        }
        return bytes
    }

    private var heading: String? {
        switch output {
        case .csv: columns.map { RecordWriter.quoted($0.name) }.joined(separator: ",")
        case .text where hasColumns: joined(columns.map(RecordWriter.heading))
        default: nil
        }
    }

    /// `RECEIVED AT` for `receivedAt`; a path stays as it is.
    private static func heading(_ column: RecordColumn) -> String {
        switch column {
        case .fact(let fact): headingWords(fact.rawValue)
        case .member(let text, _): visibleCell(text)
        }
    }

    // MARK: - Text

    private mutating func aligned(_ rows: RecordRows, _ app: String) -> [String] {
        let cells = (0..<rows.count).map { row in columns.map { shown($0, of: rows, row, app) } }
        for line in cells {
            for (column, cell) in line.enumerated() {
                widths[column] = max(widths[column], min(displayWidth(cell), RecordWriter.widthLimit))
            }
        }
        return cells.map { joined($0) }
    }

    private func joined(_ cells: [String]) -> String {
        var text = ""
        for (column, cell) in cells.enumerated() {
            text += column == cells.count - 1 ? cell : padded(cell, to: widths[column]) + "  "
        }
        return text
    }

    private func shown(_ column: RecordColumn, of rows: RecordRows, _ row: Int, _ app: String) -> String {
        let text = shown(column.value(of: rows, row, app: app))
        guard column == .fact(.timestamp), RecordColumn.isReceipt(rows.facts(row)) else { return text }
        return text + RecordText.receiptMark
    }

    private func shown(_ value: CellValue) -> String {
        switch value {
        case .absent: "-"
        case .text(let text), .json(let text): visibleCell(text)
        case .number(let number): String(number)
        case .moment(let moment): style.moments.text(moment)
        }
    }

    // MARK: - For programs

    private func json(_ rows: RecordRows, _ row: Int, _ app: String) -> String {
        let members = columns.map { column in
            let value =
                switch column.value(of: rows, row, app: app) {
                case .absent: "null"
                case .text(let text): visibleJSONString(text)
                case .json(let json): json
                case .number(let number): String(number)
                case .moment(let moment): "\"\(moment.rfc3339)\""
                }
            return "\(visibleJSONString(column.name)):\(value)"
        }
        return "{\(members.joined(separator: ","))}"
    }

    private func csv(_ rows: RecordRows, _ row: Int, _ app: String) -> String {
        columns.map { RecordWriter.quoted(plain($0.value(of: rows, row, app: app)) ?? "") }.joined(separator: ",")
    }

    private func logfmt(_ rows: RecordRows, _ row: Int, _ app: String) -> String {
        columns.compactMap { column in
            plain(column.value(of: rows, row, app: app)).map { RecordLogfmt.pair(column.name, $0) }
        }.joined(separator: " ")
    }

    private func plain(_ value: CellValue) -> String? {
        switch value {
        case .absent: nil
        case .text(let text), .json(let text): text
        case .number(let number): String(number)
        case .moment(let moment): moment.rfc3339
        }
    }

    /// A field of comma-separated values (RFC 4180, section 2).
    ///
    /// Line breaks and tabs stand in quotes as they are; what else a terminal would obey is written out.
    private static func quoted(_ text: String) -> String {
        let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
        let shown = lines.enumerated().map { number, line in
            // A carriage return moves a terminal's cursor unless the line ends behind it.
            let hasReturn = number < lines.count - 1 && line.last == 0x0D
            return visibleText(String(Substring(hasReturn ? line.dropLast() : line))) + (hasReturn ? "\r" : "")
        }.joined(separator: "\n")
        let isPlain = !shown.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D, 0x09].contains($0) }
        guard !isPlain || shown.first == " " || shown.last == " " else { return shown }
        let doubled = shown.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
        return "\"\(doubled)\""
    }
}

/// Returns a member's name as a heading: `CREATED AT` for `createdAt`.
public func headingWords(_ name: String) -> String {
    var words = ""
    for letter in name {
        if letter.isUppercase { words.append(" ") }
        words += letter.uppercased()
    }
    return words
}
