/// Escapes the characters of a text that a terminal would obey: those that could move its cursor, change its colours,
/// hide text or change its direction.
///
/// These are the control characters except tabs, the line and paragraph separators, the marks of direction, and all
/// characters that Unicode calls default ignorable, which are invisible: zero-width characters, fillers, tags. Joiners
/// and variation selectors stay where they form letters and emoji, that is beside a character beyond ASCII. Line breaks
/// become `\n` and `\r`, the others `\u{1b}` and so on.
public func visibleText(_ text: String) -> String {
    rewritten(text) { scalar in
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}

/// Escapes a text as ``visibleText(_:)`` does, and tabs too, so that it stays in its column.
public func visibleCell(_ text: String) -> String {
    let shown = visibleText(text)
    guard shown.utf8.contains(0x09) else { return shown }
    return shown.split(separator: "\t", omittingEmptySubsequences: false).joined(separator: "\\t")
}

/// Encodes a text as a JSON string, quotes included, in which the characters that a terminal would obey are JSON
/// escapes.
public func visibleJSONString(_ text: String) -> String {
    rewritten(encodedJSONString(text)) { scalar in
        scalar.utf16.map { unit in
            let digits = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }.joined()
    }
}

private func rewritten(_ text: String, _ written: (Unicode.Scalar) -> String) -> String {
    // Nearly all texts are plain, and this look is for many bytes at once.
    var text = text
    let isPlain = text.withUTF8 { bytes in
        var odd: UInt8 = 0
        for byte in bytes { odd |= byte < 0x20 && byte != 0x09 || byte >= 0x7F ? 1 : 0 }
        return odd == 0
    }
    guard !isPlain else { return text }
    let scalars = text.unicodeScalars
    var shown = String.UnicodeScalarView()
    var last: Unicode.Scalar?
    for index in scalars.indices {
        let scalar = scalars[index]
        let following = scalars.index(after: index)
        let next = following < scalars.endIndex ? scalars[following] : nil
        if isObeyed(scalar), !builds(scalar, behind: last, before: next) {
            shown.append(contentsOf: written(scalar).unicodeScalars)
        } else {
            shown.append(scalar)
        }
        last = scalar
    }
    return String(shown)
}

/// Tells whether a terminal would obey or hide a character instead of showing it.
private func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09: false
    case 0x00..<0x20, 0x7F..<0xA0: true
    case 0xA0..<0xAD: false
    // Line and paragraph separator; interlinear annotation.
    case 0x2028, 0x2029, 0xFFF9...0xFFFB: true
    // Marks, embeddings, overrides and isolates of direction are default ignorable.
    default: scalar.properties.isDefaultIgnorableCodePoint
    }
}

/// Whether a joiner or a variation selector builds what is seen together with its neighbours.
private func builds(_ scalar: Unicode.Scalar, behind last: Unicode.Scalar?, before next: Unicode.Scalar?) -> Bool {
    func isLetter(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { $0.value >= 0xA0 } ?? false }
    return switch scalar.value {
    // Between two characters of a script or of an emoji.
    case 0x200C, 0x200D: isLetter(last) && isLetter(next)
    // Behind a character; the digits, # and * of keycaps are ASCII.
    case 0xFE00...0xFE0F: isLetter(last) || next?.value == 0x20E3
    default: false
    }
}
