import ArgumentParser
import Composition
import LogModel
import LogQuery

/// How a list is shown.
struct ListOptions: ParsableArguments {
    @Flag(help: "Write one JSON object a line, of the shape that the API has.")
    var json = false

    @Flag(help: "Show times in UTC, not in local time; JSON has UTC always.")
    var utc = false
}

/// Rows under headings, or one JSON object a line.
struct Table {
    /// A value of a row.
    enum Cell {
        case text(String?)
        case words([String])
        case number(Int64)
        case moment(Timestamp?)

        func words(_ moments: MomentStyle) -> String {
            switch self {
            case .text(let text): text.map(visibleCell) ?? "-"
            case .words(let words): visibleCell(words.joined(separator: ","))
            case .number(let number): String(number)
            case .moment(let moment): moment.map(moments.text) ?? "-"
            }
        }

        func add(_ name: String, to text: inout JSONText) {
            switch self {
            case .text(let value): text.add(name, value)
            case .words(let words): text.add(name, words)
            case .number(let number): text.add(name, number)
            case .moment(let moment): text.add(name, moment)
            }
        }
    }

    private let headings: [String]
    private let isJSON: Bool
    private let moments: MomentStyle
    private var rows: [[Cell]] = []

    /// A table; as JSON each row is written at once.
    /// - Parameters:
    ///   - headings: names of members; people see `CREATED AT` for `createdAt`.
    ///   - isJSON: whether each row is a JSON object.
    ///   - isUTC: whether people see times in UTC, not in local time.
    init(_ headings: [String], json isJSON: Bool, utc isUTC: Bool = false) {
        self.headings = headings
        self.isJSON = isJSON
        moments = isUTC ? .utc : Terminal.localTime
    }

    /// A table as options want it.
    init(_ headings: [String], _ options: ListOptions) {
        self.init(headings, json: options.json, utc: options.utc)
    }

    /// Adds a row.
    /// - Parameters:
    ///   - cells: what people see, one for each heading.
    ///   - write: adds the members of the JSON object; those of the headings when it is `nil`.
    mutating func add(_ cells: [Cell], json write: ((inout JSONText) -> Void)? = nil) {
        guard isJSON else { return rows.append(cells) }
        let object = JSONText { text in
            if let write { return write(&text) }
            for (name, cell) in zip(headings, cells) { cell.add(name, to: &text) }
        }
        Terminal.json(object.bytes)
    }

    /// Writes the rows that were added, columns aligned.
    func finish(whenEmpty words: String) {
        guard !isJSON else { return }
        guard !rows.isEmpty else { return words.isEmpty ? () : Terminal.say(words) }
        let lines = [headings.map(headingWords)] + rows.map { $0.map { $0.words(moments) } }
        let width = Terminal.showsOutput ? Terminal.outputWidth : nil
        for line in TextTable.lines(lines, width: width) { Terminal.line(line) }
    }
}
