/// Reads the head of an answer from the lines that curl hands over, interim heads and trailers told apart.
struct ResponseHeadParser {
    /// A whole head.
    struct Head: Sendable {
        let status: Int
        let headers: HTTPHeaders
    }

    /// What a line did.
    enum Step {
        case more
        case complete(Head)
        case refused(String)
    }

    /// The most bytes that the lines of a head may have together.
    static let sizeLimit = 256 << 10

    private var status: Int?
    private var headers: HTTPHeaders = [:]
    private var size = 0
    private var isComplete = false

    /// Takes a line with its line end.
    mutating func take(_ line: UnsafeRawBufferPointer) -> Step {
        guard !isComplete else { return .more }  // A trailer; nobody asks for those.
        size += line.count
        guard size <= ResponseHeadParser.sizeLimit else { return .refused("the head of the answer is too large") }
        let text = unsafe String(decoding: line, as: UTF8.self)
        let content = text.prefix { $0 != "\r" && $0 != "\n" && $0 != "\r\n" }
        guard !content.isEmpty else { return finish() }
        if content.hasPrefix("HTTP/") { return begin(content) }
        guard let colon = content.firstIndex(of: ":"), status != nil else {
            return .refused("the head of the answer has a line without a colon")
        }
        headers.add(trimmed(content[..<colon]), trimmed(content[content.index(after: colon)...]))
        return .more
    }

    private mutating func begin(_ line: Substring) -> Step {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, let code = Int(parts[1]), (100...999).contains(code) else {
            return .refused("the answer has no readable status")
        }
        status = code
        headers = [:]
        return .more
    }

    private mutating func finish() -> Step {
        guard let status else { return .refused("the answer has no status line") }
        // 100 Continue, 103 Early Hints: the answer proper is still to come. We never ask for 101.
        guard status >= 200 else {
            self.status = nil
            return .more
        }
        isComplete = true
        return .complete(Head(status: status, headers: headers))
    }

    private func trimmed(_ text: Substring) -> String {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
