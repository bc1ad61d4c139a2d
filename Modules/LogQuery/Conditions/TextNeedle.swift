import LogModel

/// A text that is looked for in others, upper and lower case alike as ``CaseFolding`` says, in any script.
///
/// Every character stands for itself: there are no patterns. Looking takes time that grows with the length of the line
/// and never with its product with the text's, whatever both are made of, and allocates nothing unless a string of the
/// line is written with escapes that may hide the text. It is a class since it is handed from line to line.
final class TextNeedle: Sendable {
    /// The characters of the text.
    let letters: Letters
    /// The characters that the probe looks for; those around them are compared where it finds them.
    private let anchor: Range<Int>
    /// `nil` for the empty text, which is in every other.
    private let probe: ByteProbe?
    /// Beginnings of encodings that the probe does not find, since they have another length than it looks for.
    private let strays: [ByteSearch]
    /// Finds what is in a line in which the text may be written with escapes.
    private let escape: ByteSearch
    /// For each beginning of the text the length of the longest shorter beginning that it ends with, so that no
    /// character is looked at again after a mismatch (the algorithm of Knuth, Morris and Pratt).
    private let borders: [UInt32]

    init(_ text: TextValue) {
        letters = Letters(text)
        let steady = TextNeedle.steadyAnchor(of: letters)
        anchor = steady ?? 0..<letters.count
        probe = letters.count == 0 ? nil : ByteProbe(letters.layout(of: anchor))
        strays = steady == nil ? TextNeedle.strays(of: letters) : []
        escape = ByteSearch(Array(LineSieve.escape(of: [text]).utf8))
        borders = TextNeedle.borders(of: letters.folded)
    }

    /// Whether the text is in another, decoded one.
    func occurs(in text: Span<UInt8>) -> Bool {
        guard let probe else { return true }
        guard let isFound = probe.finds(in: text, { isMet($0, at: $1, &$2) }) else { return occursByBorders(in: text) }
        if isFound || strays.isEmpty || !hasHighByte(text) { return isFound }
        for stray in strays where stray.occurs(in: text) ?? true { return occursByBorders(in: text) }
        return false
    }

    /// Whether the text is in a line as it is written, or in one of its strings when they are decoded.
    func occurs(inLine line: Span<UInt8>) -> Bool {
        occurs(in: line) || ((escape.occurs(in: line) ?? true) && occursInEscapedStrings(of: line))
    }

    /// Whether the text may be in a line: the same, but for strings with escapes, which are not decoded.
    func mayOccur(inLine line: Span<UInt8>) -> Bool { occurs(in: line) || (escape.occurs(in: line) ?? true) }

    /// Strings without escapes need not be looked at again.
    private func occursInEscapedStrings(of line: Span<UInt8>) -> Bool {
        var index = 0
        while index < line.count {
            guard line[index] == UInt8(ascii: "\"") else {
                index += 1
                continue
            }
            let start = index + 1
            var hasEscape = false
            index = start
            while index < line.count, line[index] != UInt8(ascii: "\"") {
                let isEscape = line[index] == UInt8(ascii: "\\")
                hasEscape = hasEscape || isEscape
                index += isEscape ? 2 : 1
            }
            let string = start..<min(index, line.count)
            if hasEscape, occurs(in: TextValue(json: line, in: string).bytes.span) { return true }
            index += 1
        }
        return false
    }

    /// Whether all characters are around a place at which the anchor may begin.
    ///
    /// No encoding is the beginning or the end of another, so at each place there is one way to go on.
    @inline(__always)
    private func isMet(_ text: RawSpan, at candidate: Int, _ patience: inout Int) -> Bool {
        var place = candidate
        for letter in anchor.lowerBound..<letters.count {
            patience -= 1
            guard let length = letters.length(of: letter, in: text, from: place) else { return false }
            place += length
        }
        place = candidate
        for letter in (0..<anchor.lowerBound).reversed() {
            patience -= 1
            guard let length = letters.length(of: letter, in: text, before: place) else { return false }
            place -= length
        }
        return true
    }

    private func occursByBorders(in text: Span<UInt8>) -> Bool {
        var matched = 0
        var index = 0
        let wanted = letters.folded
        while index < text.count {
            let codePoint = CaseFolding.folded(Letters.codePoint(text, &index))
            while matched > 0, wanted[matched] != codePoint { matched = Int(borders[matched - 1]) }
            if wanted[matched] == codePoint { matched += 1 }
            if matched == wanted.count { return true }
        }
        return false
    }

    private static func borders(of text: [UInt32]) -> [UInt32] {
        var borders = [UInt32](repeating: 0, count: text.count)
        var length = 0
        for index in text.indices.dropFirst() {
            while length > 0, text[index] != text[length] { length = Int(borders[length - 1]) }
            if text[index] == text[length] { length += 1 }
            borders[index] = UInt32(length)
        }
        return borders
    }

    /// The run of characters, each of which has encodings of one length alone, in which the rarest bytes are.
    private static func steadyAnchor(of letters: Letters) -> Range<Int>? {
        var best: (run: Range<Int>, commonness: Int)?
        var start = 0
        while start < letters.count {
            guard letters.isSteady(start) else {
                start += 1
                continue
            }
            // A longer run would not be found faster.
            var end = start + 1
            while end < letters.count, end - start < 64, letters.isSteady(end) { end += 1 }
            let commonness = ByteProbe.commonness(of: letters.layout(of: start..<end))
            if commonness < best?.commonness ?? .max { best = (start..<end, commonness) }
            start = end
        }
        return best?.run
    }

    /// Beginnings of the encodings that are not as long as the first one of their character.
    private static func strays(of letters: Letters) -> [ByteSearch] {
        var beginnings: Set<[UInt8]> = []
        for letter in 0..<letters.count {
            let encodings = letters.encodings(of: letter)
            for encoding in encodings where encoding.count != encodings[0].count {
                beginnings.insert(Array(encoding.prefix(2)))
            }
        }
        return beginnings.map { ByteSearch($0) }
    }
}

/// Whether a text holds anything but ASCII, looked at eight bytes at a time.
private func hasHighByte(_ text: Span<UInt8>) -> Bool {
    let bytes = text.bytes
    var place = 0
    var high: UInt64 = 0
    while place + 8 <= text.count {
        high |= bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
        place += 8
    }
    while place < text.count {
        high |= UInt64(text[place])
        place += 1
    }
    return high & 0x8080_8080_8080_8080 != 0
}
