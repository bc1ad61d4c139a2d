extension Timestamp {
    /// Parses a JSON number as a moment; `nil` when the moment is outside 1970–2262.
    ///
    /// The magnitude determines the unit: below 1e11 seconds, below 1e14 milliseconds, below 1e17 microseconds, else
    /// nanoseconds. Decimal fractions are exact to the nanosecond.
    public init?(number text: Span<UInt8>) {
        var whole: UInt64 = 0
        var index = 0
        while index < text.count, text[index] >= 0x30, text[index] <= 0x39 {
            let (product, tooLarge) = whole.multipliedReportingOverflow(by: 10)
            let (sum, overflow) = product.addingReportingOverflow(UInt64(text[index] - 0x30))
            guard !tooLarge, !overflow else { return nil }
            whole = sum
            index += 1
        }
        guard index > 0 else { return nil }
        var fraction: UInt64 = 0
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            var scale: UInt64 = 100_000_000
            while index < text.count, text[index] >= 0x30, text[index] <= 0x39 {
                fraction += UInt64(text[index] - 0x30) * scale
                scale /= 10
                index += 1
            }
        }
        if index < text.count {
            guard let value = Timestamp.expanded(text) else { return nil }
            (whole, fraction) = value
        }
        self.init(whole: whole, billionths: fraction)
    }

    private init?(whole: UInt64, billionths: UInt64) {
        let unit: UInt64 =
            whole < 100_000_000_000
            ? 1_000_000_000
            : whole < 100_000_000_000_000 ? 1_000_000 : whole < 100_000_000_000_000_000 ? 1000 : 1
        let (product, overflow) = whole.multipliedReportingOverflow(by: unit)
        guard !overflow, product <= UInt64(Int64.max) else { return nil }
        let (sum, late) = Int64(product).addingReportingOverflow(Int64(billionths * unit / 1_000_000_000))
        guard !late else { return nil }
        self.init(nanoseconds: sum)
    }

    /// Numbers with an exponent are rare enough for a detour over binary floating point.
    private static func expanded(_ text: Span<UInt8>) -> (UInt64, UInt64)? {
        guard text.count <= 40 else { return nil }
        var letters: [UInt8] = []
        for position in text.indices { letters.append(text[position]) }
        guard let value = Double(String(decoding: letters, as: UTF8.self)), value >= 0, value < 1e19 else { return nil }
        let whole = value.rounded(.down)
        return (UInt64(whole), UInt64(((value - whole) * 1_000_000_000).rounded(.down)))
    }
}
