/// A command line as far as it is typed, split into words as a shell would.
public struct TypedLine: Sendable, Equatable {
    /// The words before the one that is typed, without quotation marks; the program's own name is left out.
    public let words: [String]
    /// What is typed of the word in which the cursor stands, without quotation marks.
    public let current: String
    /// How much of `current` a shell that splits at some of its letters has left behind, such as `--level=`.
    public let leftBehind: String

    /// Splits a line.
    /// - Parameters:
    ///   - text: the line up to the cursor, with the program's name.
    ///   - breaks: letters other than blanks at which the shell begins another word for its own purposes, as
    ///     `COMP_WORDBREAKS` of bash has them.
    public init(_ text: String, breaks: String = "") {
        var splitter = Splitter(breaks: breaks)
        for letter in text { splitter.take(letter) }
        let before = splitter.words
        // Assignments and an alias's words may stand in front of the program.
        let program = before.firstIndex { $0 == "logferry" || $0.hasSuffix("/logferry") }
        words = Array(before.dropFirst(program.map { $0 + 1 } ?? min(1, before.count)))
        current = splitter.word
        leftBehind = String(splitter.word.prefix(splitter.breakEnd))
    }

    private struct Splitter {
        let breaks: String
        var words: [String] = []
        var word = ""
        /// How many letters of the word end with the last letter that breaks words.
        var breakEnd = 0
        private var hasWord = false
        private var quote: Character?
        private var isEscaped = false

        init(breaks: String) {
            self.breaks = breaks.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
        }

        mutating func take(_ letter: Character) {
            if isEscaped {
                isEscaped = false
                append(letter)
            } else if letter == "\\", quote != "'" {
                isEscaped = true
            } else if let open = quote {
                if letter == open { quote = nil } else { append(letter) }
            } else if letter == "'" || letter == "\"" {
                quote = letter
                hasWord = true
            } else if letter.isWhitespace {
                if hasWord { words.append(word) }
                word = ""
                breakEnd = 0
                hasWord = false
            } else {
                append(letter)
                if breaks.contains(letter) { breakEnd = word.count }
            }
        }

        private mutating func append(_ letter: Character) {
            word.append(letter)
            hasWord = true
        }
    }
}
