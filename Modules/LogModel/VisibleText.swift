/// Text that a terminal shows and does not obey: whatever could move its cursor, change its colours, hide text or turn
/// its direction is written out.
///
/// These are the control characters (tabs aside), the line and paragraph separators, the invisible and directional
/// formats, and characters for tagging. Line breaks become `\n` and `\r`, the others `\u{1b}` and so on.
public func visibleText(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isObeyed) else { return text }
    var shown = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        guard isObeyed(scalar) else {
            shown.append(scalar)
            continue
        }
        switch scalar {
        case "\n": shown.append(contentsOf: "\\n".unicodeScalars)
        case "\r": shown.append(contentsOf: "\\r".unicodeScalars)
        default: shown.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        }
    }
    return String(shown)
}

/// Whether a terminal would act on a character rather than show it.
private func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09: false
    case 0x00..<0x20, 0x7F..<0xA0: true
    // Soft hyphen, Arabic letter mark, Mongolian vowel separator.
    case 0xAD, 0x61C, 0x180E: true
    // Zero width spaces, joiners' neighbours and marks of direction; the joiners themselves build letters and emoji.
    case 0x200B, 0x200E, 0x200F: true
    // Separators; embeddings and overrides of direction; word joiner, invisible operators, isolates.
    case 0x2028...0x202E, 0x2060...0x206F: true
    // Byte order mark, interlinear annotation, tags.
    case 0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F: true
    default: false
    }
}
