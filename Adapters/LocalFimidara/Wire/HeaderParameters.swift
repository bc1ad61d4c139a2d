/// A header value with parameters: `form-data; name="data"; filename="x"`.
struct HeaderParameters: Sendable, Equatable {
    /// What is before the first semicolon, in lower case.
    let value: String
    /// The parameters; names in lower case, the first of a name counts.
    let parameters: [String: String]

    init(_ text: String) {
        var pieces: [String] = [""]
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isEscaped {
                pieces[pieces.count - 1].append(character)
                isEscaped = false
            } else if isQuoted && character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ";" && !isQuoted {
                pieces.append("")
            } else {
                pieces[pieces.count - 1].append(character)
            }
        }
        value = pieces[0].trimmed.lowercased()
        parameters = Dictionary(
            pieces.dropFirst().compactMap { piece in
                guard let sign = piece.firstIndex(of: "=") else { return nil }
                return (
                    String(piece[..<sign]).trimmed.lowercased(), String(piece[piece.index(after: sign)...]).trimmed
                )
            },
            uniquingKeysWith: { first, _ in first })
    }
}
