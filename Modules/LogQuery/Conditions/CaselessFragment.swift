import LogModel

/// The part of a text that a store's own language looks for, when the text is looked for in any case.
///
/// Such a language knows A to Z in any case, and for other letters one text for each case, so what is looked for is
/// short where letters have several forms, and long where they have one.
struct CaselessFragment {
    /// The forms of the fragment, A to Z in lower case, of which one must be there.
    private(set) var texts: [String] = []
    /// Whether A to Z are met by their upper and lower case alike.
    private(set) var ignoresCase = false
    /// Letters with which the fragment may be written and that are in none of the texts.
    private(set) var strays: [String] = []

    /// How many characters a fragment has at most, and how many forms.
    private static let limits = (letters: 24, texts: 4)

    /// Chooses the fragment that finds the fewest lines for the least work.
    init(of letters: Letters) {
        var best: (fragment: CaselessFragment, worth: Int)?
        for start in 0..<letters.count {
            var fragment = CaselessFragment(texts: [""])
            for letter in start..<min(letters.count, start + CaselessFragment.limits.letters) {
                fragment.append(letters.encodings(of: letter))
                guard fragment.texts.count <= CaselessFragment.limits.texts else { break }
                if fragment.worth > best?.worth ?? .min { best = (fragment, fragment.worth) }
            }
            // Of a very long text the beginning says enough.
            if start > 256 { break }
        }
        if let best { self = best.fragment }
    }

    private init(texts: [String]) { self.texts = texts }

    private mutating func append(_ encodings: [[UInt8]]) {
        let forms = encodings.map { String(decoding: $0, as: UTF8.self) }
        let isASCII = encodings[0].count == 1
        if isASCII, forms.count > 1 { ignoresCase = true }
        // Lower and upper case come first.
        let cases = isASCII ? forms.prefix(1) : forms.prefix(2)
        for form in forms.dropFirst(isASCII ? 2 : cases.count) where !strays.contains(form) { strays.append(form) }
        texts = texts.flatMap { text in cases.map { text + $0 } }
    }

    /// Four bytes tell most lines apart; more forms and letters to look for cost time.
    private var worth: Int {
        let length = texts[0].utf8.count
        return 4 * min(length, 4) + max(0, length - 4) - 3 * (texts.count - 1) - 2 * strays.count
    }
}
