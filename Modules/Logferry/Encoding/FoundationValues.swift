import LogModel

// Types of Foundation encode themselves in ways meant for Foundation's own encoders. They are known here by name, so
// that the module need not import Foundation.

/// A better form of a Foundation value than the one it gave itself, or `nil` for all other types.
func foundationNode<Value>(of value: Value, encoded node: EncodedNode) -> EncodedNode? {
    guard let kind = foundationKind(of: Value.self) else { return nil }
    switch kind {
    case .date:
        guard case .double(let seconds) = node.content else { return nil }
        return dateNode(seconds)
    case .url, .decimal:
        let text = String(describing: value)
        return kind == .decimal && isJSONNumber(text) ? EncodedNode(.digits(text)) : EncodedNode(.text(text))
    case .data:
        guard let bytes = value as? any Sequence<UInt8> else { return nil }
        return EncodedNode(.text(base64(Array(bytes))))
    }
}

private enum FoundationKind {
    case date, url, data, decimal
}

private func foundationKind(of type: Any.Type) -> FoundationKind? {
    // Most values are of the standard library or the caller's; the name is looked at only for the four words.
    switch String(describing: type) {
    case "Date": isOfFoundation(type) ? .date : nil
    case "URL": isOfFoundation(type) ? .url : nil
    case "Data": isOfFoundation(type) ? .data : nil
    case "Decimal", "NSDecimal": isOfFoundation(type) ? .decimal : nil
    default: nil
    }
}

private func isOfFoundation(_ type: Any.Type) -> Bool { String(reflecting: type).hasPrefix("Foundation") }

/// RFC 3339 of seconds since 2001-01-01T00:00:00Z, which is how `Date` counts; what has no such text is a number.
private func dateNode(_ seconds: Double) -> EncodedNode {
    let nanoseconds = (seconds + 978_307_200) * 1_000_000_000
    guard nanoseconds > -9.2e18, nanoseconds < 9.2e18 else { return EncodedNode(.double(seconds)) }
    // A Date holds about a tenth of a microsecond: more digits would be noise.
    let microseconds = ((seconds + 978_307_200) * 1_000_000).rounded()
    return EncodedNode(.text(Timestamp(nanoseconds: Int64(microseconds) * 1000).rfc3339))
}

private func isJSONNumber(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    var reader = JSONReader()
    do {
        return try reader.skipValue(bytes.span) == .number && reader.index == bytes.count
    } catch { return false }
}
