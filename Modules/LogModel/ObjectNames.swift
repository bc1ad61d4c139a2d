/// Names a source: a place that holds log bytes.
///
/// The name is stable over restarts and equal on all machines that see the place. Names are equal when their bytes
/// are; that two look alike is not enough.
public struct SourceID: Sendable, Hashable, CustomStringConvertible {
    /// For example `fimidara:acme/logs/app_01…`.
    public let text: String
    /// Takes a source's name, of 1 to 1000 bytes.
    public init(_ text: String) { self.text = text }
    /// The name.
    public var description: String { text }
    /// Compares bytes.
    public static func == (left: SourceID, right: SourceID) -> Bool { sameBytes(left.text, right.text) }
    /// Hashes bytes.
    public func hash(into hasher: inout Hasher) { hashBytes(of: text, into: &hasher) }
}

/// Names an object within its source, for example `01jd…-2026-11-20.ndjson`.
///
/// Names are equal when their bytes are: file systems tell a composed letter from the same letter with its accent
/// behind it, which Swift's strings do not.
public struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name, as the source has it.
    public let text: String
    /// Takes an object's name.
    public init(_ text: String) { self.text = text }
    /// The name.
    public var description: String { text }
    /// Compares bytes.
    public static func == (left: ObjectKey, right: ObjectKey) -> Bool { sameBytes(left.text, right.text) }
    /// Hashes bytes.
    public func hash(into hasher: inout Hasher) { hashBytes(of: text, into: &hasher) }
    /// Orders keys by their bytes.
    public static func < (left: ObjectKey, right: ObjectKey) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }
}

/// Names one incarnation of an object; minted by the store, unique in it, never used again.
public struct GenerationID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number, from 1.
    public let number: Int64
    /// Takes a number that a store has minted.
    public init(_ number: Int64) { self.number = number }
    /// The number in decimal digits.
    public var description: String { String(number) }
    /// Orders generations by when they were minted.
    public static func < (left: GenerationID, right: GenerationID) -> Bool { left.number < right.number }
}

private func sameBytes(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

private func hashBytes(of text: String, into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(UInt8(0xFF))
}
