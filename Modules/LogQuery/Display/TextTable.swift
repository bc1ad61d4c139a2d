import LogModel

/// Formats rows of cells as lines of text with aligned columns.
public enum TextTable {
    /// No column is made narrower than this for a terminal.
    private static let leastWidth = 12
    private static let gap = "  "

    /// Formats a table.
    /// - Parameters:
    ///   - rows: the rows, each with the same number of cells; the first may be headings.
    ///   - width: the number of terminal columns of a line. Where rows need more, the widest cells are wrapped. `nil`
    ///     keeps each row on one line of any length.
    /// - Returns: the lines, without newlines.
    public static func lines(_ rows: [[String]], width: Int? = nil) -> [String] {
        let count = rows.first?.count ?? 0
        var widths = (0..<count).map { column in rows.map { displayWidth($0[column]) }.max() ?? 0 }
        if let width { narrow(&widths, to: width) }
        return rows.flatMap { row -> [String] in
            let cells = zip(row, widths).map { width == nil ? [$0] : wrapped($0, to: $1) }
            return (0..<(cells.map(\.count).max() ?? 1)).map { part in
                let pieces = cells.map { part < $0.count ? $0[part] : "" }
                var text = zip(pieces, widths).map { padded($0, to: $1) }.joined(separator: gap)
                while text.hasSuffix(" ") { text.removeLast() }
                return text
            }
        }
    }

    /// Takes from the widest columns until all fit, or none can give more.
    private static func narrow(_ widths: inout [Int], to width: Int) {
        var excess = widths.reduce(0, +) + gap.utf8.count * max(0, widths.count - 1) - width
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > leastWidth
        {
            widths[widest] -= 1
            excess -= 1
        }
    }

    /// A cell in pieces of a width, broken at blanks where there are some.
    private static func wrapped(_ text: String, to width: Int) -> [String] {
        guard displayWidth(text) > width else { return [text] }
        var pieces: [String] = []
        var rest = Substring(text)
        while displayWidth(String(rest)) > width {
            var end = rest.startIndex
            var used = 0
            var blank: Substring.Index?
            while end < rest.endIndex {
                let letter = displayWidth(String(rest[end]))
                guard used + letter <= width || used == 0 else { break }
                if rest[end] == " ", end > rest.startIndex { blank = end }
                used += letter
                end = rest.index(after: end)
            }
            if end < rest.endIndex, rest[end] == " " { blank = end }
            let cut = blank ?? end
            pieces.append(String(rest[..<cut]))
            rest = rest[cut...].drop { $0 == " " }
        }
        if !rest.isEmpty { pieces.append(String(rest)) }
        return pieces
    }
}
