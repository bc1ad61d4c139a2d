import LogModel

/// Reads the texts of settings.
public enum SettingsText {
    /// A time such as `250ms`, `10s`, `5m`, `24h`, `7d`; positive.
    public static func duration(_ text: String) -> Duration? {
        Duration(given: text)
    }

    /// A number of bytes such as `1048576`, `64KiB`, `1MiB`, `2GiB`, `1TiB`; positive.
    public static func bytes(_ text: String) -> Int? {
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40)]
        for (unit, size) in units where text.hasSuffix(unit) {
            guard let count = Int(text.dropLast(unit.count)), count > 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            return overflow ? nil : product
        }
        return Int(text).flatMap { $0 > 0 ? $0 : nil }
    }

    /// A number of calls a minute such as `120/min`, from 1 to 1 000 000 000.
    public static func rate(_ text: String) -> Int? {
        guard text.hasSuffix("/min"), let count = Int(text.dropLast(4)), (1...1_000_000_000).contains(count) else {
            return nil
        }
        return count
    }

    private static func durationComplaint(_ text: String) -> String {
        switch Duration(span: text) {
        case .zero?: "must be longer than nothing, such as 250ms, 10s, 5m, 24h or 7d"
        case nil: "is not a time such as 250ms, 10s, 5m, 24h or 7d"
        case _?: "must be 36500d at most"
        }
    }

    /// What is wrong with a text of a kind, or `nil` when nothing is.
    static func complaint(_ text: String, _ kind: SettingKey.Kind) -> String? {
        switch kind {
        case .text, .url: nil
        case .integer: Int(text) == nil ? "is not a whole number" : nil
        case .duration: duration(text) == nil ? durationComplaint(text) : nil
        case .bytes: bytes(text) == nil ? "is not a number of bytes such as 1048576, 64KiB or 1MiB" : nil
        case .rate: rate(text) == nil ? "is not a rate such as 120/min" : nil
        }
    }
}
