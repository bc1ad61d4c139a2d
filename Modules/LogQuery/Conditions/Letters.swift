import LogModel

/// The characters of a text, each with all that it is alike to when case does not matter.
struct Letters: Sendable {
    /// What stands for each character, see ``CaseFolding``.
    let folded: [UInt32]
    /// The encodings of all characters, one behind the other.
    private let bytes: [UInt8]
    /// Where each encoding ends in `bytes`; it begins where the one before ends.
    ///
    /// 32 bits are enough for what fits into a request, and a question has many characters.
    private let forms: [UInt32]
    /// Where the encodings of each character end in `forms`; they begin where those of the one before end.
    private let ends: [UInt32]
    /// Characters of ASCII that are like no others beyond it, for which one comparison says all; else 0.
    private let plain: [MaskedByte]

    init(_ text: TextValue) {
        var folded: [UInt32] = []
        var bytes: [UInt8] = []
        var forms: [UInt32] = []
        var ends: [UInt32] = []
        var plain: [MaskedByte] = []
        // A character takes at least a byte, and has two forms as a rule.
        folded.reserveCapacity(text.bytes.count)
        bytes.reserveCapacity(2 * text.bytes.count + 4)
        forms.reserveCapacity(2 * text.bytes.count + 4)
        ends.reserveCapacity(text.bytes.count)
        plain.reserveCapacity(text.bytes.count)
        var index = 0
        while index < text.bytes.count {
            let codePoint = Letters.codePoint(text.bytes.span, &index)
            folded.append(CaseFolding.folded(codePoint))
            // A letter and its other case differ by one bit, and no third byte becomes the same by it.
            var common = MaskedByte(UInt8(truncatingIfNeeded: codePoint))
            var isPlain = codePoint > 0
            CaseFolding.visitAlike(codePoint) { alike in
                isPlain = isPlain && alike < 0x80
                common.admit(UInt8(truncatingIfNeeded: alike))
                appendUTF8(alike, to: &bytes)
                forms.append(UInt32(bytes.count))
            }
            plain.append(isPlain ? common : MaskedByte(0))
            ends.append(UInt32(forms.count))
        }
        self.folded = folded
        self.bytes = bytes
        self.forms = forms
        self.ends = ends
        self.plain = plain
    }

    /// How many characters there are.
    var count: Int { ends.count }

    /// The encodings of a character: those of its lower and its upper case, then the others.
    func encodings(of letter: Int) -> [[UInt8]] { forms(of: letter).map { Array(bytes[form($0)]) } }

    /// Whether all encodings of a character have one length.
    func isSteady(_ letter: Int) -> Bool {
        let own = forms(of: letter)
        return own.allSatisfy { form($0).count == form(own.lowerBound).count }
    }

    /// What is common to the encodings of some characters, those left out that are not as long as the first.
    func layout(of letters: Range<Int>) -> [MaskedByte] {
        var layout: [MaskedByte] = []
        layout.reserveCapacity(4 * letters.count)
        for letter in letters {
            let own = forms(of: letter)
            let first = form(own.lowerBound)
            for place in 0..<first.count {
                var byte = MaskedByte(bytes[first.lowerBound + place])
                for other in own.dropFirst() where form(other).count == first.count {
                    byte.admit(bytes[form(other).lowerBound + place])
                }
                layout.append(byte)
            }
        }
        return layout
    }

    /// How long the character is that begins at a place of a text, if it is this one.
    @inline(__always)
    func length(of letter: Int, in text: RawSpan, from place: Int) -> Int? {
        let plain = plain[letter]
        if plain.value != 0 {
            guard place < text.byteCount else { return nil }
            let byte = text.unsafeLoad(fromByteOffset: place, as: UInt8.self)
            return byte | plain.mask == plain.value ? 1 : nil
        }
        for number in forms(of: letter) {
            let own = form(number)
            if place + own.count <= text.byteCount, isThere(own, in: text, at: place) { return own.count }
        }
        return nil
    }

    /// How long the character is that ends in front of a place of a text, if it is this one.
    @inline(__always)
    func length(of letter: Int, in text: RawSpan, before place: Int) -> Int? {
        for number in forms(of: letter) {
            let own = form(number)
            if place >= own.count, isThere(own, in: text, at: place - own.count) { return own.count }
        }
        return nil
    }

    @inline(__always)
    private func forms(of letter: Int) -> Range<Int> {
        (letter == 0 ? 0 : Int(ends[letter - 1]))..<Int(ends[letter])
    }

    /// Where an encoding is in `bytes`.
    @inline(__always)
    private func form(_ number: Int) -> Range<Int> {
        (number == 0 ? 0 : Int(forms[number - 1]))..<Int(forms[number])
    }

    @inline(__always)
    private func isThere(_ form: Range<Int>, in text: RawSpan, at place: Int) -> Bool {
        for index in 0..<form.count
        where text.unsafeLoad(fromByteOffset: place + index, as: UInt8.self) != bytes[form.lowerBound + index] {
            return false
        }
        return true
    }

    /// Reads one character of generalised UTF-8; of bytes that are none, one.
    @inline(__always)
    static func codePoint(_ text: Span<UInt8>, _ index: inout Int) -> UInt32 {
        let lead = text[index]
        let length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        guard length > 1, index + length <= text.count else {
            index += 1
            return UInt32(lead)
        }
        defer { index += length }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for place in index + 1..<index + length { value = value << 6 | UInt32(text[place] & 0x3F) }
        return value
    }
}
