/// Which characters are alike when case does not matter: those with one simple case folding (Unicode, section 5.18, and
/// `CaseFolding.txt`, statuses C and S).
///
/// One character stands for one character: σ, ς and Σ are alike, s and ſ, k and the Kelvin sign, ß and ẞ; ß and `ss`
/// are not, and neither are i, ı and İ, whose foldings depend on the language.
enum CaseFolding {
    /// What stands for all characters that are alike.
    static func folded(_ codePoint: UInt32) -> UInt32 {
        if codePoint < 0x80 { return codePoint >= 0x41 && codePoint <= 0x5A ? codePoint | 0x20 : codePoint }
        return table.folded[codePoint] ?? codePoint
    }

    /// Visits all characters that are alike, the one itself among them: lower case, upper case, then the others.
    ///
    /// For characters of ASCII it allocates nothing.
    static func visitAlike(_ codePoint: UInt32, _ visit: (UInt32) -> Void) {
        let folded = folded(codePoint)
        guard folded < 0x80 else {
            guard let alike = table.alike[folded] else { return visit(folded) }
            return alike.forEach(visit)
        }
        visit(folded)
        guard folded >= 0x61, folded <= 0x7A else { return }
        visit(folded - 0x20)
        // The two letters beyond ASCII whose folding is ASCII; all others are looked up.
        if folded == 0x73 { visit(0x17F) }
        if folded == 0x6B { visit(0x212A) }
    }

    private struct Table: Sendable {
        var folded: [UInt32: UInt32] = [:]
        var alike: [UInt32: [UInt32]] = [:]
    }

    /// Made at the first use of a character beyond ASCII, in some milliseconds.
    private static let table: Table = {
        var table = Table()
        // No character beyond has case (Unicode 16).
        for value in UInt32(0x80)..<0x1_F000 {
            guard let scalar = Unicode.Scalar(value), scalar.properties.changesWhenCaseMapped else { continue }
            let folded = simpleFolding(scalar)
            if folded != value { table.folded[value] = folded }
            table.alike[folded, default: []].append(value)
        }
        // Whether a class begins with its lower and upper case decides nothing but time.
        for (folded, members) in table.alike {
            let upper = single(Unicode.Scalar(folded)?.properties.uppercaseMapping)
            let all = [folded] + members.filter { $0 == upper } + members
            table.alike[folded] = all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.element)
        }
        return table
    }()

    /// The folding that follows from the mappings: the lower case of the upper case.
    ///
    /// Mappings to several characters are no simple ones.
    private static func simpleFolding(_ scalar: Unicode.Scalar) -> UInt32 {
        switch scalar.value {
        // Dotless i, whose upper case is I, folds to itself; these three differ from others by their origin alone.
        case 0x131: return scalar.value
        case 0x1FD3: return 0x390
        case 0x1FE3: return 0x3B0
        case 0xFB05: return 0xFB06
        default: break
        }
        let upper = single(scalar.properties.uppercaseMapping).flatMap { Unicode.Scalar($0) } ?? scalar
        return single(upper.properties.lowercaseMapping) ?? single(scalar.properties.lowercaseMapping) ?? scalar.value
    }

    private static func single(_ mapping: String?) -> UInt32? {
        guard let scalars = mapping?.unicodeScalars, scalars.count == 1 else { return nil }
        return scalars.first?.value
    }
}
