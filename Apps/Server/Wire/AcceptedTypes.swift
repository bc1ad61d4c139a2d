/// Which media types a client takes, by its `Accept` header field (RFC 9110 section 12.5.1).
struct AcceptedTypes {
    private struct Range {
        let type: Substring
        let subtype: Substring
        let quality: Int

        /// How narrow the range is: `*/*`, `text/*`, `text/plain`.
        var specificity: Int { type == "*" ? 0 : subtype == "*" ? 1 : 2 }

        func contains(_ type: Substring, _ subtype: Substring) -> Bool {
            (self.type == "*" || self.type == type) && (self.subtype == "*" || self.subtype == subtype)
        }
    }

    private let ranges: [Range]

    /// Reads a field; ranges that are malformed are passed over, and no field takes all types.
    init(_ field: String?) {
        ranges = (field ?? "*/*").lowercased().split(separator: ",").compactMap(AcceptedTypes.range)
    }

    /// The type that the client likes best.
    ///
    /// Of types that it likes alike the one is chosen that it names more closely, then the first of the list. When it
    /// takes none, the first of the list is sent all the same: a client reads an answer more easily than a refusal.
    /// - Parameter types: what can be sent, in lower case; must not be empty.
    /// - Returns: one of the types.
    func best(of types: [String]) -> String {
        let judged = types.map { type in (type: type, judgement: judgement(of: type)) }
        var best = judged[0]
        for other in judged.dropFirst() where other.judgement > best.judgement { best = other }
        return best.type
    }

    /// Quality in thousandths, and how closely the type was named.
    private func judgement(of type: String) -> (quality: Int, specificity: Int) {
        let parts = type.split(separator: "/", maxSplits: 1)
        // The closest range decides, so that `text/*;q=0.5, text/plain;q=0` leaves plain text out.
        let range = ranges.filter { parts.count == 2 && $0.contains(parts[0], parts[1]) }
            .max { ($0.specificity, $0.quality) < ($1.specificity, $1.quality) }
        guard let range, range.quality > 0 else { return (0, 0) }
        return (range.quality, range.specificity)
    }

    private static func range(_ text: Substring) -> Range? {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { trimmed($0) }
        let names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map { trimmed($0) }
        guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else { return nil }
        var quality = 1000
        for parameter in parts.dropFirst() {
            let sides = parameter.split(separator: "=", maxSplits: 1).map { trimmed($0) }
            guard sides.count == 2, sides[0] == "q" else { continue }
            guard let read = thousandths(sides[1]) else { return nil }
            quality = read
        }
        return Range(type: names[0], subtype: names[1], quality: quality)
    }

    /// `0` to `1` with at most three digits behind the point, in thousandths.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard fraction.utf8.count <= 3, fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let value = (whole == "1" ? 1000 : 0) + (Int(fraction.padded(to: 3)) ?? 0)
        return value <= 1000 ? value : nil
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}

extension Substring {
    fileprivate func padded(to count: Int) -> String {
        self + String(repeating: "0", count: Swift.max(0, count - utf8.count))
    }
}
