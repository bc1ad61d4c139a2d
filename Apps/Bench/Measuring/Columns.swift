/// Rows under headings, columns aligned: the first to the left, numbers to the right.
struct Columns {
    private var rows: [[String]]

    /// A table without rows.
    init(_ headings: [String]) { rows = [headings] }

    /// Adds a row.
    mutating func add(_ cells: [String]) { rows.append(cells) }

    /// The lines of the table.
    var lines: [String] {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + space : space + cell.0
            }.joined(separator: "  ")
        }
    }
}
