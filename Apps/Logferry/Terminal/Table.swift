import LogModel

/// Rows under headings, or one JSON object a line.
struct Table {
    /// A value of a row.
    enum Cell {
        case text(String?)
        case words([String])
        case number(Int64)
        case moment(Timestamp?)

        var words: String {
            switch self {
            case .text(let text): text ?? "-"
            case .words(let words): words.joined(separator: ",")
            case .number(let number): String(number)
            case .moment(let moment): moment?.rfc3339 ?? "-"
            }
        }

        var json: String {
            switch self {
            case .text(let text): text.map(encodedJSONString) ?? "null"
            case .words(let words): "[\(words.map(encodedJSONString).joined(separator: ","))]"
            case .number(let number): String(number)
            case .moment(let moment): moment.map { encodedJSONString($0.rfc3339) } ?? "null"
            }
        }
    }

    private let headings: [String]
    private let isJSON: Bool
    private var rows: [[Cell]] = []

    /// A table; as JSON each row is written at once.
    init(_ headings: [String], json isJSON: Bool) {
        self.headings = headings
        self.isJSON = isJSON
    }

    /// Adds a row.
    mutating func add(_ cells: [Cell]) {
        if isJSON {
            let members = zip(headings, cells).map { "\(encodedJSONString($0)):\($1.json)" }
            Terminal.write(Array("{\(members.joined(separator: ","))}\n".utf8))
        } else {
            rows.append(cells)
        }
    }

    /// Writes the rows that were added, columns aligned.
    func finish(whenEmpty words: String) {
        guard !isJSON else { return }
        guard !rows.isEmpty else { return Terminal.say(words) }
        let lines = [headings.map { $0.uppercased() }] + rows.map { $0.map(\.words) }
        let widths = headings.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        for line in lines {
            let cells = zip(line, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            var text = cells.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            Terminal.line(text)
        }
    }
}
