import Foundation

/// A document of this package, whose tables and lists tests compare with the code.
public struct Document: Sendable {
    /// All of it.
    public let text: String

    /// What a test needs of a document is not in it.
    public struct Missing: Error, CustomStringConvertible {
        /// What is missing.
        public let description: String
    }

    /// The folder of the package.
    public static let root: String =
        (((#filePath as NSString).deletingLastPathComponent as NSString).appendingPathComponent("../..") as NSString)
        .standardizingPath

    /// Reads a document by its path within `Docs`.
    public init(_ name: String) throws {
        text = try String(contentsOfFile: "\(Document.root)/Docs/\(name)", encoding: .utf8)
    }

    /// The names of all documents, as ``init(_:)`` takes them.
    public static func names() throws -> [String] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: "\(root)/Docs").filter { $0.hasSuffix(".md") }
        return found.sorted() + ["../README.md"]
    }

    /// What stands under a heading of any level, up to the next heading.
    public func section(_ heading: String) throws -> [Substring] {
        var isCode = false
        var found: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") { isCode.toggle() }
            if !isCode, line.hasPrefix("#") {
                if let found { return found }
                if line.drop(while: { $0 == "#" }) == " \(heading)" { found = [] }
            } else {
                found?.append(line)
            }
        }
        guard let found else { throw Missing(description: "there is no heading \"\(heading)\"") }
        return found
    }

    /// What stands under a heading as one line.
    public func words(under heading: String) throws -> String {
        try section(heading).joined(separator: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// The rows of the table under a heading whose heading row begins with `first`; of the only table without it.
    public func rows(under heading: String, headed first: String? = nil) throws -> [[String]] {
        let lines = try section(heading)
        let tables = lines.split { !$0.hasPrefix("|") }.map { $0.map(Document.cells) }.filter { $0.count > 2 }
        let chosen = tables.filter { first == nil || $0[0].first == first }
        guard chosen.count == 1 else {
            throw Missing(description: "there are \(chosen.count) tables \(first ?? "") under \"\(heading)\"")
        }
        return Array(chosen[0].dropFirst(2))
    }

    /// The rows of the table under a heading whose first cell is quoted as code; that cell without its quotes.
    public func table(under heading: String) throws -> [[String]] {
        let rows = try section(heading).filter { $0.hasPrefix("| `") }.map { line in
            var cells = Document.cells(line)
            cells[0] = cells[0].trimmingCharacters(in: ["`"])
            return cells
        }
        guard !rows.isEmpty else { throw Missing(description: "there is no table under \"\(heading)\"") }
        return rows
    }

    /// The points of the list under a heading, numbered or not, each in one line.
    public func points(under heading: String) throws -> [String] {
        var points: [String] = []
        for line in try section(heading) {
            if let mark = line.prefixMatch(of: #/(?:\d+\.|-)\s/#) {
                points.append(String(line[mark.range.upperBound...]))
            } else if line.hasPrefix("  "), let last = points.popLast() {
                points.append(last + " " + line.trimmingCharacters(in: .whitespaces))
            }
        }
        guard !points.isEmpty else { throw Missing(description: "there is no list under \"\(heading)\"") }
        return points
    }

    /// The lines of the first block of code under a heading.
    public func block(under heading: String) throws -> [String] {
        let lines = try section(heading).drop { !$0.hasPrefix("```") }.dropFirst().prefix { !$0.hasPrefix("```") }
        guard !lines.isEmpty else { throw Missing(description: "there is no block of code under \"\(heading)\"") }
        return lines.map(String.init)
    }

    /// The texts between backquotes.
    public static func quoted(_ text: some StringProtocol) -> [String] {
        String(text).matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }

    /// The numbers of a cell such as `1, 3` or `1 to 10 000`; "none" has none.
    public static func numbers(_ cell: String) -> [Int64] {
        cell.matches(of: /\d{1,3}(?: \d{3})+|\d+/).compactMap { Int64($0.output.filter { $0 != " " }) }
    }

    private static func cells(_ line: Substring) -> [String] {
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}
