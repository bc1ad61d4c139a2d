/// Text of a manual page in the `man(7)` macros, which groff and mandoc read.
struct Roff {
    private(set) var text = ""

    /// Writes a macro with its arguments, each as it is given.
    mutating func macro(_ name: String, _ arguments: String...) {
        let quoted = arguments.map { "\"\($0.replacing("\"", with: "\\(dq"))\"" }
        text += ([".\(name)"] + quoted).joined(separator: " ") + "\n"
    }

    /// Begins a section.
    mutating func section(_ title: String) { macro("SH", Roff.escaped(title)) }

    /// Writes a line of running text in roff's own notation, as ``Roff/escaped(_:)`` and ``Roff/bold(_:)`` make it.
    mutating func line(_ roff: String) {
        text += (roff.hasPrefix(".") || roff.hasPrefix("'") ? "\\&" : "") + roff + "\n"
    }

    /// Writes an entry of a list: what it is about, and a paragraph.
    mutating func entry(_ tag: String, _ paragraph: String) {
        text += ".TP\n"
        line(tag)
        line(paragraph.isEmpty ? "\\&" : paragraph)
    }

    /// Writes a discussion: paragraphs, and lines that begin with two blanks as they stand.
    ///
    /// A paragraph of one line in capitals is a heading, as in the help of commands.
    mutating func discussion(_ words: String) {
        var isOpen = false
        for block in words.split(separator: "\n", omittingEmptySubsequences: false).split(whereSeparator: { $0.isEmpty }
        ) {
            var isPlain = false
            for (index, row) in block.enumerated() {
                let isHeading = index == 0 && !row.hasPrefix(" ") && row.allSatisfy { $0.isUppercase || $0 == " " }
                if isHeading {
                    section(String(row))
                    isOpen = false
                } else if row.hasPrefix("  ") {
                    if !isPlain { text += isOpen ? ".PP\n.nf\n" : ".nf\n" }
                    isPlain = true
                    isOpen = true
                    line(Roff.literal(String(row.dropFirst(2))))
                } else {
                    if isPlain { text += ".fi\n.PP\n" } else if index == 0, isOpen { text += ".PP\n" }
                    isPlain = false
                    isOpen = true
                    line(Roff.escaped(String(row)))
                }
            }
            if isPlain { text += ".fi\n" }
        }
    }

    /// Running text.
    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { words, letter in
            switch letter {
            case "\\": words += "\\e"
            case "'": words += "\\(aq"
            case "`": words += "\\(ga"
            case "^": words += "\\(ha"
            case "~": words += "\\(ti"
            case "\n": words += " "
            case _ where letter.isASCII: words.unicodeScalars.append(letter)
            default: words += "\\[u" + format(letter.value) + "]"
            }
        }
    }

    /// At least four hexadecimal digits, as groff names letters beyond ASCII.
    private static func format(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// Text that people type: its hyphens stay hyphens.
    static func literal(_ text: String) -> String { escaped(text).replacing("-", with: "\\-") }

    /// What people type, in bold.
    static func bold(_ text: String) -> String { "\\fB\(literal(text))\\fR" }

    /// What stands for something, in italics.
    static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }
}
