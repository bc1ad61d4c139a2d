/// Identifies a source: a place that holds log bytes.
///
/// The name is stable over restarts and equal on all machines that see the place. Names are compared as bytes: names
/// that merely look alike are different.
public struct SourceID: Sendable, Hashable, CustomStringConvertible {
    /// For example `fimidara:acme/logs/app_01…`.
    public let text: String
    /// Makes the identifier from a source's name of 1 to 1000 bytes.
    public init(_ text: String) { self.text = text }
    /// The name.
    public var description: String { text }
    /// Compares bytes.
    public static func == (left: SourceID, right: SourceID) -> Bool { sameBytes(left.text, right.text) }
    /// Hashes bytes.
    public func hash(into hasher: inout Hasher) { hashBytes(of: text, into: &hasher) }
}

/// Identifies an object within its source by its name, for example `01jd…-2026-11-20.ndjson`.
///
/// Names are compared as bytes: file systems distinguish a composed letter from the same letter with a combining
/// accent, and Swift's strings do not.
public struct ObjectKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name, as the source has it.
    public let text: String
    /// Makes the key of an object's name.
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

/// Identifies one incarnation of an object.
///
/// The store mints it; it is unique in the store and never reused.
public struct GenerationID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The number, from 1.
    public let number: Int64
    /// Makes the identifier from a number that a store has minted.
    public init(_ number: Int64) { self.number = number }
    /// The number in decimal digits.
    public var description: String { String(number) }
    /// Orders generations by the time of minting.
    public static func < (left: GenerationID, right: GenerationID) -> Bool { left.number < right.number }
}

private func sameBytes(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }

private func hashBytes(of text: String, into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
    hasher.combine(UInt8(0xFF))
}
